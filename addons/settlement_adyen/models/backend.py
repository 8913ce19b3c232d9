from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..client.report_address import number_of
from ..client.walk import Walk

# The stream of a merchant account is named after it.
STREAM = "reports/"
# A report of this size is no matter of every hour.
LARGE_BYTES = 4 << 20
REST = timedelta(hours=20)


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[("adyen", "Adyen")],
        ondelete={"adyen": lambda backends: backends._retire()},
    )

    # ------------------------------------------------------------------
    # Batches
    # ------------------------------------------------------------------

    def _adyen_accounts(self):
        """Return the merchant accounts of the wallets, in order."""
        return sorted(set(self.wallet_ids.mapped("account_identifier")))

    def _adyen_walk(self, account, resting=()):
        """Return which batches of a merchant account are here and which are wanted.

        :param resting: numbers of batches that are not to be asked for again.
        """
        wallets = self.wallet_ids.filtered(
            lambda wallet: wallet.account_identifier == account
        )
        first = min(filter(None, wallets.mapped("adyen_first_batch")), default=0)
        return Walk(self._adyen_days(account), first, resting)

    def _adyen_resting(self, stream):
        """Return the batches whose reports are too large for every pull.

        They are asked for again once a day, when a person pulls their period, and
        when an event announces them anew.
        """
        windows = self.env["settlement.window"]
        mine = [("backend_id", "=", self.id), ("stream", "=", stream)]
        running = windows.search([*mine, ("finished_at", "=", False)], limit=1)
        today = fields.Datetime.now() - REST
        lately = [("state", "!=", "failed"), ("finished_at", ">", today)]
        if running.is_backfill or not windows.search_count([*mine, *lately], limit=1):
            return ()
        large = self.env["settlement.message"].search(
            [*mine, ("size", ">", LARGE_BYTES)]
        )
        return {number_of(name) for name in large.mapped("external_id")}

    def _adyen_days(self, account):
        """Return the batches of a merchant account that are here, with their days.

        :return: dict of number → date, None as long as the report was not read.
        """
        self.env["settlement.message"].flush_model()
        self.env["settlement.batch"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.external_id,
                       COALESCE(max(batch.date), max(message.received_at::date)
                                FILTER (WHERE message.state = 'parsed'))
                  FROM settlement_message message
                  LEFT JOIN settlement_batch batch ON batch.message_id = message.id
                  LEFT JOIN settlement_wallet wallet ON wallet.id = batch.wallet_id
                 WHERE message.backend_id = %(backend)s
                   AND (message.stream = %(stream)s
                        OR (message.channel IN ('file', 'manual')
                            AND wallet.account_identifier = %(account)s))
                 GROUP BY message.external_id
                """,
                backend=self.id,
                stream=f"{STREAM}{account}",
                account=account,
            )
        )
        numbers = ((number_of(name or ""), day) for name, day in rows)
        return {number: day for number, day in numbers if number}

    def _note_success(self):
        """Say which batches are missing that no pull looks for any more."""
        result = super()._note_success()
        if self.connector == "adyen":
            self._tell_missing_batches()
        return result

    def _tell_missing_batches(self):
        since = fields.Date.today() - timedelta(days=self.lookback_days)
        missing = [
            self._missing_sentence(account, first, last)
            for account in self._adyen_accounts()
            for first, last in self._adyen_walk(account).missing(since)
        ]
        exceptions = self.env["settlement.exception"]
        if missing:
            exceptions._raise_for(self, "missing_data", " ".join(missing))
        else:
            exceptions._clear_for(self, ["missing_data"])

    def _missing_sentence(self, account, first, last):
        numbers = str(first) if first == last else f"{first}–{last}"
        return self.env._(
            "Adyen had no report of batch %(numbers)s of %(account)s, but one of "
            "batch %(next)s. Import the report, pull the period again, or set the "
            "First Batch of the wallet to %(next)s if it is not wanted.",
            numbers=numbers,
            account=account,
            next=last + 1,
        )
