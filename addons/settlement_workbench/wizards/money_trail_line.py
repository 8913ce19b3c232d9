from odoo import api, fields, models

STAGES = [
    ("document", "Document"),
    ("payment", "Payment"),
    ("match", "Match"),
    ("row", "At the Provider"),
    ("payout", "Payout"),
    ("posting", "Entry of Ours"),
    ("bank_match", "Payout at the Bank"),
    ("bank_row", "Bank Entry"),
    ("bank_line", "Statement Line"),
    ("statement", "Statement"),
    ("message", "Raw Payload"),
    ("exception", "Exception"),
]
# Where a record says its day, its amount and its state; the first that it has.
DAYS = ("booked_on", "date", "invoice_date", "decided_at", "received_at", "opened_at")
# The field with the amount, in the currency of the record.
AMOUNTS = {
    "account.move": "amount_total_in_currency_signed",
    "settlement.transaction": "gross_amount",
    "settlement.batch": "total",
}


class SettlementMoneyTrailLine(models.TransientModel):
    """One record on the way of the money."""

    _name = "settlement.money.trail.line"
    _description = "Step of the Money"
    _order = "id"

    trail_id = fields.Many2one(
        "settlement.money.trail", required=True, ondelete="cascade"
    )
    stage = fields.Selection(STAGES, readonly=True)
    name = fields.Char(string="What", readonly=True)
    day = fields.Date(readonly=True)
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    state = fields.Char(readonly=True)
    rest = fields.Char(string="More", readonly=True)
    is_start = fields.Boolean(readonly=True)
    record_model = fields.Char(readonly=True)
    record_id = fields.Integer(readonly=True)

    @api.model
    def _values(self, trail, step, start):
        record = step.record
        return {
            "trail_id": trail.id,
            "stage": step.stage,
            "name": self._words(record),
            "day": self._first(record, DAYS),
            "amount": self._first(record, (AMOUNTS.get(record._name, "amount"),)),
            "currency_id": self._currency(record).id,
            "state": self._state(record),
            "rest": self.env._("and %(count)s more", count=step.rest)
            if step.rest
            else False,
            "is_start": record == start,
            "record_model": record._name,
            "record_id": record.id,
        }

    @api.model
    def _words(self, record):
        if record._name == "settlement.match":
            return record.sentence or record.display_name
        if record._name == "settlement.message":
            return f"{record.external_id or record.id} · SHA-256 {record.sha256[:16]}…"
        return record.display_name

    @api.model
    def _first(self, record, names):
        for name in names:
            if name in record._fields and record[name]:
                return record[name]
        return False

    @api.model
    def _currency(self, record):
        if record._name == "settlement.posting":
            # What it adds to the wallet is not what passed through it.
            return self.env["res.currency"]
        if "currency_id" in record._fields:
            return record.currency_id
        return self.env["res.currency"]

    @api.model
    def _state(self, record):
        """Return the state of a record in words; of a document how it is paid."""
        name = "state"
        if record._name == "account.move" and record.is_invoice(include_receipts=True):
            name = "payment_state"
        if name not in record._fields or not record[name]:
            return False
        words = dict(record._fields[name]._description_selection(self.env))
        return words.get(record[name], record[name])

    def action_open(self):
        """Open the record of this step."""
        self.ensure_one()
        record = self.env[self.record_model].browse(self.record_id)
        record.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.record_model,
            "res_id": self.record_id,
            "views": [(False, "form")],
        }
