from odoo import api, fields, models
from odoo.exceptions import UserError


class SettlementApprovable(models.AbstractModel):
    """What holds only once somebody else than its author has approved it.

    The model has ``author_id`` and ``state``, says with ``_waiting_words`` what waits,
    and follows a decision with ``_approval_decided``.
    """

    _name = "settlement.approvable"
    _description = "Approved by Somebody Else"

    # What only a decision may write; a model names its own fields.
    _decision_fields = ()

    is_for_me = fields.Boolean(
        compute="_compute_waiting", help="Whether the user may decide on what waits."
    )
    waiting_for = fields.Char(compute="_compute_waiting")

    @api.depends("state")
    @api.depends_context("uid")
    def _compute_waiting(self):
        waiting = {each.subject_id: each for each in self._approvals("waiting")}
        for record in self:
            approval = waiting.get(record.id)
            persons = approval and (approval.requester_id, record.author_id)
            record.is_for_me = bool(persons) and self.env.user not in persons
            record.waiting_for = approval and record._waiting_words(approval)

    def _waiting_words(self, approval):
        """Return who asked for what, for the person who decides."""
        return self.env._(
            "%(user)s asks for approval: %(reason)s",
            user=approval.requester_id.name,
            reason=approval.reason or "",
        )

    def action_approve(self):
        """Approve what waits, as somebody else than who wrote or submitted it."""
        self._waiting_approvals().action_approve()

    def action_refuse(self, reason=""):
        """Refuse what waits, saying why."""
        self._waiting_approvals().action_refuse(reason)

    def action_ask_refusal_reason(self):
        """Open the dialogue that asks for the reason of a refusal."""
        return self._waiting_approvals().action_ask_refusal_reason()

    @api.model
    def _refuse_decision(self, vals):
        """Decisions are taken by the methods for them, never by an import or a form.

        :raises UserError: if values decide anything.
        """
        given = {name for name in self._decision_fields if vals.get(name)}
        if vals.get("state") == "draft":
            given.discard("state")
        if given:
            raise UserError(
                self.env._(
                    "This is approved by its approver, not by writing %(fields)s. "
                    "Create a draft and submit it.",
                    fields=", ".join(sorted(given)),
                )
            )

    def _require_draft(self):
        """Refuse to change what was submitted or decided.

        :raises UserError: if one of these is no draft.
        """
        if decided := self.filtered(lambda record: record.state != "draft"):
            raise UserError(
                self.env._(
                    "%(record)s is no draft and cannot be edited. Make a new version "
                    "of it.",
                    record=decided[0].display_name,
                )
            )

    def _require_accountant(self):
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")

    def _approvals(self, state):
        """Return the approvals of these records in a state."""
        return self.env["settlement.approval"]._all_of(self, state)

    def _waiting_approvals(self):
        self.check_access("read")
        approvals = self._approvals("waiting").sudo(self.env.su)
        if not approvals:
            raise UserError(self._nothing_waits())
        return approvals

    def _nothing_waits(self):
        """Return the sentence for who decides on what is decided already."""
        return self.env._("Nothing about it waits for a decision.")
