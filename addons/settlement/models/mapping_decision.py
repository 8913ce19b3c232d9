from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..canonical.words import counted


class SettlementMapping(models.Model):
    """How a mapping is submitted, approved by somebody else, and withdrawn."""

    _inherit = "settlement.mapping"

    def _waiting_words(self, approval):
        """Return who asked for what, for the person who decides."""
        content = approval.content
        if content.get("act") == "withdraw":
            return self.env._(
                "%(user)s asks to withdraw it: %(reason)s",
                user=approval.requester_id.name,
                reason=approval.reason,
            )
        changed = content.get("rows that change", 0)
        return counted(
            self.env._(
                "%(user)s asks for approval: %(reason)s. %(changed)s {row|rows} would "
                "change; posted already: %(posted)s.",
                user=approval.requester_id.name,
                reason=(approval.reason or "").rstrip("."),
                changed=changed,
                posted=content.get("of them posted already", 0),
            ),
            changed,
        )

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_submit(self, reason=""):
        """Ask somebody else to approve these drafts.

        :param reason: why the code means that; by default the note.
        :raises AccessError: without the accountant role.
        :raises UserError: if a row that was received cannot be what the mapping says.
        """
        self._require_accountant()
        self._require_draft()
        for mapping in self:
            concerned = mapping._concerned()
            concerned.raise_conflict()
            content = {
                **mapping._words(),
                **concerned.in_words(),
                "act": "approve",
                "fingerprint": mapping._fingerprint(),
            }
            mapping._ask(content, reason)
            mapping._set_state("waiting", "mapping.submitted", reason)
            mapping._tell_exceptions("waiting_approval")

    def action_withdraw(self, reason=""):
        """Take drafts back; ask for approval to end mappings that hold.

        :param reason: why; needed for what holds.
        """
        self._require_accountant()
        for mapping in self:
            if mapping.state in ("draft", "waiting"):
                mapping._withdraw_draft(reason)
            else:
                mapping._ask_to_withdraw(reason)

    def action_new_version(self):
        """Return the form of a new draft that will follow this mapping."""
        self.ensure_one()
        self._require_accountant()
        draft = self._new_version()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": draft.id,
            "views": [(False, "form")],
        }

    def _new_version(self, **values):
        """Return a draft that says the same, from today on unless told otherwise."""
        self.ensure_one()
        values.setdefault("effective_from", fields.Date.context_today(self))
        return self.copy({**values, "previous_id": self.id})

    # ------------------------------------------------------------------
    # Asking
    # ------------------------------------------------------------------

    def _words(self):
        """Return what is to be approved in words of people."""
        self.ensure_one()
        scope = self.backend_id.name or self._label("connector") or self.company_id.name
        return {
            "code": self.code,
            "for": scope,
            "direction": self._label("direction") or self.env._("both"),
            "currency": self.currency_id.name or self.env._("all"),
            "meaning": self._meaning(),
            "from": self.effective_from or self.env._("the beginning"),
        }

    def _ask(self, content, reason):
        self.ensure_one()
        reason = reason or self.note or self.display_name
        return self.env["settlement.approval"]._request(self, content, reason)

    def _ask_to_withdraw(self, reason):
        if self.state != "approved":
            raise UserError(
                self.env._(
                    "%(mapping)s does not hold any more.", mapping=self.display_name
                )
            )
        if not (reason or "").strip():
            raise UserError(self.env._("Say why the mapping is withdrawn."))
        content = {
            **self._words(),
            "act": "withdraw",
            "fingerprint": self._fingerprint(),
        }
        self._ask(content, reason)
        self.message_post(body=self.env._("Asked to withdraw it: %s", reason))

    def _withdraw_draft(self, reason):
        waiting = self._approvals("waiting")
        waiting._withdraw(reason or self.env._("The mapping was taken back."))
        self._set_state("withdrawn", "mapping.withdrawn", reason)
        self._tell_exceptions("in_progress")

    def _nothing_waits(self):
        return self.env._("Nothing about this mapping waits.")

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def _approval_decided(self, approval):
        """Follow a decision; called as the person who decided."""
        self.ensure_one()
        # The right to decide was checked by the approval; its content is frozen.
        approval, mapping = approval.sudo(), self.sudo()
        act = approval.content.get("act")
        if approval.state == "refused":
            if mapping.state == "waiting":
                mapping._set_state("draft", "mapping.refused", approval.decision_reason)
                mapping._tell_exceptions("in_progress")
            return
        mapping._check_as_asked(approval)
        if act == "withdraw":
            mapping._end(approval)
        else:
            mapping._approve(approval)

    def _check_as_asked(self, approval):
        if self.author_id == approval.decider_id:
            raise UserError(
                self.env._(
                    "You wrote this mapping yourself. Somebody else has to approve it."
                )
            )
        if approval.content.get("fingerprint") != self._fingerprint():
            raise UserError(
                self.env._(
                    "%(mapping)s is no longer what its approval was asked for. Refuse "
                    "it and ask again.",
                    mapping=self.display_name,
                )
            )

    def _approve(self, approval):
        """Make the mapping hold, in the place of the version before it."""
        former = self._former_versions()
        former.filtered(lambda version: version.state == "approved")._set_state(
            "superseded", "mapping.superseded"
        )
        # The unique index looks at each statement: first the one leaves, then the
        # other comes.
        self.env.flush_all()
        self._set_state(
            "approved",
            "mapping.approved",
            approval.reason,
            version=max(former.mapped("version"), default=0) + 1,
            decision=self._next_decision(),
            approver_id=approval.decider_id.id,
            approved_at=fields.Datetime.now(),
        )
        self._follow_decision()

    def _end(self, approval):
        """Let the mapping hold no more: the connector's own meaning is back."""
        if self.state != "approved":
            raise UserError(
                self.env._(
                    "%(mapping)s does not hold any more.", mapping=self.display_name
                )
            )
        self._set_state(
            "withdrawn",
            "mapping.withdrawn",
            approval.reason,
            decision=self._next_decision(),
        )
        self._follow_decision()

    def _former_versions(self):
        """Return the decided versions of the same decision, locked."""
        self.ensure_one()
        key = ("company_id", "backend_id", "connector", "code", "direction")
        domain = Domain("version", ">", 0) & Domain("id", "!=", self.id)
        for name in (*key, "currency_id"):
            domain &= Domain(name, "=", self._plain(name))
        versions = self.search(domain)
        versions.lock_for_update()
        return versions

    @api.model
    def _next_decision(self):
        query = SQL("SELECT nextval('settlement_mapping_decision_seq')")
        return self.env.execute_query(query)[0][0]

    def _set_state(self, state, action, reason="", **values):
        """Move mappings to a state; the one place that does."""
        for mapping in self:
            before = {"state": mapping.state, "version": mapping.version}
            # Decisions are refused by write(): they come from here only.
            mapping._write_decision({**values, "state": state})
            mapping._seal_rows()
            mapping._log_change(action, before, reason)

    # ------------------------------------------------------------------
    # Exceptions
    # ------------------------------------------------------------------

    def _tell_exceptions(self, state):
        """Let the exceptions about this code wait for the approval, or no more."""
        codes = self.env["settlement.source.code"].search(
            [("backend_id", "in", self._backends().ids), ("code", "=", self.code)]
        )
        codes._let_exceptions_wait(self, state)
