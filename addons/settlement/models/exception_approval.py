from odoo import fields, models
from odoo.exceptions import UserError

from .big_integer import minor_units


class SettlementException(models.Model):
    """Verbs that another person has to agree to."""

    _inherit = "settlement.exception"

    approval_id = fields.Many2one("settlement.approval", readonly=True)

    # ------------------------------------------------------------------
    # Somebody else agrees
    # ------------------------------------------------------------------

    def _approval_limit(self, verb):
        """Return up to which amount one person may use ``verb`` alone.

        settlement_account takes it from the posting policy.

        :return: minor units of the company's currency; None: no limit.
        """
        return None

    def _amount_at_stake(self, verb, values):
        """Return what ``verb`` decides on, in minor units of the company's currency.

        :return: None if no money is known to hang on it.
        """
        self.ensure_one()
        if not self.currency_id:
            return None
        return minor_units(self.company_amount, self.company_currency_id)

    def _ask_approval(self, name, values):
        """Freeze what is wanted and wait for another person to agree."""
        label = self._verb(name).label
        approval = self.env["settlement.approval"]._request(
            self,
            self._approval_content(name, values),
            self.env._(
                "%(verb)s: %(reason)s. %(cause)s",
                verb=label,
                reason=self._reason_label(),
                cause=self.cause,
            ),
        )
        self._set_state("waiting_approval", approval_id=approval.id)
        self.env["settlement.event"]._log(
            "exception.approval_requested",
            self,
            after={"verb": name, "values": values, "approval": approval.id},
        )
        sentence = self.env._(
            "“%(verb)s” waits for another person to agree.", verb=label
        )
        return self._notice(sentence)

    def _notice(self, sentence):
        """Return the action that shows a sentence and closes the dialogue."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": sentence,
                "type": "info",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _approval_content(self, name, values):
        """Return what an approver agrees to: this verb, on what is known today."""
        self.ensure_one()
        return {
            "verb": name,
            "values": values,
            "reason": self.reason,
            "cause": self.cause,
            "amount": self.currency_id.format(self.amount) if self.currency_id else "",
        }

    def action_withdraw_request(self):
        """Take back what was asked for, so that something else can be done.

        :raises AccessError: unless the user asked, or may decide.
        """
        self.check_access("write")
        backend = self.env["settlement.backend"]
        for exception in self.filtered(lambda one: one.state == "waiting_approval"):
            # Who asked knows the request; deciding is not possible this way.
            request = exception.sudo().approval_id
            if request.requester_id != self.env.user:
                backend._require_group("group_approver")
            request.sudo(False)._withdraw(self.env._("Taken back."))
            exception._set_state("in_progress")
            self.env["settlement.event"]._log(
                "exception.approval_withdrawn", exception, after={"by": self.env.uid}
            )

    def _approval_decided(self, approval):
        """Do what was approved, or give it back with the words of the refusal."""
        self.ensure_one()
        # Whoever decides may read the approval; the pipeline need not.
        request = approval.sudo()
        if self.approval_id != approval or self.state != "waiting_approval":
            return
        if request.state != "approved":
            self._give_back(request)
            return
        name, values = request.content["verb"], request.content["values"]
        if not self.env["settlement.approval"]._approved(
            self, self._approval_content(name, values)
        ):
            raise UserError(
                self.env._(
                    "What this was asked for has changed since: %(cause)s Refuse it, "
                    "so that it can be looked at again.",
                    cause=self.cause,
                )
            )
        self._act(name, values, approval)

    def _give_back(self, request):
        """Return a refused exception to who asked, with the comment."""
        self._set_state("in_progress", user_id=request.requester_id.id)
        # The comment goes to the requester, whoever follows the record.
        self.sudo().message_post(
            body=self.env._(
                "%(user)s refused: %(comment)s",
                user=request.decider_id.name,
                comment=request.decision_reason,
            ),
            author_id=request.decider_id.partner_id.id,
            partner_ids=request.requester_id.partner_id.ids,
        )
        self.env["settlement.event"]._log(
            "exception.approval_refused",
            self,
            reason=request.decision_reason,
            after={"verb": request.content["verb"], "approval": request.id},
        )
