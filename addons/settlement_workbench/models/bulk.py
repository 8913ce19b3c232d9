from odoo import api, fields, models

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import REASONS

from .bulk_line import STATES as OUTCOMES

STATES = [
    ("draft", "Preview"),
    ("waiting", "Waiting for approval"),
    ("running", "Running"),
    ("stopping", "Stopping"),
    ("stopped", "Stopped"),
    ("refused", "Refused"),
    ("done", "Done"),
]
WORKING = ("running", "stopping")
ENDED = ("stopped", "done")


class SettlementBulk(models.Model):
    """One act on many rows: previewed, agreed to, done in the background.

    Its lines say what is still to do, so whoever is interrupted, and whoever comes
    next, goes on from there. The row itself changes only from state to state.
    """

    _name = "settlement.bulk"
    _description = "Act on Many"
    _inherit = ["mail.thread"]
    _order = "id desc"
    # Whoever sees it may comment on it.
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    user_id = fields.Many2one("res.users", "Asked by", required=True, readonly=True)
    acting_user_id = fields.Many2one(
        "res.users",
        "Done as",
        readonly=True,
        help="With whose rights the rows are worked on: the approver's, if one agreed.",
    )
    kind = fields.Selection(
        [("resolve", "Resolve"), ("undo", "Undo")],
        required=True,
        readonly=True,
        default="resolve",
    )
    verb = fields.Selection("_verb_selection", "What to do", readonly=True)
    given = fields.Json("With", readonly=True, help="What the verb was told.")
    undo_reason = fields.Text("Why Undone", readonly=True)
    reason = fields.Selection(REASONS, "Exceptions", readonly=True)
    case_id = fields.Many2one("settlement.case", readonly=True, index="btree_not_null")
    state = fields.Selection(
        STATES,
        required=True,
        readonly=True,
        default="draft",
        index=True,
        tracking=True,
    )
    chosen_count = fields.Integer("Chosen", readonly=True)
    done_count = fields.Integer("Done", compute="_compute_counts")
    skipped_count = fields.Integer("Skipped", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    left_count = fields.Integer("To Do", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="In percent.")
    heartbeat_at = fields.Datetime(
        "Last Sign of Life", compute="_compute_counts", help="When a row was last done."
    )
    # What it came to, once it has ended: the database keeps them in agreement.
    ended_done = fields.Integer(readonly=True)
    ended_skipped = fields.Integer(readonly=True)
    ended_failed = fields.Integer(readonly=True)
    preview = fields.Json(readonly=True)
    previewed_at = fields.Datetime(readonly=True)
    preview_hash = fields.Char(readonly=True)
    needs_approval = fields.Boolean(readonly=True)
    approval_id = fields.Many2one("settlement.approval", readonly=True)
    list_hash = fields.Char("Hash of the List", readonly=True)
    started_at = fields.Datetime(readonly=True)
    finished_at = fields.Datetime(readonly=True)
    note = fields.Char(readonly=True, help="Why it stopped.")
    previous_id = fields.Many2one(
        "settlement.bulk", "Tried before", readonly=True, index="btree_not_null"
    )
    line_ids = fields.One2many("settlement.bulk.line", "bulk_id", readonly=True)
    is_mine = fields.Boolean(compute="_compute_is_mine")

    _nothing_lost = models.Constraint(
        "CHECK (state NOT IN ('stopped', 'done') OR "
        "ended_done + ended_skipped + ended_failed = chosen_count)",
        "Each chosen row is done, skipped or failed.",
    )
    _approved_first = models.Constraint(
        "CHECK (state NOT IN ('running', 'stopping', 'stopped', 'done') "
        "OR NOT needs_approval OR acting_user_id <> user_id)",
        "Who asked for it does not do what somebody else has to agree to.",
    )

    @api.model
    def _verb_selection(self):
        verbs = self.env["settlement.exception"]._verbs()
        return [(name, verb.label) for name, verb in verbs.items()]

    @api.depends("kind", "verb", "reason", "chosen_count")
    def _compute_display_name(self):
        verbs = dict(self._verb_selection())
        for bulk in self:
            what = self.env._("Undo") if bulk.kind == "undo" else verbs.get(bulk.verb)
            bulk.display_name = counted(
                self.env._(
                    "#%(id)s %(what)s: %(count)s {row|rows}",
                    id=bulk.id,
                    what=what or self.env._("Act on many"),
                    count=bulk.chosen_count,
                ),
                bulk.chosen_count,
            )

    @api.depends("line_ids.state", "chosen_count")
    def _compute_counts(self):
        counts = self._counts()
        for bulk in self:
            found = counts.get(bulk.id, {})
            bulk.done_count = found.get("done", 0)
            bulk.skipped_count = found.get("skipped", 0)
            bulk.failed_count = found.get("failed", 0)
            bulk.left_count = found.get("waiting", 0)
            ended = bulk.chosen_count - bulk.left_count
            bulk.progress = (
                100.0 * ended / bulk.chosen_count if bulk.chosen_count else 0
            )
            bulk.heartbeat_at = found.get("heartbeat", False)

    def _counts(self):
        """Return id → {state of lines: how many} with the latest ``heartbeat``."""
        found = {}
        for bulk, state, count, latest in self.env["settlement.bulk.line"]._read_group(
            [("bulk_id", "in", self.ids)],
            ["bulk_id", "state"],
            ["__count", "finished_at:max"],
        ):
            mine = found.setdefault(bulk.id, dict.fromkeys(dict(OUTCOMES), 0))
            mine[state] = count
            moments = (mine.get("heartbeat"), latest)
            mine["heartbeat"] = max(filter(None, moments), default=False)
        return found

    @api.depends_context("uid")
    @api.depends("user_id")
    def _compute_is_mine(self):
        for bulk in self:
            bulk.is_mine = bulk.user_id == self.env.user

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def _set_state(self, state, **values):
        """Move to ``state``; the one place that does."""
        # Written by these methods only, after their own checks.
        self.sudo().write({"state": state, **values})
        for bulk in self:
            self.env["settlement.event"]._log(
                f"bulk.{state}",
                bulk,
                reason=values.get("note") or "",
                after={"verb": bulk.verb or "", "chosen": bulk.chosen_count},
            )
        self._tell()

    def _tell(self):
        """Tell who waits for it how far it is."""
        for bulk in self.sudo():
            bulk.invalidate_recordset(["done_count"])
            for user in bulk.user_id | bulk.acting_user_id:
                user._bus_send("settlement_bulk", bulk._told())

    def _told(self):
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.display_name,
            "state": self.state,
            "chosen": self.chosen_count,
            "done": self.done_count,
            "skipped": self.skipped_count,
            "failed": self.failed_count,
            "left": self.left_count,
        }

    # ------------------------------------------------------------------
    # Ways from here
    # ------------------------------------------------------------------

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Act on Many"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "current",
        }

    def action_open_lines(self):
        """Open the rows, those of the outcome in the context: ``outcome``."""
        self.ensure_one()
        self.check_access("read")
        domain = [("bulk_id", "=", self.id)]
        if outcome := self.env.context.get("outcome"):
            domain.append(("state", "=", outcome))
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": "settlement.bulk.line",
            "views": [(False, "list")],
            "domain": domain,
        }
