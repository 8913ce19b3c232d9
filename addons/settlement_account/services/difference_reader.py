from dataclasses import dataclass, field
from datetime import date

from odoo.tools import SQL

from ..planning.allocation import Source
from ..planning.difference import Left
from ..planning.rows import Target


@dataclass(slots=True)
class MatchDifference:
    """A match that settles more, or less, than its money, as the ledger needs it.

    ``minor`` is signed like the money: money + difference = what is settled. ``ours``
    are the lines of our entries that are still open, where no document is.
    """

    id: int
    minor: int
    kind: str
    version_id: int
    currency_id: int
    wallet_id: int
    booked_on: date
    name: str
    sources: list = field(default_factory=list)
    targets: list = field(default_factory=list)
    ours: list = field(default_factory=list)

    @property
    def is_on_targets(self):
        """Whether documents stay open: the money is less than what it settles."""
        whole = sum(target.amount_currency for target in self.targets)
        return self.minor * whole > 0

    @property
    def partner_id(self):
        """The partner of what is settled, 0 without any."""
        return self.targets[0].partner_id if self.targets else 0


class DifferenceReader:
    """Reads the differences of matches that no entry of ours has booked yet."""

    def __init__(self, env):
        self.env = env

    def read(self, match_ids):
        """Return MatchDifference of those of ``match_ids`` that have one."""
        self.env.flush_all()
        found = {
            row[0]: MatchDifference(*row)
            for row in self.env.execute_query(self._matches_sql(match_ids))
        }
        for match_id, side, *values in self.env.execute_query(
            self._lines_sql(list(found))
        ):
            transaction_id, line_id, currency_id, amount, account_id, partner_id = (
                values
            )
            if side == "source" and transaction_id:
                source = Source(transaction_id, currency_id, amount)
                found[match_id].sources.append(source)
            elif side == "target" and line_id:
                target = Target(line_id, account_id, partner_id, currency_id, amount)
                found[match_id].targets.append(target)
        self._read_ours(found)
        return [each for each in found.values() if each.sources]

    def _read_ours(self, found):
        """Fill in what is open of our own lines, where the money is more."""
        wanted = [each.id for each in found.values() if not each.is_on_targets]
        for match_id, *values in self.env.execute_query(self._open_lines_sql(wanted)):
            found[match_id].ours.append(Left(*values))

    def _matches_sql(self, match_ids):
        return SQL(
            """
            SELECT DISTINCT ON (match.id) match.id, match.difference_minor,
                   match.difference_kind, COALESCE(match.rule_version_id, 0),
                   match.currency_id, fact.wallet_id, fact.booked_on,
                   COALESCE(target.snapshot ->> 'name', fact.invoice_reference,
                            fact.external_id)
              FROM settlement_match match
              JOIN settlement_match_line line
                ON line.match_id = match.id AND line.side = 'source'
              JOIN settlement_transaction fact ON fact.id = line.transaction_id
              LEFT JOIN settlement_match_line target
                ON target.match_id = match.id AND target.side = 'target'
             WHERE match.id = ANY(%s)
               AND match.difference_minor <> 0
               AND NOT EXISTS (
                    SELECT FROM settlement_posting posting
                     WHERE posting.match_id = match.id AND posting.state = 'posted')
             ORDER BY match.id, fact.booked_on DESC, fact.id, target.id
            """,
            list(match_ids),
        )

    def _lines_sql(self, match_ids):
        return SQL(
            """
            SELECT line.match_id, line.side, line.transaction_id, item.id,
                   line.currency_id, line.amount_minor, item.account_id,
                   COALESCE(item.partner_id, 0)
              FROM settlement_match_line line
              LEFT JOIN account_move_line item ON item.id = line.move_line_id
             WHERE line.match_id = ANY(%s)
             ORDER BY line.match_id, line.id
            """,
            match_ids,
        )

    def _open_lines_sql(self, match_ids):
        return SQL(
            """
            SELECT entry.settlement_match_id, entry.id, entry.account_id,
                   COALESCE(entry.partner_id, 0),
                   round(entry.amount_residual_currency
                         * 10::numeric ^ currency.decimal_places)::int8
              FROM account_move_line entry
              JOIN res_currency currency ON currency.id = entry.currency_id
             WHERE entry.settlement_match_id = ANY(%s)
               AND entry.settlement_role = 'settled'
               AND entry.parent_state = 'posted'
               AND entry.reconciled IS NOT TRUE
               AND entry.amount_residual_currency <> 0
             ORDER BY entry.settlement_match_id, entry.id
            """,
            match_ids,
        )
