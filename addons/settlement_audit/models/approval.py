from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..chain import document

_FROZEN = (
    "requester_id",
    "requested_at",
    "subject_model",
    "subject_id",
    "company_id",
    "content",
    "content_hash",
    "reason",
)
_DECISION = ("state", "decider_id", "decided_at", "decision_reason")


class SettlementApproval(models.Model):
    """One person asks, another one decides, on content that nobody can change."""

    _name = "settlement.approval"
    _inherit = ["settlement.hashed", "settlement.protected", "mail.thread"]
    _description = "Approval"
    _order = "id desc"
    _rec_name = "reason"

    _hashed_fields = ("id", *_FROZEN, *_DECISION)
    _protecting_function = "settlement_approval_frozen"

    requester_id = fields.Many2one(
        "res.users", "Asked by", required=True, readonly=True, ondelete="restrict"
    )
    requested_at = fields.Datetime("Asked at", required=True, readonly=True)
    subject_model = fields.Char("Record type", required=True, readonly=True)
    subject_id = fields.Many2oneReference(
        "Record", model_field="subject_model", required=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company", readonly=True, index=True, ondelete="restrict"
    )
    content = fields.Json(readonly=True, help="What is to be approved, frozen.")
    content_hash = fields.Char("Hash of the content", required=True, readonly=True)
    reason = fields.Text("Why", readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("approved", "Approved"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        tracking=True,
    )
    decider_id = fields.Many2one(
        "res.users", "Decided by", readonly=True, ondelete="restrict", tracking=True
    )
    decided_at = fields.Datetime(readonly=True)
    decision_reason = fields.Text("Why so", readonly=True)
    content_text = fields.Text("What", compute="_compute_content_text")

    _subject_index = models.Index("(subject_model, subject_id)")
    _one_waiting = models.UniqueIndex(
        "(subject_model, subject_id) WHERE state = 'waiting'",
        "This record waits for an approval already.",
    )
    _two_persons = models.Constraint(
        "CHECK (decider_id IS NULL OR decider_id <> requester_id)",
        "Nobody decides on what they asked for themselves.",
    )
    _decided_by_somebody = models.Constraint(
        "CHECK ((state IN ('approved', 'refused')) = (decider_id IS NOT NULL))",
        "An approval is decided by a person, and only then.",
    )

    @api.depends("content")
    def _compute_content_text(self):
        for approval in self:
            lines = document.describe(None, approval.content or None, {})
            approval.content_text = "\n".join(lines)

    @api.model
    def _protecting_function_sql(self):
        """Return the function that keeps content and decision as they were."""
        return SQL(
            """
            CREATE OR REPLACE FUNCTION %(function)s() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'UPDATE' THEN
                    RAISE EXCEPTION 'Approvals are kept: %% is refused.', TG_OP;
                END IF;
                IF (%(old_frozen)s) IS DISTINCT FROM (%(new_frozen)s) THEN
                    RAISE EXCEPTION 'What approval %% is about is frozen.', OLD.id;
                END IF;
                IF OLD.state <> 'waiting'
                    AND (%(old_decision)s) IS DISTINCT FROM (%(new_decision)s) THEN
                    RAISE EXCEPTION 'Approval %% is closed already.', OLD.id;
                END IF;
                RETURN NEW;
            END $$
            """,
            function=SQL.identifier(self._protecting_function),
            old_frozen=self._columns_sql("old", _FROZEN),
            new_frozen=self._columns_sql("new", _FROZEN),
            old_decision=self._columns_sql("old", _DECISION),
            new_decision=self._columns_sql("new", _DECISION),
        )

    @api.model
    def _columns_sql(self, alias, names):
        return SQL(", ").join(SQL.identifier(alias, name) for name in names)

    def write(self, vals):
        """Refuse what does not come from the methods below.

        They write as superuser, after their own checks.
        """
        if not self.env.su:
            raise UserError(
                self.env._("Approvals cannot be edited. Approve or refuse instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Approvals cannot be deleted."))

    # -- asking ------------------------------------------------------------------

    @api.model
    def _request(self, record, content, reason):
        """Ask somebody else to approve ``content`` for ``record``.

        The same request twice is one. A request with other content replaces the one
        that waits, for what it was about exists no more.

        :param record: the record concerned, which the user can read
        :param content: what is to be approved: a dict of plain values, Decimals and
            dates
        :param reason: why it needs an approval, for the person who decides
        :return: the waiting approval
        """
        record.ensure_one()
        record.check_access("read")
        stored = document.plain(content, self._refuse_personal)
        waiting = self._of(record, "waiting")
        if waiting and waiting.content_hash == self._hash_of(stored):
            return waiting
        if waiting:
            waiting._withdraw(self.env._("Replaced by a new request."))
        approval = self._create_request(record, stored, reason)
        self.env["settlement.event"]._log(
            "approval.requested",
            approval,
            reason=reason,
            after={
                "subject": f"{record._name},{record.id}",
                "content_hash": approval.content_hash,
            },
        )
        return approval

    @api.model
    def _refuse_personal(self, personal):
        raise TypeError("The content of an approval is frozen for ever.")

    @api.model
    def _create_request(self, record, content, reason):
        company = record if record._name == "res.company" else None
        if not company and "company_id" in record._fields:
            company = record.sudo().company_id
        values = {
            "requester_id": self.env.uid,
            "requested_at": fields.Datetime.now(),
            "subject_model": record._name,
            "subject_id": record.id,
            "company_id": company.id if company else False,
            "content": content,
            "content_hash": self._hash_of(content),
            "reason": reason,
        }
        # Asking needs no right on approvals; deciding does.
        return self.sudo().create(values).sudo(self.env.su)

    @api.model
    def _hash_of(self, content):
        """Return the SHA-256 of ``content`` as the database stores it."""
        query = SQL(
            "SELECT encode(sha256(convert_to("
            "coalesce((%s)::jsonb::text, ''), 'UTF8')), 'hex')",
            self._fields["content"].convert_to_column(content, self),
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _of(self, record, state):
        """Return the newest approval of ``record`` in ``state``, or none."""
        return self._all_of(record, state)[-1:].sudo(self.env.su)

    @api.model
    def _all_of(self, records, state):
        """Return the approvals of ``records`` in ``state`` as superuser, oldest first.

        Whether an approval exists does not depend on who asks.
        """
        domain = [
            ("subject_model", "=", records._name),
            ("subject_id", "in", records.ids),
            ("state", "=", state),
        ]
        return self.sudo().search(domain, order="id")

    @api.model
    def _approved(self, record, content):
        """Return the approval of exactly this ``content`` for ``record``, or none."""
        approval = self._of(record, "approved")
        stored = document.plain(content, self._refuse_personal)
        # Whoever acts on the approval need not be able to read it.
        same = approval.sudo().content_hash == self._hash_of(stored)
        return approval if approval and same else self.browse()

    # -- deciding ----------------------------------------------------------------

    def action_approve(self, reason=""):
        """Approve, as somebody else than who asked.

        :param reason: a comment that stays with the decision, if there is one
        :raises AccessError: if the user may not decide on approvals
        :raises UserError: if it is the user's own request, or closed already
        """
        self._decide("approved", (reason or "").strip())

    def action_refuse(self, reason):
        """Refuse, as somebody else than who asked.

        :param reason: why, for the person who asked
        :raises AccessError: if the user may not decide on approvals
        :raises UserError: without reason, if it is the user's own request, or closed
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why you refuse."))
        self._decide("refused", reason)

    def action_ask_refusal_reason(self):
        """Open the dialogue that asks for the reason of a refusal."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "settlement.approval.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_approval_id": self.id},
        }

    def _decide(self, state, reason):
        # The right to write is the right to decide: write() itself refuses users.
        self.check_access("write")
        if self.env.uid == SUPERUSER_ID:
            raise UserError(self.env._("An approval needs a person who decides."))
        for approval in self:
            # The checks of the user are done, and users cannot write.
            approval.sudo()._close(state, reason, self.env.user)
            approval._tell_subject()

    def _withdraw(self, reason):
        """Close a waiting request that nobody has to decide any more."""
        for approval in self:
            # Withdrawing gives no right to anybody.
            approval.sudo()._close("withdrawn", reason, self.env["res.users"])

    def _close(self, state, reason, decider):
        """Move from waiting to ``state``: the only way a request is closed."""
        if not self.try_lock_for_update():
            raise UserError(
                self.env._("Somebody else is deciding on this request right now.")
            )
        self.invalidate_recordset(_DECISION)
        if self.state != "waiting":
            raise UserError(self.env._("This request is closed already."))
        if decider == self.requester_id:
            raise UserError(
                self.env._(
                    "You asked for this yourself. Somebody else has to decide on it."
                )
            )
        self.write(
            {
                "state": state,
                "decider_id": decider.id,
                "decided_at": fields.Datetime.now(),
                "decision_reason": reason,
            }
        )
        self._seal_rows()
        self.env["settlement.event"]._log(
            f"approval.{state}", self, reason=reason, rows=self
        )

    def _tell_subject(self):
        """Let the subject act on the decision, if its model wants to.

        Called is ``_approval_decided(approval)`` of the subject, as the decider.
        """
        self.ensure_one()
        subject = self.env[self.subject_model].browse(self.subject_id)
        if hasattr(subject, "_approval_decided"):
            subject._approval_decided(self)
