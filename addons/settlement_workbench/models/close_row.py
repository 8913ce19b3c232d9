from odoo import api, fields, models
from odoo.exceptions import UserError

from ..closing.result import BLOCKING, LISTED, STATES, TO_SIGN, proof_hash

LABELS = {
    "ok": "Good",
    "warning": "Look at It",
    "blocking": "In the Way",
    "unknown": "No Data Yet",
}


class SettlementCloseRow(models.Model):
    """One check of a period: what it found, and who signed it."""

    _name = "settlement.close.row"
    _description = "Check of a Period"
    _order = "close_id, rank, sequence, id"
    _check_company_auto = True

    close_id = fields.Many2one(
        "settlement.close", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="close_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="close_id.currency_id")
    close_state = fields.Selection(related="close_id.state", string="Period")
    code = fields.Char(required=True, readonly=True)
    subject_id = fields.Integer(
        default=0, readonly=True, help="The wallet or account that it looks at."
    )
    sequence = fields.Integer(readonly=True)
    rank = fields.Integer(
        compute="_compute_rank", store=True, help="What is in the way comes first."
    )
    name = fields.Char(required=True, readonly=True, string="Check")
    state = fields.Selection(
        [(state, LABELS[state]) for state in STATES],
        string="Result",
        required=True,
        default="unknown",
        readonly=True,
    )
    sentence = fields.Text(string="What There Is", readonly=True)
    amount = fields.Monetary(
        readonly=True, help="Money in the way, in company currency."
    )
    proof = fields.Json(readonly=True, string="Proof as Data")
    proof_text = fields.Text(compute="_compute_proof_text", string="Proof")
    frozen_text = fields.Text(compute="_compute_proof_text", string="Proof as Signed")
    proof_hash = fields.Char(readonly=True, help="SHA-256 of the proof.")
    computed_at = fields.Datetime(readonly=True)
    record_model = fields.Char(readonly=True)
    record_ids = fields.Json(readonly=True)
    record_domain = fields.Json(readonly=True)
    record_count = fields.Integer(readonly=True, string="Records")
    step = fields.Char(readonly=True, help="What can be started from here.")
    step_label = fields.Char(compute="_compute_step_label")
    owner_id = fields.Many2one("res.users", string="Owner")
    signed_by_id = fields.Many2one("res.users", string="Signed by", readonly=True)
    signed_at = fields.Datetime(readonly=True)
    comment = fields.Text(readonly=True, help="Why it was signed.")
    frozen_proof = fields.Json(
        readonly=True, string="Signed Data", help="The proof as it was signed."
    )
    frozen_hash = fields.Char(readonly=True, help="SHA-256 of the proof as signed.")
    is_changed = fields.Boolean(compute="_compute_is_changed")
    signature = fields.Char(compute="_compute_signature", string="Signed")
    needs_signature = fields.Boolean(compute="_compute_is_changed")

    _check_uniq = models.Constraint(
        "UNIQUE (close_id, code, subject_id)", "A period has each check once."
    )

    @api.depends("proof_hash", "frozen_hash", "state", "signed_by_id")
    def _compute_is_changed(self):
        for row in self:
            row.is_changed = bool(row.frozen_hash) and row.frozen_hash != row.proof_hash
            is_signed = row.signed_by_id and not row.is_changed
            row.needs_signature = row.state in TO_SIGN and not is_signed

    @api.depends("state", "needs_signature")
    def _compute_rank(self):
        for row in self:
            row.rank = 0 if row.state == BLOCKING else 1 if row.needs_signature else 2

    @api.depends("signed_by_id", "is_changed", "needs_signature")
    def _compute_signature(self):
        for row in self:
            row.signature = row._signature_words()

    def _signature_words(self):
        """Return who vouches for the check, or that somebody should."""
        name = self.signed_by_id.sudo().name
        if self.is_changed:
            return self.env._("Changed since signed")
        if name:
            return name
        return self.env._("To be signed") if self.needs_signature else ""

    @api.depends("proof", "frozen_proof")
    def _compute_proof_text(self):
        for row in self:
            row.proof_text = row._figures_text(row.proof)
            row.frozen_text = row._told_text(row.frozen_proof)

    @api.model
    def _told_text(self, proof):
        sentence = (proof or {}).get("sentence", "")
        return f"{sentence}\n{self._figures_text(proof)}".strip()

    @api.model
    def _figures_text(self, proof):
        return "\n".join(
            f"{label}: {value}"
            for name in ("figures", "notes")
            for label, value in (proof or {}).get(name, ())
        )

    def _compute_step_label(self):
        labels = self.env["settlement.close.check"]._step_labels()
        for row in self:
            row.step_label = labels.get(row.step, "")

    def _named_with_amount(self):
        """Return the name of this check with the money in the way."""
        self.ensure_one()
        if self.currency_id.is_zero(self.amount):
            return self.name
        amount = self.currency_id.format(self.amount)
        return f"{self.name} ({amount})"

    def write(self, vals):
        """Refuse what does not come from the methods of a check."""
        if not self.env.su:
            raise UserError(
                self.env._("A check is computed. Sign it, or name its owner instead.")
            )
        return super().write(vals)

    # ------------------------------------------------------------------
    # Taking in what the checks found
    # ------------------------------------------------------------------

    def _take(self, close, results):
        """Bring these rows of one period to what its checks found."""
        known = {(row.code, row.subject_id): row for row in self}
        now = fields.Datetime.now()
        for number, (result, name, step) in enumerate(results, start=1):
            values = {
                **self._found_values(close, result, name, step),
                "sequence": number,
                "computed_at": now,
            }
            row = known.pop((result.code, result.subject), None)
            if row:
                row.write(values)
            else:
                self.create(
                    {
                        **values,
                        "close_id": close.id,
                        "code": result.code,
                        "subject_id": result.subject,
                        "owner_id": close.create_uid.id,
                    }
                )
        self._drop(known.values())

    @api.model
    def _drop(self, rows):
        """Forget checks that look at nothing any more, unless somebody signed them."""
        for row in rows:
            if not row.frozen_hash:
                row.unlink()

    @api.model
    def _found_values(self, close, result, name, step):
        proof = result.proof()
        factor = 10**close.currency_id.decimal_places
        many = len(result.ids) > LISTED
        return {
            "name": f"{name}: {result.label}" if result.label else name,
            "state": result.state,
            "sentence": result.sentence,
            "amount": result.amount_minor / factor,
            "proof": proof,
            "proof_hash": proof_hash(proof),
            "record_model": result.model or False,
            "record_ids": list(result.ids) if not many else [],
            "record_domain": list(map(list, result.domain)) or False,
            "record_count": len(result.ids),
            "step": step if result.state != "ok" else False,
        }

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_open(self):
        """Open exactly the records behind the figure of this check."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        self.check_access("read")
        if not self.record_model:
            raise UserError(self.env._("There are no records behind this check."))
        domain = [("id", "in", self.record_ids or [])]
        if not self.record_ids and self.record_domain:
            domain = [
                tuple(part) if len(part) == 3 else part for part in (self.record_domain)
            ]
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self.record_model,
            "views": [(False, "list"), (False, "form")],
            "domain": domain,
            "context": {"active_test": False},
        }

    def action_open_proof(self):
        """Open the proof of this check, as it is now and as it was signed."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }
