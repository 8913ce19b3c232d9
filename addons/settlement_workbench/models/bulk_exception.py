from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..bulk.frozen import digest

# What an act on an exception may leave behind that can be taken back.
ACT_MODELS = ("settlement.match", "settlement.posting")
# Decided by looking at one row: what they need differs from row to row.
ONE_BY_ONE = ("mark_duplicate", "map", "match", "group", "split")
# They ask a source, or write to a person: that is not tried out.
NOT_TRIED = ("retry", "complete", "ask", "escalate")


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    bulk_line_ids = fields.One2many("settlement.bulk.line", "exception_id")
    case_id = fields.Many2one(
        "settlement.case", readonly=True, index="btree_not_null", tracking=True
    )

    acts = fields.Json(
        readonly=True, help="Matches and postings that its resolution made."
    )
    resolved_verb = fields.Char(readonly=True)

    def _require_worker(self):
        """Raise AccessError without a role that works on exceptions."""
        self.env["settlement.backend"]._require_group(
            "group_accountant", "group_integration_admin"
        )

    def _is_for_many(self, name):
        """Return whether a verb makes sense for many rows with the same values."""
        return name not in ONE_BY_ONE

    def action_open_bulk(self):
        """Open the preview of an act on these exceptions."""
        return self.env["settlement.bulk"].action_open(ids=self.ids)

    # ------------------------------------------------------------------
    # One row of many
    # ------------------------------------------------------------------

    def _act_in_bulk(self, bulk, fingerprint):
        """Do with this row what a bulk is about; return the outcome and its acts.

        :param fingerprint: what it was when somebody agreed, if anybody had to.
        """
        self.ensure_one()
        given = bulk.given or {}
        before = {}
        if self.has_access("read"):
            before = {"state": self.state, "user": self.user_id.id}
        if bulk.needs_approval:
            outcome = self._outcome_of(
                lambda: self._act_as_agreed(bulk, given, fingerprint)
            )
        else:
            outcome = self._outcome(bulk.verb, dict(given))
        acts = self.acts if outcome["outcome"] == "done" else None
        return {**outcome, "before": before, "acts": acts or None}

    def _act(self, name, values, approval=None):
        """Note what the act made, so that it can be taken back."""
        mark = self._event_mark()
        result = super()._act(name, values, approval)
        if acts := self._acts_since(mark):
            # Who may resolve it may have noted what that made.
            self.sudo().acts = acts
        if self.state in ("resolved", "ignored"):
            self.sudo().resolved_verb = name
        return result

    def _act_as_agreed(self, bulk, given, fingerprint):
        """Do what another person agreed to, if it still is what they agreed to."""
        self._lock()
        self._check_fits(bulk.verb)
        if self._fingerprint(bulk.verb, given) != fingerprint:
            raise UserError(
                self.env._(
                    "What this was agreed for has changed since: %(cause)s Look at it "
                    "again.",
                    cause=self.cause,
                )
            )
        values = self.with_user(bulk.user_id)._prepared(bulk.verb, given)
        return self._act(bulk.verb, values, bulk.approval_id)

    def _fingerprint(self, name, given):
        """Return the hash of what an approver agrees to for this row."""
        return digest(self._approval_content(name, given))

    def _event_mark(self):
        """Return the last event that we see; later ones that we see are our own."""
        self.env.flush_all()
        query = SQL("SELECT COALESCE(max(id), 0) FROM settlement_event")
        return self.env.execute_query(query)[0][0]

    def _acts_since(self, mark):
        """Return model → ids of the matches and postings made since a mark."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT model, res_id
                  FROM settlement_event
                 WHERE id > %s
                   AND model IN %s
                   AND action IN ('match.confirmed', 'posting.posted')
                   AND res_id IS NOT NULL
                 ORDER BY model, res_id
                """,
                mark,
                ACT_MODELS,
            )
        )
        acts = {}
        for model, res_id in rows:
            acts.setdefault(model, []).append(res_id)
        return acts
