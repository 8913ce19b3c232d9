from odoo import fields, models
from odoo.fields import Command

from ..services.entry_writer import to_float

# More lines on a screen are none that anybody reads.
MOST_LINES = 500


class SettlementPostingPreview(models.TransientModel):
    """The entries that posting something would make, to the last line."""

    _name = "settlement.posting.preview"
    _description = "Preview of Entries"

    subject_model = fields.Char(required=True, readonly=True)
    subject_id = fields.Many2oneReference(
        "Posted", model_field="subject_model", required=True, readonly=True
    )
    preview_hash = fields.Char(readonly=True)
    has_changed = fields.Boolean(readonly=True)
    line_count = fields.Integer(string="Lines", readonly=True)
    entry_count = fields.Integer(string="Entries", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    wallet_change = fields.Monetary(
        string="Wallets", readonly=True, help="What wallets gain, in company currency."
    )
    transit_change = fields.Monetary(string="In Transit", readonly=True)
    profit_change = fields.Monetary(
        string="Profit", readonly=True, help="Costs count negative."
    )
    settled_text = fields.Text(string="Settles", readonly=True)
    line_ids = fields.One2many("settlement.posting.preview.line", "preview_id")

    def _subject(self):
        self.ensure_one()
        return self.env[self.subject_model].browse(self.subject_id)

    def _look(self):
        """Note what posting would do now."""
        subject = self._subject()
        seen = subject._seen()
        self.write(
            {
                "preview_hash": seen.digest(),
                "entry_count": len(seen.entries),
                "line_count": sum(len(entry.lines) for entry in seen.entries),
                "currency_id": subject.company_id.currency_id.id,
                "settled_text": self._settled(seen, subject),
                **self._effects(seen, subject.company_id),
                "line_ids": [Command.clear(), *self._lines(seen)],
            }
        )

    def _effects(self, seen, company):
        # What an account shows in all may be seen by whoever posts.
        wallets = (
            self.env["settlement.wallet"]
            .sudo()
            .search([("company_id", "=", company.id)])
        )
        ids = {line.account_id for entry in seen.entries for line in entry.lines}
        accounts = self.env["account.account"].sudo().browse(ids)
        results = accounts.filtered(
            lambda account: account.internal_group in ("income", "expense")
        )
        changes = {
            "wallet_change": seen.change_of(wallets.account_id.ids),
            "transit_change": seen.change_of(wallets.in_transit_account_id.ids),
            "profit_change": -seen.change_of(results.ids),
        }
        currency = company.currency_id
        return {name: to_float(change, currency) for name, change in changes.items()}

    def _settled(self, seen, subject):
        """Return in words how much of what documents is settled."""
        currency = subject.company_id.currency_id
        moves = self.env["account.move"].sudo()
        return "\n".join(
            f"{moves.browse(move_id).name}: "
            f"{currency.format(to_float(amount, currency))}"
            for move_id, amount in seen.settled
        )

    def _lines(self, seen):
        """Return commands for the first lines of the entries."""
        numbered = [
            (number, entry, line)
            for number, entry in enumerate(seen.entries, start=1)
            for line in entry.lines
        ]
        return [Command.create(self._line(*each)) for each in numbered[:MOST_LINES]]

    def _line(self, number, entry, line):
        own = self._subject().company_id.currency_id
        currency = self.env["res.currency"].browse(line.currency_id)
        return {
            "number": number,
            "kind": entry.kind,
            "date": entry.date,
            "journal_id": entry.journal_id,
            "account_id": line.account_id,
            "partner_id": line.partner_id or False,
            "name": line.name,
            "tax_ids": [Command.set(line.tax_ids)],
            "analytic_distribution": {key: float(part) for key, part in line.analytic},
            "own_currency_id": own.id,
            "debit": to_float(max(line.balance, 0), own),
            "credit": to_float(max(-line.balance, 0), own),
            "currency_id": currency.id,
            "amount_currency": to_float(line.amount_currency, currency),
        }

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Preview of Entries"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def action_post(self):
        """Post what is shown; if the situation has changed, show it anew instead."""
        self.ensure_one()
        subject = self._subject()
        if not subject.action_post_previewed(self.preview_hash):
            self._look()
            self.has_changed = True
            return self._open()
        return {"type": "ir.actions.act_window_close"}


class SettlementPostingPreviewLine(models.TransientModel):
    """A journal item to be."""

    _name = "settlement.posting.preview.line"
    _description = "Line of a Preview of Entries"
    _inherit = ["analytic.mixin"]

    preview_id = fields.Many2one(
        "settlement.posting.preview", required=True, ondelete="cascade"
    )
    number = fields.Integer(string="Entry", readonly=True)
    kind = fields.Selection(
        [
            ("settlement", "Settlement"),
            ("reversal", "Reversal"),
            ("exchange", "Exchange difference"),
            ("cash_basis", "Tax on payment"),
            ("bank", "Bank line"),
            ("other", "Other"),
        ],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    journal_id = fields.Many2one("account.journal", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    name = fields.Char(string="Label", readonly=True)
    tax_ids = fields.Many2many("account.tax", string="Taxes", readonly=True)
    own_currency_id = fields.Many2one("res.currency", readonly=True)
    debit = fields.Monetary(currency_field="own_currency_id", readonly=True)
    credit = fields.Monetary(currency_field="own_currency_id", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_currency = fields.Monetary(string="In Currency", readonly=True)
