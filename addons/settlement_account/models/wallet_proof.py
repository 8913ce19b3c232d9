from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ..services.proof import WalletProof

# How many rows the sentence of an exception and the status name one by one.
NAMED = 20
# A proof that says the same is not stored again before this time has passed.
PROOF_AGE = timedelta(hours=1)


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    def action_prove(self):
        """Prove these wallets as of their newest data, and say where they differ.

        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # The result is a fact about the wallet; the role was checked.
        self.sudo()._prove()

    def _prove(self):
        """Store the result of the proof on these wallets and keep their exception.

        A wallet on which another worker posts is proved by that one. Writing a wallet
        makes others begin again who refer to it, so nothing is written in vain.
        """
        wallets = self.filtered("opening_date")
        for wallet in wallets.try_lock_for_update(allow_referencing=True):
            proof = wallet._proof()
            difference = wallet._major(proof["difference"])
            if wallet._is_news(difference):
                wallet.write(
                    {"proved_at": fields.Datetime.now(), "difference": difference}
                )
            wallet._show_proof(proof)

    def _is_news(self, difference):
        """Return whether the result of a proof is other than stored, or that is old."""
        self.ensure_one()
        fresh = fields.Datetime.now() - PROOF_AGE
        return (
            not self.proved_at
            or self.proved_at < fresh
            or bool(self.currency_id.compare_amounts(self.difference, difference))
        )

    def _proof(self, day=None):
        """Compare what the provider held at the end of ``day`` with the ledger.

        :param day: date; by default the newest day with data.
        :return: dict of ``day``, ``provider``, ``ledger``, ``missing`` (sum of the
            rows named in ``missing_rows``), ``missing_rows`` (dict of transaction id
            → minor units), ``difference`` and ``in_transit``; integers are minor
            units of the wallet's currency, those of ``in_transit`` of the company's.
        """
        self.ensure_one()
        day = day or max(self.backend_id._newest_day(), self.opening_date)
        proof = WalletProof(self)
        provider, ledger = proof.provider(day), proof.ledger(day)
        missing = dict(proof.missing(day))
        return {
            "day": day,
            "basis": "balance" if proof.anchor.at else "opening",
            "provider": provider,
            "ledger": ledger,
            "missing": sum(missing.values()),
            "missing_rows": missing,
            "difference": provider - ledger - sum(missing.values()),
            "in_transit": self._in_transit_proof(proof),
        }

    def _in_transit_proof(self, proof):
        """In transit is what was paid out and is not at the bank, and nothing else."""
        if not self.in_transit_account_id:
            return {"ledger": 0, "payouts": 0, "difference": 0}
        ledger, payouts = proof.in_transit()
        return {"ledger": ledger, "payouts": payouts, "difference": ledger - payouts}

    def _major(self, minor):
        """Return minor units of the wallet's currency as a float for its fields."""
        return minor / 10**self.currency_id.decimal_places

    def _show_proof(self, proof):
        """Open or close the exception that says by how much a wallet is off."""
        exceptions = self.env["settlement.exception"]
        if not proof["difference"] and not proof["in_transit"]["difference"]:
            exceptions._clear_for(self, ["balance_gap"])
            return
        exceptions._raise_for(
            self, "balance_gap", self._gap_sentence(proof), severity="high"
        )

    def _gap_sentence(self, proof):
        def money(minor):
            return self.currency_id.format(self._major(minor))

        if not proof["difference"]:
            return self._transit_sentence(proof["in_transit"])
        return self.env._(
            "On %(day)s the provider holds %(provider)s, the ledger shows %(ledger)s, "
            "and %(missing)s is booked but not posted (%(count)s rows): %(difference)s "
            "is not explained. Look for entries made by hand on %(account)s, or for "
            "rows that were not received.",
            day=proof["day"],
            provider=money(proof["provider"]),
            ledger=money(proof["ledger"]),
            missing=money(proof["missing"]),
            count=len(proof["missing_rows"]),
            difference=money(proof["difference"]),
            account=self.account_id.display_name,
        )

    def _transit_sentence(self, transit):
        currency = self.company_id.currency_id
        factor = 10**currency.decimal_places
        return self.env._(
            "%(account)s shows %(ledger)s, the payouts that are not at the bank yet "
            "explain %(payouts)s: %(difference)s comes from elsewhere. Look for "
            "entries made by hand on this account.",
            account=self.in_transit_account_id.display_name,
            ledger=currency.format(transit["ledger"] / factor),
            payouts=currency.format(transit["payouts"] / factor),
            difference=currency.format(transit["difference"] / factor),
        )

    def action_open_missing(self):
        """Open the rows that are booked and not in the ledger yet."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        ids = list(self.sudo()._proof()["missing_rows"]) if self.opening_date else []
        rows = self.env["settlement.transaction"].browse(ids)
        return rows._open_records(rows)

    def action_open_journal_items(self):
        """Open the journal items of the wallet's account."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Journal Items"),
            "res_model": "account.move.line",
            "views": [(False, "list"), (False, "form")],
            "domain": [
                ("account_id", "=", self.account_id.id),
                ("parent_state", "=", "posted"),
            ],
        }

    def _account_balance(self):
        """Return what the account of the wallet shows, in the wallet's currency."""
        self.ensure_one()
        is_own = self.currency_id == self.company_id.currency_id
        column = "balance" if is_own else "amount_currency"
        rows = self.env.execute_query(
            SQL(
                "SELECT COALESCE(sum(%s), 0) FROM account_move_line "
                "WHERE account_id = %s AND parent_state = 'posted' "
                "AND (%s OR currency_id = %s)",
                SQL.identifier(column),
                self.account_id.id,
                is_own,
                self.currency_id.id,
            )
        )
        return rows[0][0]
