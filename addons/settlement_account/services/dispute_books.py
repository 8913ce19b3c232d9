from collections import defaultdict
from dataclasses import dataclass, field

from odoo.tools import SQL

from ..planning.clearing import OpenItem
from ..planning.disputes import DISPUTE, OUT_ROLES

POSTED = ("posted", "reconciled")


@dataclass(slots=True)
class Booked:
    """What of a role stands in the ledger, and where; minor units."""

    amount: int = 0
    value: int = 0
    account_id: int = 0
    partner_id: int = 0


@dataclass(slots=True)
class Books:
    """A dispute as the ledger has it.

    :param transaction_id: the row on whose name its lines are.
    :param withdrawn: gross of its posted withdrawals, positive.
    :param returned: gross of its posted reversals.
    :param waiting: rows of it that are not in the ledger, by kind.
    """

    transaction_id: int = 0
    withdrawn: int = 0
    returned: int = 0
    waiting: set = field(default_factory=set)
    roles: dict = field(default_factory=dict)
    items: list = field(default_factory=list)

    def amount_of(self, role):
        """Return what stands on the account of a role, a debit positive."""
        return self.roles[role].amount if role in self.roles else 0

    @property
    def out(self):
        """What has left the dispute account for good."""
        return sum(self.amount_of(role) for role in OUT_ROLES)

    @property
    def standing(self):
        """What stands on the dispute account."""
        return self.amount_of(DISPUTE)


class DisputeBooks:
    """Reads what the ledger shows of disputes, in sets."""

    def __init__(self, env):
        self.env = env

    def read(self, dispute_ids):
        """Return a dict of dispute id → Books."""
        self.env.flush_all()
        books = defaultdict(Books)
        ids = list(dispute_ids)
        if ids:
            self._read_rows(ids, books)
            self._read_roles(ids, books)
            self._read_items(ids, books)
        return books

    def _read_rows(self, ids, books):
        for dispute_id, row_id, kind, gross, state in self.env.execute_query(
            SQL(
                """
                SELECT fact.dispute_id, fact.id, fact.kind, state.gross_minor,
                       state.posting_state
                  FROM settlement_transaction fact
                  JOIN settlement_dispute dispute ON dispute.id = fact.dispute_id
                   AND dispute.currency_id = fact.currency_id
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 WHERE fact.dispute_id = ANY(%s)
                   AND fact.kind IN ('dispute', 'dispute_reversal')
                   AND state.gross_minor <> 0
                 ORDER BY fact.kind, fact.booked_on, fact.id
                """,
                ids,
            )
        ):
            of_dispute = books[dispute_id]
            of_dispute.transaction_id = of_dispute.transaction_id or row_id
            if state not in POSTED:
                of_dispute.waiting.add(kind)
            elif kind == "dispute":
                of_dispute.withdrawn -= gross
            else:
                of_dispute.returned += gross

    def _read_roles(self, ids, books):
        for dispute_id, role, *values in self.env.execute_query(
            SQL(
                """
                SELECT fact.dispute_id, entry.settlement_role,
                       round(sum(entry.amount_currency
                             * 10::numeric ^ currency.decimal_places))::int8,
                       round(sum(entry.balance
                             * 10::numeric ^ own.decimal_places))::int8,
                       max(entry.account_id), COALESCE(max(entry.partner_id), 0)
                  FROM settlement_transaction fact
                  JOIN account_move_line entry
                    ON entry.settlement_transaction_id = fact.id
                  JOIN res_currency currency ON currency.id = entry.currency_id
                  JOIN res_currency own ON own.id = entry.company_currency_id
                 WHERE fact.dispute_id = ANY(%s)
                   AND entry.settlement_role IN %s
                   AND entry.parent_state = 'posted'
                 GROUP BY fact.dispute_id, entry.settlement_role
                """,
                ids,
                (DISPUTE, *OUT_ROLES),
            )
        ):
            books[dispute_id].roles[role] = Booked(*values)

    def _read_items(self, ids, books):
        for dispute_id, *values in self.env.execute_query(
            SQL(
                """
                SELECT fact.dispute_id, entry.id, entry.account_id,
                       COALESCE(entry.partner_id, 0), entry.currency_id,
                       round(entry.amount_residual_currency
                             * 10::numeric ^ currency.decimal_places)::int8,
                       round(entry.amount_residual
                             * 10::numeric ^ own.decimal_places)::int8
                  FROM settlement_transaction fact
                  JOIN account_move_line entry
                    ON entry.settlement_transaction_id = fact.id
                  JOIN res_currency currency ON currency.id = entry.currency_id
                  JOIN res_currency own ON own.id = entry.company_currency_id
                 WHERE fact.dispute_id = ANY(%s)
                   AND entry.settlement_role = %s
                   AND entry.parent_state = 'posted'
                   AND entry.reconciled IS NOT TRUE
                   AND entry.amount_residual_currency <> 0
                 ORDER BY entry.date, entry.id
                """,
                ids,
                DISPUTE,
            )
        ):
            books[dispute_id].items.append(OpenItem(*values))
