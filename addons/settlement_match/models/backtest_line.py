from odoo import api, fields, models

from odoo.addons.settlement.models.big_integer import BigInteger

from ..engine import backtest_words
from .backtest import OUTCOMES
from .claim import ITEM_COLUMNS

MODELS = {column: model for model, column in ITEM_COLUMNS.items()}


class SettlementBacktestLine(models.Model):
    """What a change of rules would have done with one payment."""

    _name = "settlement.backtest.line"
    _description = "Line of a Backtest"
    _order = "backtest_id desc, id"
    _log_access = False
    _rec_name = "sentence"

    backtest_id = fields.Many2one(
        "settlement.backtest", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    transaction_id = fields.Many2one(
        "settlement.transaction", "Payment", required=True, readonly=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_minor = BigInteger(readonly=True, required=True)
    amount = fields.Monetary(compute="_compute_amount")
    would_text = fields.Char("Would Be Matched with", readonly=True)
    would_move_id = fields.Many2one(
        "account.move",
        "Document",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    today_text = fields.Char("Matched Today with", readonly=True)
    match_id = fields.Many2one("settlement.match", "Match Today", readonly=True)
    sentence = fields.Text("Why", readonly=True)

    _outcome_idx = models.Index("(backtest_id, outcome)")

    @api.depends("amount_minor", "currency_id")
    def _compute_amount(self):
        for line in self:
            line.amount = line.amount_minor / 10**line.currency_id.decimal_places

    @api.model
    def _write_lines(self, result, verdicts):
        """Write the listed cases of a backtest, with their sentences."""
        verdicts = list(verdicts)
        self._prefetch_items(verdicts)
        self.create([self._values(result, verdict) for verdict in verdicts])

    @api.model
    def _prefetch_items(self, verdicts):
        """Load what the sentences name at once, not one by one."""
        found = {}
        for verdict in verdicts:
            case = verdict.case
            for decision in (case.replayed, case.otherwise, *case.known, *case.refused):
                for column, item_id in decision.items if decision else ():
                    found.setdefault(column, set()).add(item_id)
        for column, ids in found.items():
            records = self.env[MODELS[column]].browse(sorted(ids)).exists()
            records.mapped("display_name")

    @api.model
    def _values(self, result, verdict):
        case = verdict.case
        would = self._named(case, case.replayed)
        today = [text for known in case.known for text in self._named(case, known)]
        otherwise = self._named(case, case.otherwise)
        payment = self.env["settlement.transaction"].browse(case.transaction_id)
        money = self._written(case.currency_id, case.amount_minor)
        match = self.env["settlement.match"].browse(verdict.match_id or [])
        if match and not case.known:
            today = [match.display_name]
        words = backtest_words.Words(
            f"{payment.external_id} ({money})", would, today, otherwise
        )
        return {
            "backtest_id": result.id,
            "company_id": result.company_id.id,
            "outcome": verdict.outcome,
            "transaction_id": case.transaction_id,
            "currency_id": case.currency_id,
            "amount_minor": case.amount_minor,
            "would_text": backtest_words.listing(would),
            "would_move_id": self._first_move(case.replayed).id,
            "today_text": backtest_words.listing(today),
            "match_id": match.id,
            "sentence": backtest_words.reason_sentence(verdict.reason, words),
        }

    @api.model
    def _written(self, currency_id, minor):
        return self.env["settlement.backtest"]._written(currency_id, minor)

    @api.model
    def _named(self, case, decision):
        """Return what a match settles in words: documents, account, difference."""
        if not decision:
            return []
        texts = [self._target_text(target) for target in decision.targets]
        if decision.account:
            account = self.env["account.account"].browse(decision.account)
            texts.append(account.display_name)
        elif decision.difference_minor:
            kinds = dict(
                self.env["settlement.match"]
                ._fields["difference_kind"]
                ._description_selection(self.env)
            )
            money = self._written(case.currency_id, decision.difference_minor)
            kind = kinds.get(decision.difference_kind, decision.difference_kind)
            texts.append(f"{money} ({kind})")
        return texts

    @api.model
    def _target_text(self, target):
        column, item_id = target.item
        item = self.env[MODELS[column]].browse(item_id).exists()
        if not item:
            return self.env._("a deleted item")
        name = item.move_id.name if column == "move_line_id" else item.display_name
        return f"{name} ({self._written(item.currency_id.id, target.minor)})"

    @api.model
    def _first_move(self, decision):
        """Return the document of a match, the first one if there are several."""
        for column, item_id in sorted(decision.items) if decision else ():
            if column == "move_line_id":
                return self.env["account.move.line"].browse(item_id).exists().move_id
        return self.env["account.move"]

    def action_open_payment(self):
        """Open the payment."""
        return self._open(self.transaction_id)

    def action_open_match(self):
        """Open the match of today."""
        return self._open(self.match_id)

    def action_open_document(self):
        """Open the document it would be matched with."""
        return self._open(self.would_move_id)

    def _open(self, record):
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
