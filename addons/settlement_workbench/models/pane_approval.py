from odoo import models
from odoo.exceptions import UserError

from odoo.addons.settlement_account.planning.preview import Seen

from ..pane.keys import APPROVE, DECISIONS, REFUSE


class SettlementException(models.Model):
    """Somebody else agrees, in the same pane and with the same keys."""

    _inherit = "settlement.exception"

    def _pane_request(self):
        """Return the request about it that this user may decide on, if there is one."""
        approvals = self.env["settlement.approval"]
        if self.state != "waiting_approval" or not approvals.has_access("write"):
            return approvals
        # Who may decide on requests may read them.
        own = self.sudo()
        request = own.approval_id or own.mapping_id._approvals("waiting")
        return request.sudo(False).filtered("is_for_me")[:1]

    def _pane_verbs(self):
        """Put the decision before everything else."""
        verbs = super()._pane_verbs()
        if not self._pane_request():
            return verbs
        return [*(self._pane_decision(name) for name in DECISIONS), *verbs]

    def _pane_decision(self, name):
        """Return a decision as the pane shows a verb."""
        is_refusal = name == REFUSE
        return {
            "name": name,
            "label": self.env._("Refuse") if is_refusal else self.env._("Approve"),
            "enabled": True,
            "why_not": "",
            "needs": ["comment"] if is_refusal else [],
            "effect": self._decision_effect(name),
            "posts": not is_refusal,
            "approval": "never",
            "key": DECISIONS[name],
            "takes": "",
            "is_own": True,
            "dialogue": False,
            "defaults": {},
            "inputs": [
                {
                    "name": "comment",
                    "label": self.env._("Comment"),
                    "help": "",
                    "type": "text",
                    "options": [],
                    "model": "",
                    "domain": [],
                    "required": is_refusal,
                }
            ],
        }

    def _decision_effect(self, name):
        if name == REFUSE:
            return self.env._("Gives it back to who asked, with your comment.")
        return self.env._("Agrees to what was asked for; it is done at once.")

    # ------------------------------------------------------------------
    # Looking and deciding
    # ------------------------------------------------------------------

    def _preview(self, verb, values):
        """Show what an approval would do, with the eyes of who decides."""
        if verb not in DECISIONS:
            return super()._preview(verb, values)
        request = self._required_request()
        seen, why_not = Seen(), ""
        content = request.content or {}
        if verb == APPROVE and content.get("verb") and self.approval_id == request:
            seen, why_not = self._look(content["verb"], content.get("values") or {})
        found = {
            "refused": why_not or self._missing_comment(verb, values),
            "needs_approval": False,
            "remarks": [],
            "outcome": "resolved" if verb == APPROVE else "in_progress",
        }
        label = self._pane_decision(verb)["label"]
        shown = {"verb": verb, "verb_label": label, "posts": verb == APPROVE}
        return self._shown_preview(verb, values, seen or Seen(), found, shown)

    def _missing_comment(self, verb, values):
        if verb == REFUSE and not (values.get("comment") or "").strip():
            return self.env._("Say why you refuse.")
        return ""

    def _required_request(self):
        """Return the request to decide on.

        :raises UserError: if there is none that this user may decide on.
        """
        request = self._pane_request()
        if not request:
            raise UserError(self.env._("Nothing about it waits for your decision."))
        return request

    def pane_preview(self, verb, values=None):
        """Return what a verb, or a decision on a request, would do now.

        :raises AccessError: without the role that it needs.
        """
        if verb not in DECISIONS:
            return super().pane_preview(verb, values)
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_approver")
        self.check_access("write")
        return self._preview(verb, values or {})

    def pane_resolve(self, verb, values, preview_hash):
        """Do what the preview has shown; a decision goes to the approval itself.

        :raises AccessError: without the role that it needs.
        """
        if verb not in DECISIONS:
            return super().pane_resolve(verb, values, preview_hash)
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_approver")
        self.check_access("write")
        if not preview_hash:
            raise UserError(self.env._("Look at what will be done first."))
        self._lock()
        preview = self._preview(verb, values or {})
        if preview["hash"] != preview_hash or preview["refused"]:
            return self._pane_changed(preview)
        comment = (values or {}).get("comment") or ""
        request = self._required_request()
        if verb == APPROVE:
            request.action_approve(comment)
        else:
            request.action_refuse(comment)
        self.invalidate_recordset()
        return self._pane_outcome(None)
