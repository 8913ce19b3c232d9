from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from odoo.fields import Command
from odoo.tools import SQL

from ..models.replay import ReplayScope
from .common import DAY
from .rule_case import RuleCase


class BacktestCase(RuleCase):
    """History: payments and documents of January 2026, matched and settled since."""

    since = date(2026, 1, 1)
    until = date(2026, 3, 31)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backtests = cls.env["settlement.backtest"]
        cls.replay = cls.env["settlement.replay"]

    def day(self, number):
        """Return a day after the first payment's day."""
        return DAY + timedelta(days=number)

    def pay(self, external_id, gross, invoice=None, day=0, **values):
        """Return a charge that names an invoice, of some day."""
        if invoice:
            values["invoice_reference"] = invoice.name
        values["booked_on"] = self.day(day)
        (row,) = self.store(self.fact(external_id, gross, **values))
        return row

    def matched(self, source, targets, amount=None, **values):
        """Return a match that a person made."""
        match = self.matches._propose([source], targets, **values)
        match._confirm()
        return match

    def settle_otherwise(self, invoice, amount, day):
        """Settle some of an invoice by an entry of the books, on a day."""
        line = self.open_line(invoice)
        debit = line.balance > 0
        other = self.company_data["default_account_expense"]
        entry = self.env["account.move"].create(
            {
                "date": self.day(day),
                "line_ids": [
                    Command.create(
                        {
                            "account_id": account.id,
                            "partner_id": self.customer.id,
                            "debit": amount if on_debit else 0,
                            "credit": 0 if on_debit else amount,
                        }
                    )
                    for account, on_debit in (
                        (line.account_id, not debit),
                        (other, debit),
                    )
                ],
            }
        )
        entry.action_post()
        counterpart = entry.line_ids.filtered(
            lambda each: each.account_id == line.account_id
        )
        (line | counterpart).reconcile()

    # ------------------------------------------------------------------
    # Replaying
    # ------------------------------------------------------------------

    def scope(self, version=None, rule=None, most=1000):
        version = version if version is not None else self.versions
        return ReplayScope(
            self.company,
            self.since,
            self.until,
            most,
            version,
            rule if rule is not None else version.rule_id,
        )

    def replayed(self, **values):
        """Return payment → [(kind, items)] of everything that a replay matches."""
        found = {}

        def read(replay, _scope):
            for row_id, kind, item_id in replay.env.execute_query(
                replay._read_everything_sql()
            ):
                found.setdefault(row_id, []).append((kind, item_id))
            return []

        with self.reading(read):
            self.replay._cases(self.scope(**values))
        return {row_id: sorted(items) for row_id, items in found.items()}

    @contextmanager
    def reading(self, read):
        """Let a replay give out all that it matches, whatever allowed it."""
        sql = SQL(
            """
            SELECT money.transaction_id, match.kind, episode.item_id
              FROM settlement_match match
              JOIN settlement_match_line money
                ON money.match_id = match.id AND money.side = 'source'
              JOIN settlement_match_line target
                ON target.match_id = match.id AND target.side = 'target'
              JOIN settlement_replay_episode_item episode
                ON episode.stand_in_id = target.move_line_id
            """
        )
        cls = type(self.replay)
        with (
            patch.object(cls, "_read_everything_sql", lambda _self: sql, create=True),
            patch.object(cls, "_read_cases", read),
        ):
            yield

    # ------------------------------------------------------------------
    # Trying
    # ------------------------------------------------------------------

    def fee_rule(self, amount=3.0, **values):
        """Return a draft that takes what is missing for a fee."""
        return self.draft(limits=[(self.currency, amount)], **values)

    def account_rule(self, pattern="*charge*", **values):
        """Return a draft by which money with some text needs no document."""
        account = self.company_data["default_account_expense"]
        return self.draft(
            purpose="account",
            difference_kind=False,
            text_pattern=pattern,
            account_id=account.id,
            **values,
        )

    def tried(self, version):
        """Return the backtest of a version over the time of the tests."""
        return self.backtests._of_version(
            version.with_env(self.env), self.since, self.until
        )

    def assertOutcomes(self, result, **outcomes):
        """Assert the four numbers, and which payments stand behind them."""
        for outcome in ("gained", "lost", "changed", "wrong"):
            rows = outcomes.get(outcome, self.env["settlement.transaction"])
            lines = result.line_ids.filtered_domain([("outcome", "=", outcome)])
            self.assertEqual(lines.transaction_id, rows, outcome)
            self.assertEqual(result[f"{outcome}_count"], len(rows), outcome)
