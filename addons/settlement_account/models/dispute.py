from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.models.big_integer import minor_units

from ..planning.disputes import EXCHANGE
from ..services.dispute_booker import DisputeBooker
from ..services.dispute_documents import DisputedDocuments
from ..services.post_run import PostRun

TREATMENTS = [
    ("keep", "Our loss; the invoice stays paid"),
    ("reopen", "The customer owes the invoice again"),
    ("credit", "Given back to the customer: a credit note"),
]


class SettlementDispute(models.Model):
    _inherit = "settlement.dispute"

    invoice_treatment = fields.Selection(
        TREATMENTS, help="Empty: as the posting policy says.", tracking=True
    )
    credit_note_id = fields.Many2one(
        "account.move",
        check_company=True,
        domain="[('move_type', '=', 'out_refund'), ('state', '=', 'posted')]",
    )
    reopened_invoice_ids = fields.Many2many(
        "account.move",
        "settlement_dispute_reopened_rel",
        string="Re-opened Invoices",
        readonly=True,
    )
    posting_ids = fields.One2many("settlement.posting", "dispute_id")
    invoice_ids = fields.Many2many(
        "account.move", string="Invoices", compute="_compute_invoice_ids"
    )
    is_booking_held = fields.Boolean(
        compute="_compute_is_booking_held",
        help="Its booked outcome was reversed: it is booked again by hand only.",
    )

    def _compute_invoice_ids(self):
        for dispute in self:
            # Viewers of disputes need not be able to read matches.
            dispute.invoice_ids = DisputedDocuments(dispute.sudo()).documents

    def _find_partner(self):
        # Viewers of disputes need not be able to read matches.
        partner = DisputedDocuments(self.sudo()).partner
        return partner or super()._find_partner()

    def _compute_is_booking_held(self):
        for dispute in self:
            dispute.is_booking_held = dispute._is_held()

    # ------------------------------------------------------------------
    # For the ledger
    # ------------------------------------------------------------------

    def _wanted_minor(self, lost_role):
        """Return what should have left the dispute account: role → minor units."""
        self.ensure_one()
        wanted = {
            lost_role: minor_units(self.lost_amount, self.currency_id),
            EXCHANGE: minor_units(self.exchange_amount, self.currency_id),
        }
        return {role: amount for role, amount in wanted.items() if amount}

    def _outcome_text(self):
        """Return what was booked, so that the same is not booked again by itself."""
        return (
            f"{self.status} {minor_units(self.lost_amount, self.currency_id)} "
            f"{minor_units(self.exchange_amount, self.currency_id)} "
            f"{self.invoice_treatment or ''}"
        ).strip()

    def _is_held(self):
        """Return whether a person has reversed the booking of this very outcome."""
        self.ensure_one()
        last = self.env["settlement.posting"].search(
            [("dispute_id", "=", self.id), ("kind", "=", "dispute")],
            order="id desc",
            limit=1,
        )
        return last.state == "reversed" and last.dispute_outcome == self._outcome_text()

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_book_outcome(self):
        """Book the outcome of these disputes now, also where it had been reversed.

        :raises AccessError: without the accountant role.
        :raises UserError: if it cannot be booked, with the reason.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")
        # Postings are written by these methods only; the role was checked.
        self.sudo()._book_outcome(by_hand=True)

    def _book_outcome(self, by_hand=False):
        """Book what is due, and let what it opened find what it settles."""
        for backend, disputes in self.grouped("backend_id").items():
            backend = backend.with_company(backend.company_id)
            counters = DisputeBooker(backend, by_hand=by_hand).book(disputes)
            if counters.get("busy"):
                raise UserError(
                    self.env._("Somebody else is posting right now. Try again.")
                )
            self.env["settlement.exception"]._stop_if_refused(disputes)
            PostRun(backend).clear()

    def _give_up(self, treatment, reason, charge=None, credit_note=None):
        """Accept these disputes as lost, and say what becomes of the invoice."""
        for dispute in self:
            values = {"invoice_treatment": treatment}
            if charge:
                values["chosen_charge_id"] = charge.id
                values["charge_transaction_id"] = (
                    dispute.charge_transaction_id or charge
                ).id
            if credit_note:
                values["credit_note_id"] = credit_note.id
            dispute.write(values)
            dispute._check_documents()
            dispute._decide("accepted", reason)
        self._book_outcome()

    def _check_documents(self):
        """Refuse to open again what the payment never paid."""
        if self.invoice_treatment == "keep":
            return
        if not DisputedDocuments(self).account:
            raise UserError(
                self.env._(
                    "The payment %(payment)s has settled nothing of a customer, so "
                    "nothing can be opened again. Match it first, or name the payment.",
                    payment=self.charge_external_id or "?",
                )
            )

    # ------------------------------------------------------------------
    # Ways
    # ------------------------------------------------------------------

    def action_open_invoices(self):
        """Open what the disputed payments had paid."""
        return self.env["settlement.transaction"]._open_records(self.invoice_ids)

    def action_open_moves(self):
        """Open all entries of these disputes."""
        moves = self.transaction_ids._moves() | self.posting_ids.move_id
        return self.env["settlement.transaction"]._open_records(moves)
