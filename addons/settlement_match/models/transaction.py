from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical import kinds
from odoo.addons.settlement.canonical.words import shortened

# A revision that says the same here is the same money for the ledger.
MATCHED_FIELDS = ("gross_amount", "currency_id", "kind", "provider_state")


class SettlementTransaction(models.Model):
    _inherit = "settlement.transaction"

    match_line_ids = fields.One2many("settlement.match.line", "transaction_id")
    match_count = fields.Integer(compute="_compute_match_count")

    @api.depends("match_line_ids")
    def _compute_match_count(self):
        for transaction in self:
            transaction.match_count = len(transaction.match_line_ids.match_id)

    def action_match(self):
        """Match these transactions with what is open in the ledger.

        :return: dict of counters per stage.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Matches are written by the engine only; the role was checked.
        return self.env["settlement.matcher"].sudo()._match_transactions(self.sudo())

    def action_open_matches(self):
        """Open the matches of these transactions."""
        return self._open_records(self.match_line_ids.match_id)

    def _refresh_match_state(self):
        """Set the match state that claims and proposals give these transactions."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction_state AS state
                   SET match_state = wanted.match_state
                  FROM (%s) wanted
                 WHERE wanted.transaction_id = state.transaction_id
                   AND wanted.match_state <> state.match_state
                   AND state.match_state <> 'ignored'
                """,
                self._wanted_match_states_sql(SQL("fact.id = ANY(%s)", self.ids)),
            )
        )
        self.env["settlement.transaction.state"].invalidate_model(["match_state"])
        self.invalidate_recordset(["match_state", "state"])

    @api.model
    def _wanted_match_states_sql(self, condition):
        """Return ``transaction_id, match_state`` as matches imply it.

        Matched is what is claimed in full, or in part with the rest left to the
        partner's credit.

        :param condition: on the transaction ``fact``.
        """
        return SQL(
            """
            SELECT fact.id AS transaction_id,
                   CASE WHEN claim.claimed_minor = claim.total_minor
                             AND claim.claimed_minor > 0
                          OR COALESCE(held.rest_to_credit, FALSE) THEN 'matched'
                        WHEN held.is_proposed
                             AND fact.kind IN %(with_target)s THEN 'proposed'
                        WHEN fact.kind IN %(with_target)s
                             AND fact.provider_state = 'settled'
                             AND fact.gross_amount <> 0 THEN 'open'
                        ELSE 'not_needed' END AS match_state
              FROM settlement_transaction fact
              LEFT JOIN settlement_claim claim ON claim.transaction_id = fact.id
              LEFT JOIN LATERAL (
                    SELECT bool_or(match.rest_to_credit
                                   AND match.state IN ('confirmed', 'posted'))
                               AS rest_to_credit,
                           bool_or(match.state = 'proposed') AS is_proposed
                      FROM settlement_match_line line
                      JOIN settlement_match match ON match.id = line.match_id
                     WHERE line.transaction_id = fact.id
                   ) held ON TRUE
             WHERE %(condition)s
            """,
            with_target=kinds.KINDS_WITH_TARGET,
            condition=condition,
        )

    def _before_superseded(self, successors):
        """Undo the matches of these revisions; name those that are posted already."""
        result = super()._before_superseded(successors)
        for old, new in zip(self, successors, strict=True):
            old._undo_superseded(new)
        return result

    def _hand_over_matches(self, successor):
        """Let posted matches follow to a revision of the same money."""
        self.env.flush_all()
        for table in ("settlement_match_line", "settlement_claim"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET transaction_id = %s WHERE transaction_id = %s",
                    SQL.identifier(table),
                    successor.id,
                    self.id,
                )
            )
        self.env.invalidate_all()

    def _undo_superseded(self, successor):
        """Undo what stands on this revision, or say that the ledger stands on it."""
        self.ensure_one()
        matches = self.match_line_ids.match_id
        matches.filtered(lambda match: match.state in ("proposed", "confirmed"))._undo(
            self.env._(
                "%(row)s was corrected by its source.", row=shortened(self.external_id)
            )
        )
        posted = matches.filtered(lambda match: match.state == "posted")
        if not posted:
            return
        if all(self[name] == successor[name] for name in MATCHED_FIELDS):
            self._hand_over_matches(successor)
            return
        self.env["settlement.exception"]._raise_for(
            successor,
            "changed_after_posting",
            self.env._(
                "%(row)s was %(old)s when it was matched and posted "
                "(%(matches)s); its source says %(new)s now. Reverse the posting and "
                "match again, or post the difference.",
                row=shortened(self.external_id),
                old=self.currency_id.format(self.gross_amount),
                new=successor.currency_id.format(successor.gross_amount),
                matches=", ".join(posted.mapped("display_name")),
            ),
        )
