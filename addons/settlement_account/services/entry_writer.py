import json
from decimal import Decimal

from odoo.fields import Command
from odoo.tools import SQL

from ..planning.compare import LedgerLine, differences
from .errors import PostingError

# All lines are written out in full, so nothing has to be computed or logged twice.
# The check that an entry balances stays on.
FAST = {
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
    "skip_invoice_sync": True,
}


def to_float(minor, currency):
    """Return minor units as the float that a monetary field takes."""
    return float(Decimal(minor).scaleb(-currency.decimal_places))


class EntryWriter:
    """Turns plans into posted entries that equal them line by line."""

    def __init__(self, env, company):
        self.env = env(context={**env.context, **FAST})
        self.company = company
        self._currencies = {}

    def post(self, plans, journal, analytic=None):
        """Create and post one entry for each plan.

        :param analytic: distribution of lines that are costs, or None.
        :return: the account.move records, in the order of the plans.
        :raises PostingError: if Odoo made of a plan anything else.
        """
        moves = self.env["account.move"].with_company(self.company)
        moves = moves.create(
            [self._move_values(plan, journal, analytic) for plan in plans]
        )
        moves._post(soft=False)
        self._check(moves, plans)
        return moves.with_env(self.env(context=self._plain_context()))

    def _plain_context(self):
        return {
            name: value for name, value in self.env.context.items() if name not in FAST
        }

    def _currency(self, currency_id):
        if currency_id not in self._currencies:
            self._currencies[currency_id] = self.env["res.currency"].browse(currency_id)
        return self._currencies[currency_id]

    def _move_values(self, plan, journal, analytic):
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "company_id": self.company.id,
            "date": plan.date,
            "ref": plan.name,
            "line_ids": [
                Command.create(self._line_values(number, line, analytic))
                for number, line in enumerate(plan.lines, start=1)
            ],
        }

    def _line_values(self, number, line, analytic):
        values = {
            "sequence": number,
            "display_type": "tax" if line.repartition_line_id else "product",
            "account_id": line.account_id,
            "partner_id": line.partner_id or False,
            "name": line.name,
            "currency_id": line.currency_id,
            "amount_currency": to_float(
                line.amount_currency, self._currency(line.currency_id)
            ),
            "balance": to_float(line.balance, self.company.currency_id),
            "analytic_distribution": self._analytic(line, analytic),
            # An account's own taxes are none of the provider's.
            "tax_ids": [Command.clear()],
            "settlement_role": line.role,
            "settlement_transaction_id": line.transaction_id or False,
            "settlement_match_id": line.match_id or False,
        }
        if line.tax_id or line.repartition_line_id:
            values |= self._tax_values(line)
        return values

    def _analytic(self, line, analytic):
        """Return the distribution of a line: its own, else the policy's for costs."""
        if line.analytic:
            return json.loads(line.analytic)
        return analytic if line.is_cost else False

    def _tax_values(self, line):
        return {
            "tax_ids": [Command.set([line.tax_id] if line.tax_id else [])],
            "tax_tag_ids": [Command.set(line.tag_ids)],
            "tax_repartition_line_id": line.repartition_line_id or False,
            "tax_base_amount": to_float(line.tax_base, self.company.currency_id),
        }

    # ------------------------------------------------------------------
    # Comparing with the plan
    # ------------------------------------------------------------------

    def _check(self, moves, plans):
        posted = self._posted_lines(moves)
        for move, plan in zip(moves, plans, strict=True):
            found = differences(plan, posted.get(move.id, []))
            if move.date != plan.date:
                found.append(f"its date is {move.date}, planned {plan.date}")
            if found:
                raise PostingError(
                    "posting_failed",
                    self.env._(
                        "%(entry)s was not posted: Odoo made of it something else "
                        "than planned (%(differences)s). Look for an automation, a tax "
                        "or a rule that changes entries of this journal.",
                        entry=plan.name,
                        differences="; ".join(found[:5]),
                    ),
                )

    def _posted_lines(self, moves):
        """Return the LedgerLines of each entry as the database has them."""
        moves.env.flush_all()
        posted = {}
        for move_id, *values in self.env.execute_query(
            SQL(
                """
                SELECT entry.move_id, entry.account_id, COALESCE(entry.partner_id, 0),
                       entry.currency_id,
                       round(entry.amount_currency
                             * 10::numeric ^ currency.decimal_places)::int8,
                       round(entry.balance
                             * 10::numeric ^ company_currency.decimal_places)::int8,
                       COALESCE(entry.name, '')
                  FROM account_move_line entry
                  JOIN res_currency currency ON currency.id = entry.currency_id
                  JOIN res_currency company_currency
                    ON company_currency.id = entry.company_currency_id
                 WHERE entry.move_id = ANY(%s)
                 ORDER BY entry.move_id, entry.sequence, entry.id
                """,
                moves.ids,
            )
        ):
            posted.setdefault(move_id, []).append(LedgerLine(*values))
        return posted
