from odoo import fields, models
from odoo.exceptions import UserError


class SettlementRuleVersion(models.Model):
    """How a version is submitted, approved by somebody else, and retired."""

    _inherit = "settlement.rule.version"

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_submit(self, reason=""):
        """Ask somebody else to approve these drafts.

        :param reason: why the rule is right; by default the note.
        :raises AccessError: without the accountant role.
        :raises UserError: if a draft does not say all that a rule has to say.
        """
        self._require_accountant()
        self._require_draft()
        for version in self:
            version._check_complete()
            content = {
                **version._approval_words(),
                "fingerprint": version._content_hash(),
            }
            self.env["settlement.approval"]._request(
                version, content, reason or version.note or version.display_name
            )
            version._set_state("waiting", "rule.submitted", reason)

    def action_retire(self, reason=""):
        """Let these versions decide nothing any more; matches made by them stay.

        Nobody has to agree: without a rule, less happens by itself.

        :param reason: why; needed for what holds.
        :raises AccessError: without the accountant role.
        """
        self._require_accountant()
        for version in self:
            if version.state == "approved" and not (reason or "").strip():
                raise UserError(self.env._("Say why the rule is retired."))
            version._approvals("waiting")._withdraw(
                reason or self.env._("The rule was taken back.")
            )
            if version.state != "retired":
                version._set_state("retired", "rule.retired", reason)

    def action_new_version(self):
        """Return the form of a new draft that will follow this version."""
        self.ensure_one()
        self._require_accountant()
        return self._new_version()._open_form()

    def _new_version(self, **values):
        """Return a draft that says the same."""
        self.ensure_one()
        return self.copy({"origin": "person", **values})

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _check_complete(self):
        """Refuse a draft that lacks what its purpose needs.

        :raises UserError: with what is missing.
        """
        self.ensure_one()
        if missing := self._missing():
            raise UserError(
                self.env._(
                    "%(rule)s is not complete: %(missing)s.",
                    rule=self.display_name,
                    missing=missing,
                )
            )

    def _missing(self):
        """Return what the version does not say yet, "" if it is complete."""
        if self.purpose == "payer":
            if len(self.partner_ids) != 1:
                return self.env._("say which partner the payer is")
            if not (self.counterparty_account or self.text_pattern):
                return self.env._("say by which account or text the payer is known")
        elif self.purpose == "account":
            if not self.account_id:
                return self.env._("choose the account it is booked on")
            if not (self.counterparty_account or self.text_pattern):
                return self.env._("say by which account or text such rows are known")
        elif not self.difference_kind or self.difference_kind == "account":
            return self.env._("say what the difference is taken for")
        elif not (self.tolerance_percent or self.tolerance_ids):
            return self.env._("say how large the difference may be")
        return ""

    def _approval_words(self):
        """Return what is to be approved in words of people."""
        self.ensure_one()
        return {
            "rule": self.rule_id.name,
            "version": self.number,
            "says": self.sentence,
        }

    def _nothing_waits(self):
        return self.env._("Nothing about this rule waits.")

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def _approval_decided(self, approval):
        """Follow a decision; called as the person who decided."""
        self.ensure_one()
        # The right to decide was checked by the approval; its content is frozen.
        approval, version = approval.sudo(), self.sudo()
        if approval.state == "refused":
            if version.state == "waiting":
                version._set_state("draft", "rule.refused", approval.decision_reason)
            return
        version._check_as_asked(approval)
        version._check_backtest()
        version._approve(approval)

    def _check_as_asked(self, approval):
        if self.author_id == approval.decider_id:
            raise UserError(
                self.env._(
                    "You wrote this rule yourself. Somebody else has to approve it."
                )
            )
        if self.state != "waiting" or (
            approval.content.get("fingerprint") != self._content_hash()
        ):
            raise UserError(
                self.env._(
                    "%(rule)s is no longer what its approval was asked for. Refuse it "
                    "and ask again.",
                    rule=self.display_name,
                )
            )

    def _check_backtest(self):
        """Refuse the approval of what nobody has tried on history.

        :raises UserError: without the result of a backtest of exactly this version.
        """
        self.ensure_one()
        raise UserError(
            self.env._(
                "%(rule)s has not been tried on history yet: run its backtest first, "
                "so that its approver sees what it would have changed.",
                rule=self.display_name,
            )
        )

    def _approve(self, approval):
        """Make the version hold; those that it takes every day of are retired."""
        self.lock_for_update()
        self._set_state(
            "approved",
            "rule.approved",
            approval.reason,
            fingerprint=self._content_hash(),
            approver_id=approval.decider_id.id,
            approved_at=fields.Datetime.now(),
        )
        former = self.rule_id.version_ids.filtered(self._covers)
        former._set_state(
            "retired",
            "rule.retired",
            self.env._("%(rule)s takes its place.", rule=self.display_name),
        )

    def _covers(self, other):
        """Return whether this version leaves no day to an earlier approved one."""
        if other.state != "approved" or other.number >= self.number:
            return False
        starts = not self.effective_from or (
            other.effective_from and self.effective_from <= other.effective_from
        )
        ends = not self.effective_to or (
            other.effective_to and self.effective_to >= other.effective_to
        )
        return bool(starts and ends)

    def _set_state(self, state, action, reason="", **values):
        """Move versions to a state; the one place that does."""
        for version in self:
            # Decisions are refused by write(): they come from here only.
            version._write_decision({**values, "state": state})
            version._seal_rows()
            version._log_change(action, reason=reason or "")
