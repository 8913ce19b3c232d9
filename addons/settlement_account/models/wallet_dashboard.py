from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL, format_date

from odoo.addons.settlement.models.exception import OPEN_STATES

NOT_POSTED = ("none", "reversed")


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    def _balance_words(self):
        """Return what the provider said it holds, reserve included; None: nothing."""
        newest = self._newest_balance()
        if not newest:
            return None
        held = newest.available + newest.pending + newest.reserve
        return self.currency_id.format(held)

    def _balance_title(self):
        newest = self._newest_balance()
        if not newest:
            return ""
        when = fields.Datetime.context_timestamp(self, newest.observed_at)
        return self.env._("As of %(when)s", when=str(when)[:16])

    def _newest_balance(self):
        return self.env["settlement.balance"].search(
            [("wallet_id", "=", self.id)], order="observed_at desc", limit=1
        )

    def _difference_words(self):
        """Return what the last proof left unexplained; None: nothing is proved yet."""
        if not self.proved_at:
            return None
        if self.currency_id.is_zero(self.difference):
            return ""
        return self.currency_id.format(self.difference)

    def _transit_balance(self):
        return self._balance_of(self.in_transit_account_id)

    def _count_not_posted(self):
        """Return id of a wallet → number of its rows that are not in the ledger."""
        rows = self.env["settlement.transaction"]
        return {
            wallet.id: rows.search_count(wallet._waiting_domain())
            for wallet in self.filtered("opening_date")
        }

    def _waiting_domain(self):
        """Return the domain of rows that should be in the ledger and are not."""
        self.ensure_one()
        return [
            ("wallet_id", "=", self.id),
            ("is_current", "=", True),
            ("posting_state", "in", NOT_POSTED),
            ("booked_on", ">=", self.opening_date),
            "|",
            ("gross_amount", "!=", 0),
            ("net_amount", "!=", 0),
        ]

    def _count_exceptions(self):
        """Return id of a wallet → number of open exceptions about it or its rows."""
        return {
            wallet.id: self.env["settlement.exception"].search_count(
                wallet._exception_domain()
            )
            for wallet in self
        }

    def _exception_domain(self):
        """Return the domain of open exceptions of this wallet, rows and batches."""
        self.ensure_one()
        return [
            ("state", "in", OPEN_STATES),
            "|",
            "|",
            ("wallet_id", "=", self.id),
            ("transaction_id.wallet_id", "=", self.id),
            ("batch_id.wallet_id", "=", self.id),
        ]

    def _open_exceptions(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exceptions"),
            "res_model": "settlement.exception",
            "views": [(False, "list"), (False, "form")],
            "domain": self._exception_domain(),
        }

    def _open_waiting(self):
        """Open the rows that :meth:`_count_not_posted` counts."""
        return self._open_rows(self._waiting_domain())

    def _open_rows(self, domain):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Transactions"),
            "res_model": "settlement.transaction",
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
        }

    def _recent_gains(self, days):
        """Return id of a wallet → date → what its account gained on it."""
        gains = defaultdict(dict)
        since = fields.Date.today() - timedelta(days=days)
        self.env["account.move.line"].flush_model()
        for wallet_id, day, gain in self.env.execute_query(
            SQL(
                """
                SELECT wallet.id, item.date,
                       sum(CASE WHEN wallet.currency_id = company.currency_id
                                THEN item.balance ELSE item.amount_currency END)
                  FROM settlement_wallet wallet
                  JOIN res_company company ON company.id = wallet.company_id
                  JOIN account_journal journal ON journal.id = wallet.journal_id
                  JOIN account_move_line item
                    ON item.account_id = journal.default_account_id
                   AND item.company_id = wallet.company_id
                   AND item.parent_state = 'posted'
                 WHERE wallet.id = ANY(%s) AND item.date > %s
                 GROUP BY wallet.id, item.date
                """,
                self.ids,
                since,
            )
        ):
            gains[wallet_id][day] = gain
        return gains

    def _graph_points(self, gains, days):
        """Return the balance at the end of each day on which it changed."""
        today = fields.Date.today()
        balance = self._account_balance() - sum(gains.values())
        points = [self._graph_point(today - timedelta(days=days), balance)]
        for day in sorted(gains):
            balance += gains[day]
            points.append(self._graph_point(day, balance))
        if today not in gains:
            points.append(self._graph_point(today, balance))
        return points

    def _graph_point(self, day, balance):
        return {
            "x": format_date(self.env, day, date_format="d MMM"),
            "y": self.currency_id.round(balance),
            "name": format_date(self.env, day, date_format="d LLLL Y"),
        }
