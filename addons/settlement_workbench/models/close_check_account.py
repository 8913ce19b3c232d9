from datetime import timedelta
from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import OPEN_STATES
from odoo.addons.settlement_account.services.period_checks import open_as_of

from ..closing.result import BLOCKING, OK, UNKNOWN, WARNING, CheckResult


class SettlementCloseCheck(models.AbstractModel):
    """Checks of accounts on which money waits: in transit, fees, suspense."""

    _inherit = "settlement.close.check"

    @api.model
    def _account_checks(self):
        return [
            *super()._account_checks(),
            ("transit", self.env._("Payouts in transit"), ""),
            ("explained", self.env._("Explained"), ""),
            ("suspense", self.env._("Suspense"), ""),
        ]

    # ------------------------------------------------------------------
    # Under way, and waiting
    # ------------------------------------------------------------------

    @api.model
    def _open_items(self, close, accounts):
        """Return the items open at the end, and id → minor units (signed)."""
        found = open_as_of(accounts, close.company_id, close.day)
        factor = 10**close.currency_id.decimal_places
        amounts = {item: round(amount * factor) for item, amount in found}
        return self.env["account.move.line"].browse(amounts), amounts

    @api.model
    def _check_transit(self, close):
        """What is under way is payouts that are not at the bank, and none is old."""
        wallets = self._wallets(close).filtered("in_transit_account_id")
        off = self._transit_off(close, wallets)
        items, amounts = self._open_items(close, wallets.in_transit_account_id)
        limit = close.day - timedelta(days=close.transit_days)
        old = items.filtered(lambda item: item.date < limit)
        total = sum(amounts.values())
        figures = (
            (self.env._("In transit"), self._money(close, total)),
            (self.env._("Payouts"), str(len(items))),
            *off,
        )
        if off:
            sentence = self.env._(
                "The accounts in transit do not show what payouts and bank lines "
                "give: %(words)s.",
                words=", ".join(f"{name}: {amount}" for name, amount in off),
            )
            return CheckResult(
                "transit",
                BLOCKING,
                sentence,
                figures,
                self._transit_off_minor(close, wallets),
                **self._records(items),
            )
        if old:
            amount = sum(abs(amounts[item.id]) for item in old)
            sentence = counted(
                self.env._(
                    "%(count)s {payout is|payouts are} under "
                    "way for more than %(days)s days, "
                    "%(amount)s in all, the oldest since "
                    "%(day)s.",
                    count=len(old),
                    days=close.transit_days,
                    amount=self._money(close, amount),
                    day=min(old.mapped("date")),
                ),
                len(old),
            )
            return CheckResult(
                "transit", WARNING, sentence, figures, amount, **self._records(old)
            )
        sentence = counted(
            self.env._(
                "%(amount)s in %(count)s {payout|payouts}, none "
                "older than %(days)s days.",
                amount=self._money(close, total),
                count=len(items),
                days=close.transit_days,
            ),
            len(items),
        )
        return CheckResult("transit", OK, sentence, figures, **self._records(items))

    @api.model
    def _records(self, records):
        return {"model": records._name, "ids": tuple(records.ids)}

    @api.model
    def _transit_books(self, close, wallets):
        """Return wallet → unexplained minor units, one wallet for each account."""
        found = {}
        for account, sharing in wallets.grouped("in_transit_account_id").items():
            for wallet in sharing.grouped("currency_id").values():
                transit = wallet[0]._transits(close.day, close.day)
                if transit and transit[0].difference:
                    found[wallet[0], account] = transit[0].difference
        return found

    @api.model
    def _transit_off(self, close, wallets):
        return tuple(
            (account.display_name, wallet._money(minor))
            for (wallet, account), minor in self._transit_books(close, wallets).items()
        )

    @api.model
    def _transit_off_minor(self, close, wallets):
        books = self._transit_books(close, wallets)
        return sum(
            self._converted(close, wallet, abs(minor))
            for (wallet, _account), minor in books.items()
        )

    @api.model
    def _check_explained(self, close):
        """Accounts of money under way and of withheld fees: each item is named."""
        policies = self._policies(close)
        accounts = (
            self._wallets(close).in_transit_account_id
            | policies.fee_clearing_account_id
        )
        if not accounts:
            sentence = self.env._("No account in transit is set up yet.")
            return CheckResult("explained", UNKNOWN, sentence)
        return [self._account_result(close, account) for account in accounts]

    @api.model
    def _policies(self, close):
        return self.env["settlement.posting.policy"].search(
            [("company_id", "=", close.company_id.id)]
        )

    @api.model
    def _account_result(self, close, account):
        items, amounts = self._open_items(close, account)
        balance = self._balance(close, account)
        total = sum(amounts.values())
        unnamed = items.filtered(lambda item: not self._is_named(item))
        bad = sum(abs(amounts[item.id]) for item in unnamed) + abs(balance - total)
        about = {"subject": account.id, "label": account.display_name}
        figures = (
            (self.env._("Balance"), self._money(close, balance)),
            (self.env._("Open items"), self._money(close, total)),
            (self.env._("Number of items"), str(len(items))),
        )
        if not bad:
            sentence = counted(
                self.env._(
                    "%(balance)s, the sum of %(count)s open "
                    "{item, which|items, each of which} has its "
                    "origin.",
                    balance=self._money(close, balance),
                    count=len(items),
                ),
                len(items),
            )
            return CheckResult(
                "explained", OK, sentence, figures, **about, **self._records(items)
            )
        sentence = counted(
            self.env._(
                "%(balance)s; of %(count)s open {item|items}, "
                "%(bad)s have no payout, bill or bank line "
                "behind them (%(amount)s).",
                balance=self._money(close, balance),
                count=len(items),
                bad=len(unnamed),
                amount=self._money(close, bad),
            ),
            len(items),
        )
        return CheckResult(
            "explained",
            BLOCKING,
            sentence,
            figures,
            bad,
            **about,
            **self._records(unnamed or items),
        )

    @api.model
    def _is_named(self, item):
        """Return whether something is known that an item stands for."""
        move = item.move_id
        return bool(
            item.settlement_role
            or item.settlement_transaction_id
            or move.settlement_posting_ids
            or move.statement_line_ids.settlement_wallet_id
            or move.is_invoice(include_receipts=True)
            or item.payment_id
        )

    @api.model
    def _balance(self, close, account):
        """Return what an account shows at the end, in minor units of the company."""
        self.env.flush_all()
        ((balance,),) = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(balance), 0)::text FROM account_move_line
                 WHERE account_id = %s AND company_id = %s
                   AND parent_state = 'posted' AND date <= %s
                """,
                account.id,
                close.company_id.id,
                close.day,
            )
        )
        return self._text_minor(close, balance)

    @api.model
    def _text_minor(self, close, text):
        return int(Decimal(text).scaleb(close.currency_id.decimal_places))

    @api.model
    def _check_suspense(self, close):
        """What waits on suspense at the end has somebody who looks after it."""
        accounts = self._policies(close).suspense_account_id
        if not accounts:
            sentence = self.env._("No suspense account is set up yet.")
            return CheckResult("suspense", UNKNOWN, sentence)
        items, amounts = self._open_items(close, accounts)
        if not items:
            sentence = self.env._("Nothing waits on suspense.")
            return CheckResult("suspense", OK, sentence)
        loose = items - self._looked_after(items)
        total = sum(abs(amount) for amount in amounts.values())
        in_the_way = sum(abs(amounts[item.id]) for item in loose)
        figures = (
            (self.env._("Net"), self._money(close, sum(amounts.values()))),
            (self.env._("Items"), str(len(items))),
            (self.env._("Without an open exception"), str(len(loose))),
        )
        sentence = counted(
            self.env._(
                "%(count)s {item|items}, %(total)s in all; "
                "%(loose)s of them (%(amount)s) have no "
                "exception that somebody looks after.",
                count=len(items),
                total=self._money(close, total),
                loose=len(loose),
                amount=self._money(close, in_the_way),
            ),
            len(items),
        )
        return CheckResult(
            "suspense",
            self._state_if(loose),
            sentence,
            figures,
            in_the_way or total,
            **self._records(loose or items),
        )

    @api.model
    def _looked_after(self, items):
        """Return the items whose row has, or had later on, somebody for it.

        An item that was settled after the end of the period is explained by that.
        """
        rows = {item: self._rows_behind(item) for item in items}
        facts = self.env["settlement.transaction"].union(*rows.values())
        exceptions = self.env["settlement.exception"].search(
            [("transaction_id", "in", facts.ids), ("state", "in", OPEN_STATES)]
        )
        told = exceptions.transaction_id
        return items.filtered(lambda item: item.reconciled or rows[item] & told)

    @api.model
    def _rows_behind(self, item):
        """Return the rows that an item on suspense stands for."""
        states = item.move_id.statement_line_ids.settlement_state_ids
        return item.settlement_transaction_id | states.transaction_id
