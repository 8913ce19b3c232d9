from odoo import api, fields, models
from odoo.exceptions import UserError

# What one may ask about; a dialog opens nothing else.
SUBJECTS = (
    "settlement.transaction",
    "settlement.batch",
    "settlement.expected.payment",
    "account.bank.statement.line",
    "account.move",
    "account.move.line",
    "account.payment",
)


class SettlementSuggest(models.TransientModel):
    """Shows what an item may be matched with, and matches what is chosen."""

    _name = "settlement.suggest"
    _description = "Find What Belongs Together"

    res_model = fields.Char(required=True, readonly=True)
    res_id = fields.Integer(required=True, readonly=True)
    item_name = fields.Char("Item", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary("Open", readonly=True)
    line_ids = fields.One2many("settlement.suggest.line", "suggest_id")
    chosen_amount = fields.Monetary(compute="_compute_chosen", string="Chosen")
    difference = fields.Monetary(compute="_compute_chosen")
    difference_text = fields.Char(compute="_compute_chosen", string="What It Means")
    rest_to_credit = fields.Boolean(
        "Keep what is too much as the partner's credit",
        default=True,
        help="Otherwise the rest of the payment stays open.",
    )
    searched = fields.Text("Looked for", readonly=True)
    bounds = fields.Text("Not looked at", readonly=True)

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _open(self, record):
        """Return the window action of a dialog with suggestions for ``record``."""
        dialog = self.create(self._values_of(record))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Suggestions"),
            "res_model": self._name,
            "res_id": dialog.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _values_of(self, record):
        subject = record._suggestion_subject()
        report = record._suggestion_report()
        asked = (
            self.env["settlement.suggestion"]
            .with_company(subject.company_id)
            ._question(subject)
        )
        currency = subject.currency_id
        minor = 0
        if asked.asked:
            minor = asked.asked.amount
            currency = currency.browse(asked.asked.currency_id)
        return {
            "res_model": record._name,
            "res_id": record.id,
            "item_name": record.display_name,
            "currency_id": currency.id,
            "amount": minor / 10**currency.decimal_places,
            "searched": "\n".join(report["searched"]),
            "bounds": "\n".join(report["bounds"]),
            "line_ids": [
                fields.Command.create(self._line_values(place, candidate))
                for place, candidate in enumerate(report["candidates"])
            ],
        }

    @api.model
    def _line_values(self, place, candidate):
        return {
            "sequence": place,
            "item_model": candidate["model"],
            "item_id": candidate["id"],
            "name": candidate["name"],
            "currency_id": candidate["currency_id"],
            "amount_minor": candidate["amount_minor"],
            "score": candidate["score"],
            "reasons": "\n".join(
                f"{piece['weight']:+d}  {piece['words']}"
                for piece in candidate["contributions"]
            ),
            "together": candidate["together"],
            "alternatives": candidate["alternatives"],
            "precision": candidate["precision"],
            "difference": candidate["difference"],
            "blocked_by": candidate["blocked_by"],
        }

    # ------------------------------------------------------------------
    # What is chosen
    # ------------------------------------------------------------------

    @api.depends("line_ids.is_chosen", "amount", "rest_to_credit")
    def _compute_chosen(self):
        for dialog in self:
            chosen = dialog.line_ids.filtered("is_chosen")
            foreign = chosen.filtered(
                lambda line, dialog=dialog: line.currency_id != dialog.currency_id
            )
            total = sum((chosen - foreign).mapped("amount"))
            dialog.chosen_amount = total
            dialog.difference = dialog.amount - total if chosen else 0.0
            dialog.difference_text = dialog._difference_words(chosen, foreign)

    def _difference_words(self, chosen, foreign):
        """Return what the difference between the item and the choice leads to."""
        if not chosen:
            return ""
        if foreign:
            return self.env._("In several currencies: check the rate.")
        short = self.currency_id.compare_amounts(
            abs(self.amount), abs(self.chosen_amount)
        )
        if self.currency_id.is_zero(self.difference):
            return self.env._("It fits exactly.")
        amount = self.currency_id.format(abs(self.difference))
        asked_is_money = self.res_model in (
            "settlement.transaction",
            "account.bank.statement.line",
        )
        if (short < 0) == asked_is_money:
            return self.env._(
                "%(amount)s is missing: a part payment, the rest stays open.",
                amount=amount,
            )
        if self.rest_to_credit:
            return self.env._(
                "%(amount)s is too much: it stays as the partner's credit, where "
                "one payment pays one partner's items, and open otherwise.",
                amount=amount,
            )
        return self.env._(
            "%(amount)s is too much: it stays open for another match.", amount=amount
        )

    # ------------------------------------------------------------------
    # Deciding
    # ------------------------------------------------------------------

    def action_match(self):
        """Match the item with what is chosen."""
        return self._decide(self._chosen_lines(), propose=False)

    def action_propose(self):
        """Propose the item with what is chosen: somebody else confirms."""
        return self._decide(self._chosen_lines(), propose=True)

    def _chosen_lines(self):
        self.ensure_one()
        chosen = self.line_ids.filtered("is_chosen")
        if not chosen:
            raise UserError(self.env._("Choose at least one suggestion."))
        return chosen

    def _decide(self, lines, propose):
        """Match or propose, with what the person saw; show the match."""
        self.ensure_one()
        keys = [(line.item_model, line.item_id) for line in lines]
        decided = self._record()._match_suggestions(
            keys,
            propose=propose,
            rest_to_credit=None if self.rest_to_credit else False,
            seen=dict(zip(keys, lines.mapped("amount_minor"), strict=True)),
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": decided._name,
            "res_id": decided.id,
            "views": [(False, "form")],
        }

    def _record(self):
        """Return what the dialog is about."""
        self.ensure_one()
        if self.res_model not in SUBJECTS:
            raise UserError(self.env._("There are no suggestions for such records."))
        return self.env[self.res_model].browse(self.res_id)
