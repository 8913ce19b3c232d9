import base64

from odoo import fields, models
from odoo.exceptions import UserError

SHOWN_REJECTED = 50


class SettlementImportWizard(models.TransientModel):
    """Choose a file, see what it would change, then import it."""

    _name = "settlement.import.wizard"
    _description = "Import a File"

    backend_id = fields.Many2one(
        "settlement.backend",
        required=True,
        default=lambda self: self.env["settlement.backend"].search(
            [("company_id", "in", self.env.companies.ids)], limit=1
        ),
    )
    content = fields.Binary(required=True, attachment=False)
    filename = fields.Char()
    is_shown = fields.Boolean(readonly=True)
    new_count = fields.Integer("New", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    known_count = fields.Integer("Known Already", readonly=True)
    batch_count = fields.Integer("Payouts and Statements", readonly=True)
    rejected_count = fields.Integer("Put Aside", readonly=True)
    error = fields.Text(readonly=True)
    line_ids = fields.One2many(
        "settlement.import.wizard.line",
        "wizard_id",
        string="First Rows",
        domain=[("section", "=", "row")],
        readonly=True,
    )
    rejected_ids = fields.One2many(
        "settlement.import.wizard.line",
        "wizard_id",
        string="Rows Put Aside",
        domain=[("section", "=", "rejected")],
        readonly=True,
    )
    statement_ids = fields.One2many(
        "settlement.import.wizard.line",
        "wizard_id",
        string="Payouts, Statements and Balances",
        domain=[("section", "in", ("batch", "balance"))],
        readonly=True,
    )

    def _file(self):
        """Return name and content of the chosen file."""
        self.ensure_one()
        if not self.content:
            raise UserError(self.env._("Choose a file first."))
        name = self.filename or self.env._("upload")
        return name, base64.b64decode(self.content)

    def action_preview(self):
        """Show what importing the chosen file would change; nothing is imported."""
        preview = self.backend_id.preview_file(*self._file())
        lines = self._lines_of(preview)
        self.env["settlement.import.wizard.line"].search(
            [("wizard_id", "=", self.id)]
        ).unlink()
        self.env["settlement.import.wizard.line"].create(
            [{"wizard_id": self.id, **line} for line in lines]
        )
        self.write(
            {
                "is_shown": True,
                "new_count": preview["new"],
                "changed_count": preview["changed"],
                "known_count": preview["known"],
                "batch_count": preview["batches"],
                "rejected_count": len(preview["rejected"]),
                "error": preview["error"] or False,
            }
        )
        self.invalidate_recordset(["line_ids", "rejected_ids", "statement_ids"])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a File"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _lines_of(self, preview):
        """Return the values of the lines that show a preview."""
        lines = [
            {
                "section": "row",
                "effect": row["effect"],
                "date": row["booked_on"],
                "name": row["external_id"],
                "kind": row["kind"],
                "amount": f"{row['gross_amount']} {row['currency']}",
                "net": f"{row['net_amount']} {row['currency']}",
                "counterparty": row["counterparty"],
                "text": row["reference"],
            }
            for row in preview["rows"]
        ]
        lines += [
            {
                "section": "rejected",
                "number": row["number"],
                "name": row["raw"],
                "text": row["reason"],
            }
            for row in preview["rejected"][:SHOWN_REJECTED]
        ]
        return lines + self._statement_lines(preview)

    def _statement_lines(self, preview):
        lines = [
            {
                "section": "batch",
                "date": batch["date"],
                "name": batch["external_id"],
                "kind": batch["kind"],
                "amount": f"{batch['total']} {batch['currency']}",
                "text": batch["opening"]
                and f"{batch['opening']} → {batch['closing'] or '?'}",
            }
            for batch in preview["batch_rows"]
        ]
        return lines + [
            {
                "section": "balance",
                "date": balance["observed_at"][:10],
                "name": balance["observed_at"],
                "kind": self.env._("balance"),
                "amount": f"{balance['available']} {balance['currency']}",
                "text": self.env._("pending %(amount)s", amount=balance["pending"]),
            }
            for balance in preview["balances"]
        ]

    def action_import(self):
        """Import the chosen file, run the pipeline and show what came of it."""
        message = self.backend_id.import_file(*self._file())
        self.backend_id.run_pipeline()
        return self.env["settlement.transaction"]._open_records(message)


class SettlementImportWizardLine(models.TransientModel):
    """One line of a preview."""

    _name = "settlement.import.wizard.line"
    _description = "Line of an Import Preview"

    wizard_id = fields.Many2one(
        "settlement.import.wizard", required=True, ondelete="cascade"
    )
    section = fields.Selection(
        [
            ("row", "Row"),
            ("rejected", "Put aside"),
            ("batch", "Payout or statement"),
            ("balance", "Balance"),
        ],
        required=True,
    )
    effect = fields.Selection(
        [
            ("new", "New"),
            ("changed", "Changed"),
            ("known", "Known already"),
            ("rejected", "Put aside"),
        ]
    )
    number = fields.Integer("Row")
    date = fields.Date()
    name = fields.Char("Source ID")
    kind = fields.Char()
    amount = fields.Char()
    net = fields.Char()
    counterparty = fields.Char()
    text = fields.Char("Details")
