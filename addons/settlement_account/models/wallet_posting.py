from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning import slices
from ..planning.plan import EntryPlan, PlannedLine
from ..services.cutoff_poster import CutoffPoster
from ..services.errors import PostingError
from ..services.reconciler import Reconciler
from ..services.slice_builder import Prepared, SliceBuilder


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    # ------------------------------------------------------------------
    # Cut-off
    # ------------------------------------------------------------------

    def action_post_cutoff(self, until):
        """Post what was booked up to ``until`` and stands in no payout yet.

        :param until: date, the last day of a month as a rule.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Postings are written by these methods only; the role was checked.
        return self.sudo()._post_cutoff(fields.Date.to_date(until))

    def _post_cutoff(self, until, checkpoint=None):
        """Post the cut-off of these wallets; return how many entries it took."""
        wallets = self.filtered("opening_date")
        return sum(
            CutoffPoster(wallet.with_company(wallet.company_id), checkpoint).post(until)
            for wallet in wallets
        )

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    def action_post_opening(self, account=None):
        """Bring the opening balance of these wallets into the ledger.

        A wallet whose account shows its opening balance already is left as it is.

        :param account: account.account, or its id, that held the money so far; by
            default the suspense account, from where it is cleared.
        :return: the new settlement.posting records.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        account = self.env["account.account"].browse(
            account if isinstance(account, int) else account and account.id
        )
        account.check_access("read")
        postings = self.env["settlement.posting"].sudo()
        # Postings are written by these methods only; the role was checked.
        for wallet in self.sudo():
            postings |= wallet._post_opening(account)
        return postings.sudo(False)

    def _post_opening(self, account=None):
        """Post what the wallet's account lacks of its opening balance."""
        self.ensure_one()
        postings = self.env["settlement.posting"]
        missing = self._minor(self.opening_balance) - self._ledger_before_opening()
        if not self.opening_date or not missing:
            return postings
        try:
            builder = SliceBuilder(self.backend_id.with_company(self.company_id))
            plan = self._opening_plan(builder, missing, account)
            return postings._post_slices(builder, [self._opening_slice(plan)])
        except PostingError as error:
            raise UserError(error.cause) from error

    def _ledger_before_opening(self):
        return self._ledger_before(self.opening_date)

    def _ledger_before(self, day):
        """Return what the account shows without our postings, in minor units.

        What is booked on the opening date itself may be the opening entry of the
        books.

        :param day: the opening date.
        """
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(entry.amount_currency), 0)::text
                  FROM account_move_line entry
                 WHERE entry.account_id = %s
                   AND entry.parent_state = 'posted'
                   AND (entry.date < %s OR entry.date = %s AND entry.move_id NOT IN (
                        SELECT move_id FROM settlement_posting
                         WHERE wallet_id = %s AND kind <> 'opening'))
                """,
                self.account_id.id,
                day,
                day,
                self.id,
            )
        )
        return self._minor(rows[0][0])

    def _minor(self, amount):
        """Return an amount of the wallet's currency as minor units."""
        scaled = Decimal(str(amount)).scaleb(self.currency_id.decimal_places)
        return int(scaled.to_integral_value())

    def _opening_plan(self, builder, missing, account):
        rate = builder.rate(self.currency_id, self.opening_date)
        counterpart = account.id if account else builder.accounts(self).suspense
        name = self.env._("Opening balance of %(wallet)s", wallet=self.display_name)
        return EntryPlan(
            date=self.opening_date,
            name=name,
            lines=tuple(
                PlannedLine(
                    role=role,
                    account_id=account_id,
                    name=name,
                    amount=amount,
                    currency_id=self.currency_id.id,
                    amount_currency=amount,
                    balance=rate.to_company(amount),
                )
                for role, account_id, amount in (
                    ("wallet", self.account_id.id, missing),
                    ("opening", counterpart, -missing),
                )
            ),
        ).check()

    def _opening_slice(self, plan):
        return Prepared(
            wallet=self,
            batch=self.env["settlement.batch"],
            month=slices.month_of(self.opening_date),
            kind="opening",
            plan=plan,
            rows=(),
        )

    # ------------------------------------------------------------------
    # Foreign currency
    # ------------------------------------------------------------------

    def _consume_foreign(self):
        """Let money that left a wallet use up what came in first.

        Odoo books the exchange difference of each pair, so that a wallet at zero in
        its own currency is at zero in company currency, too.
        """
        reconciler = Reconciler(self.env)
        for wallet in self:
            if wallet.is_bank or wallet.currency_id == wallet.company_id.currency_id:
                continue
            lines = self.env["account.move.line"].search(
                [
                    ("account_id", "=", wallet.account_id.id),
                    ("currency_id", "=", wallet.currency_id.id),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", "!=", 0),
                ],
                order="date, id",
            )
            signs = {line.amount_residual_currency > 0 for line in lines}
            if len(signs) == 2:
                reconciler.reconcile_open([lines.ids])
