from dataclasses import dataclass, field

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..canonical.kinds import KIND_SIGNS
from ..canonical.words import counted
from ..mapping.apply import REASON
from ..mapping.rules import UNKNOWN, is_unknown
from .message_row import QUARANTINED

# Days that a submission looks back to say what it would change.
PREVIEW_DAYS = 90
# More than this is read again by the pipeline, not while the approver waits.
INLINE_MESSAGES = 500
INLINE_BYTES = 10 * 1024 * 1024


@dataclass(slots=True)
class Concerned:
    """The rows that a mapping would change, or that it cannot be true of."""

    env: object
    rows: int = 0
    changed: int = 0
    posted: int = 0
    conflicts: list = field(default_factory=list)

    def in_words(self):
        """Return the counts for the person who approves."""
        return {
            "rows of the last days": f"{self.rows} ({PREVIEW_DAYS} days)",
            "rows that change": self.changed,
            "of them posted already": self.posted,
        }

    def raise_conflict(self):
        """Refuse a mapping that contradicts what was received.

        :raises UserError: naming the first rows that cannot be of its kind.
        """
        if not self.conflicts:
            return
        raise UserError(
            counted(
                self.env._(
                    "%(count)s {row|rows} received with this code "
                    "{goes|go} the other way, such as %(rows)s. Limit the "
                    "mapping to one direction, or choose another kind.",
                    count=len(self.conflicts),
                    rows=", ".join(self.conflicts[:3]),
                ),
                len(self.conflicts),
            )
        )


class SettlementMapping(models.Model):
    """What a mapping changes: known before the decision, done after it."""

    _inherit = "settlement.mapping"

    row_count = fields.Integer(
        compute="_compute_row_count", help="Rows of this code in the last 90 days."
    )

    def _compute_row_count(self):
        for mapping in self:
            mapping.row_count = len(mapping._recent_rows()) if mapping.id else 0

    def action_open_rows(self):
        """Open the transactions that have this code."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "settlement.action_settlement_transaction"
        )
        action["domain"] = [
            ("backend_id", "in", self._backends().ids),
            ("source_code", "in", self._codes()),
        ]
        return action

    def _codes(self):
        """Return how the source code stands on rows: as it is, or marked unknown."""
        self.ensure_one()
        return [self.code, f"{UNKNOWN}{self.code}"]

    # ------------------------------------------------------------------
    # Before the decision
    # ------------------------------------------------------------------

    def _concerned(self):
        """Return the Concerned rows of the last 90 days, as if it were approved."""
        self.ensure_one()
        rule = self._rule()
        concerned = Concerned(self.env)
        for row in self._recent_rows():
            if not rule.fits(row["direction"], row["currency"]):
                continue
            if not rule.is_in_force(row["booked_on"]):
                continue
            concerned.rows += 1
            if rule.kind and rule.kind != row["kind"]:
                concerned.changed += 1
                concerned.posted += row["is_posted"]
                if row["sign"] * KIND_SIGNS.get(rule.kind, 0) < 0:
                    concerned.conflicts.append(row["external_id"])
        return concerned

    def _recent_rows(self):
        """Return the current rows of this code booked in the last 90 days of data."""
        self.ensure_one()
        return self._rows(
            SQL(
                """
                fact.wallet_id IN (
                    SELECT id FROM settlement_wallet WHERE backend_id = ANY(%s))
                AND fact.booked_on > (
                    SELECT max(newest.booked_on) - %s::int4
                      FROM settlement_transaction newest
                     WHERE newest.wallet_id = fact.wallet_id AND newest.is_current)
                """,
                self._backends().ids,
                PREVIEW_DAYS,
            )
        )

    def _rows(self, condition):
        """Return the current rows of this code that meet an SQL condition."""
        # Rows are written in sets, past the ORM.
        self.env.flush_all()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT fact.id, fact.backend_id, fact.external_id, fact.source_code,
                       fact.kind, fact.booked_on, fact.mapping_id, fact.message_id,
                       currency.name AS currency, money.sign,
                       CASE money.sign WHEN 1 THEN 'in' WHEN -1 THEN 'out' ELSE '' END
                           AS direction,
                       COALESCE(state.posting_state IN ('posted', 'reconciled'), FALSE)
                           AS is_posted
                  FROM settlement_transaction fact
                  JOIN res_currency currency ON currency.id = fact.currency_id
                  LEFT JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 CROSS JOIN LATERAL (
                        SELECT sign(COALESCE(NULLIF(fact.gross_amount, 0),
                                             fact.net_amount))::int4 AS sign) money
                 WHERE fact.is_current
                   AND fact.source_code IN %(codes)s
                   AND %(condition)s
                 ORDER BY fact.id
                """,
                codes=tuple(self._codes()),
                condition=condition,
            )
        )

    # ------------------------------------------------------------------
    # After the decision
    # ------------------------------------------------------------------

    def _follow_decision(self):
        """Read again exactly what the decision changes, and close what waited."""
        self.ensure_one()
        backends = self._backends()
        messages = self._messages_to_read_again(backends)
        if messages:
            self._read_again(messages)
        self.env["settlement.source.code"]._refresh(backends, [self.code])
        self._tell_exceptions("in_progress")

    def _messages_to_read_again(self, backends):
        """Return the messages of rows that the rules of today read otherwise."""
        rules = {backend.id: self._rules_of(backend) for backend in backends}
        rows = self._rows(SQL("fact.backend_id = ANY(%s)", backends.ids))
        stale = {
            row["message_id"]
            for row in rows
            if row["message_id"] and _is_stale(row, rules[row["backend_id"]])
        }
        aside = self.env["settlement.message.row"].search(
            [
                ("message_id.backend_id", "in", backends.ids),
                ("code", "=", REASON),
                ("state", "=", QUARANTINED),
                ("raw", "like", self.code),
            ]
        )
        # What the retention has removed cannot be read again: it stays as it was.
        return self.env["settlement.message"].search(
            [
                ("id", "in", sorted(stale | set(aside.message_id.ids))),
                ("purged_at", "=", False),
            ],
            order="id",
        )

    def _read_again(self, messages):
        """Parse messages anew: at once if they are few, else by the pipeline.

        A revision of what is posted becomes an exception, never a silent edit.
        """
        # Approving the mapping was the right to read again under it.
        messages = messages.sudo()
        few = len(messages) <= INLINE_MESSAGES
        if few and sum(messages.mapped("size")) <= INLINE_BYTES:
            messages.replay()
        else:
            messages.replay_later()


def _rule(row, rules):
    return rules.find(
        row["source_code"], row["sign"], row["currency"], row["booked_on"]
    )


def _is_stale(row, rules):
    """Return whether a row would be read otherwise today."""
    rule = _rule(row, rules)
    if rule is None:
        return bool(row["mapping_id"])
    if is_unknown(row["source_code"]) and not row["mapping_id"]:
        return True
    if rule.kind:
        return rule.kind != row["kind"]
    return row["mapping_id"] not in (None, rule.id)
