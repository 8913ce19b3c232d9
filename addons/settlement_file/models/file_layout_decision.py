from odoo import fields, models
from odoo.exceptions import UserError


class SettlementFileLayout(models.Model):
    """How a layout is proposed, approved by somebody else, and taken back."""

    _inherit = "settlement.file.layout"

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_propose(self, reason=""):
        """Ask somebody else to approve these drafts.

        :param reason: why the layout is right; by default the note.
        :raises AccessError: without the integration administrator role.
        :raises UserError: if a draft is not complete, or no row of its sample can be
            read by it.
        """
        self._require_editor()
        self._require_draft()
        for layout in self:
            layout._check_complete()
            content = {**layout._approval_words(), "fingerprint": layout._fingerprint()}
            self.env["settlement.approval"]._request(
                layout, content, reason or layout.note or layout.display_name
            )
            layout._freeze()
            layout._set_state("proposed", "layout.proposed", reason)

    def action_withdraw(self, reason=""):
        """Take these layouts back; what was imported by them stays.

        Nobody has to agree: without a layout, less is read.

        :param reason: why; needed for what holds.
        :raises AccessError: without the integration administrator role.
        """
        self._require_editor()
        for layout in self:
            if layout.state == "approved" and not (reason or "").strip():
                raise UserError(self.env._("Say why the layout is withdrawn."))
            layout._approvals("waiting")._withdraw(
                reason or self.env._("The layout was taken back.")
            )
            if layout.state not in ("withdrawn", "superseded"):
                layout._set_state("withdrawn", "layout.withdrawn", reason)

    def action_back_to_draft(self):
        """Take a proposal back, to change it.

        :raises AccessError: without the integration administrator role.
        """
        self._require_editor()
        for layout in self.filtered(lambda layout: layout.state == "proposed"):
            layout._approvals("waiting")._withdraw(
                self.env._("Taken back to be changed.")
            )
            layout._set_state("draft", "layout.taken_back")

    def action_new_version(self):
        """Return the form of a new draft that will follow this layout.

        A draft that exists already is opened instead of a second one.

        :raises AccessError: without the integration administrator role.
        """
        self.ensure_one()
        self._require_editor()
        waiting = self.origin_id.version_ids.filtered(
            lambda layout: layout.state in ("draft", "proposed")
        )
        return (waiting[:1] or self._new_version())._open_form()

    def _new_version(self, **values):
        """Return a draft that says the same, for the same sample."""
        self.ensure_one()
        draft = self.copy({"previous_id": self.id, "name": self.name, **values})
        return draft

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("File Layout"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _check_complete(self):
        """Refuse a draft that says too little, or by which nothing can be read.

        :raises UserError: with what is missing.
        """
        self.ensure_one()
        shown, problem = self._preview()
        problem = problem or shown.problem
        if not problem and not shown.counts.get("accepted"):
            problem = self.env._("no row of its sample can be read by it.")
        if problem:
            raise UserError(
                self.env._(
                    "%(layout)s is not complete: %(problem)s",
                    layout=self.display_name,
                    problem=problem,
                )
            )

    def _approval_words(self):
        """Return what is to be approved in words of people."""
        self.ensure_one()
        shown = self.preview_sample()
        return {
            "layout": self.name,
            "version": self.version,
            "from": self.effective_from or self.env._("the approval on"),
            "reads": self._sentence(),
            "sample": self.sample_name or "",
            "sample sha256": self.sample_sha256 or "",
            "rows": self.env._(
                "%(accepted)s good, %(rejected)s put aside, %(skipped)s left out",
                **{
                    name: shown["counts"].get(name, 0)
                    for name in ("accepted", "rejected", "skipped")
                },
            ),
            "net": ", ".join(
                f"{total['net_amount']} {total['currency']}"
                for total in shown["totals"]
            ),
        }

    def _nothing_waits(self):
        return self.env._("Nothing about this layout waits.")

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def _approval_decided(self, approval):
        """Follow a decision; called as the person who decided."""
        self.ensure_one()
        # The right to decide was checked by the approval; its content is frozen.
        approval, layout = approval.sudo(), self.sudo()
        if approval.state == "refused":
            if layout.state == "proposed":
                layout._set_state("draft", "layout.refused", approval.decision_reason)
            return
        layout._check_as_asked(approval)
        layout._approve(approval)

    def _check_as_asked(self, approval):
        if self.author_id == approval.decider_id:
            raise UserError(
                self.env._(
                    "You wrote this layout yourself. Somebody else has to approve it."
                )
            )
        if self.state != "proposed" or (
            approval.content.get("fingerprint") != self._fingerprint()
        ):
            raise UserError(
                self.env._(
                    "%(layout)s is no longer what its approval was asked for. Refuse "
                    "it and ask again.",
                    layout=self.display_name,
                )
            )

    def _approve(self, approval):
        """Make the layout hold; versions that it leaves no day to are superseded."""
        self.lock_for_update()
        self._set_state(
            "approved",
            "layout.approved",
            approval.reason,
            approver_id=approval.decider_id.id,
            approved_at=fields.Datetime.now(),
            decision=self.env["settlement.mapping"]._next_decision(),
        )
        former = self.origin_id.version_ids.filtered(self._takes_place_of)
        former._set_state(
            "superseded",
            "layout.superseded",
            self.env._("%(layout)s takes its place.", layout=self.display_name),
        )

    def _takes_place_of(self, other):
        """Return whether no day is left on which ``other`` is the one that holds."""
        if other.state != "approved" or other.version >= self.version:
            return False
        today = fields.Date.context_today(self)
        begins = self.effective_from or today
        return begins <= max(today, other.effective_from or today)

    def _set_state(self, state, action, reason="", **values):
        """Move layouts to a state; the one place that does."""
        for layout in self:
            before = {"state": layout.state}
            # Decisions are refused by write(): they come from here only.
            layout._write_decision({**values, "state": state})
            layout._seal_rows()
            layout._log_change(action, before, reason=reason or "")
