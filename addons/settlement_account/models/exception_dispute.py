from odoo import models
from odoo.exceptions import UserError

from odoo.addons.settlement.exceptions.verb import Verb

CHOICES = ("keep", "reopen")


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def _verbs(self):
        return {
            **super()._verbs(),
            "chargeback": Verb(
                self.env._("Accept the Chargeback"),
                ("dispute_opened",),
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Gives the dispute up. Its money leaves the dispute account: it is "
                    "our loss and the invoice stays paid, or the customer owes the "
                    "invoice again. The provider's own outcome counts more."
                ),
            ),
            "refund": Verb(
                self.env._("Treat as Refund"),
                ("dispute_opened",),
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Gives the dispute up as money given back: the customer's account "
                    "is charged with it and settled by the credit note."
                ),
            ),
        }

    def _resolve_chargeback(self, invoice="keep", charge=None, reason=""):
        """Accept a dispute as lost.

        :param invoice: ``keep`` it paid, the loss is ours; ``reopen`` it.
        :param charge: id of the disputed payment, if the provider did not name it.
        """
        if invoice not in CHOICES:
            raise UserError(
                self.env._(
                    "%(choice)s is no choice for the invoice; choose one of "
                    "%(choices)s.",
                    choice=invoice,
                    choices=", ".join(CHOICES),
                )
            )
        self._disputes()._give_up(invoice, reason, self._charge(charge))

    def _resolve_refund(self, credit_note=None, charge=None, reason=""):
        """Accept a dispute as money given back to the customer.

        :param credit_note: id of the posted credit note that it settles, if there is
            one already.
        :param charge: id of the disputed payment, if the provider did not name it.
        """
        self._disputes()._give_up(
            "credit", reason, self._charge(charge), self._credit_note(credit_note)
        )

    def _disputes(self):
        """Return the disputes behind these exceptions, for code that changes them."""
        if not self.dispute_id:
            raise UserError(self.env._("There is no dispute behind this."))
        # The verb's role and limit were checked.
        return self.dispute_id.sudo()

    def _charge(self, charge_id):
        """Return the payment that a person names.

        :raises UserError: if it is no payment of the same backend.
        """
        charge = self.env["settlement.transaction"].browse(charge_id or [])
        if charge and (
            charge.exists().kind != "charge" or charge.backend_id != self.backend_id
        ):
            raise UserError(
                self.env._(
                    "Name a payment of %(backend)s.", backend=self.backend_id.name
                )
            )
        return charge

    def _credit_note(self, move_id):
        """Return the credit note that a person names.

        :raises UserError: if it is none, or not posted.
        """
        note = self.env["account.move"].browse(move_id or []).exists()
        if move_id and (
            note.move_type != "out_refund"
            or note.state != "posted"
            or note.company_id != self.company_id
        ):
            raise UserError(self.env._("Name a posted credit note of a customer."))
        return note
