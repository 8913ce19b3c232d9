from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..canonical import kinds
from .big_integer import minor_units
from .implied_many2one import ImpliedMany2one
from .transaction_state import MATCH_STATES, POSTING_STATES, PROVIDER_STATES

TRANSACTION_KINDS = [
    (kind, kind.replace("_", " ").capitalize()) for kind in kinds.TRANSACTION_KINDS
]
DERIVED_STATES = [
    (name, name.capitalize())
    for name in (
        "initiated",
        "acknowledged",
        "settled",
        "matched",
        "posted",
        "reconciled",
        "rejected",
        "reversed",
        "ignored",
        "superseded",
    )
]


class SettlementTransaction(models.Model):
    """A fact as its source states it; written once, in sets, never edited."""

    _name = "settlement.transaction"
    _description = "Settlement Transaction"
    _inherit = ["settlement.hashed", "settlement.exception.subject"]
    _order = "booked_on desc, id desc"
    _rec_name = "external_id"
    _check_company_auto = True
    # Who stored it and when is said by the event that pins it.
    _log_access = False
    # Everything the source said. What we found out later (batch, partner) or how
    # far we got (state) is not part of the fact.
    _hashed_fields = (
        "company_id",
        "backend_id",
        "wallet_id",
        "currency_id",
        "external_id",
        "occurrence",
        "source_version_at",
        "kind",
        "gross_amount",
        "fee_amount",
        "tax_amount",
        "net_amount",
        "fee_summary",
        "presentment_amount",
        "presentment_currency_id",
        "exchange_rate",
        "occurred_at",
        "booked_on",
        "available_on",
        "value_date",
        "provider_state",
        "source_external_id",
        "source_code",
        "parent_external_id",
        "entry_reference",
        "payment_reference",
        "order_reference",
        "invoice_reference",
        "structured_reference",
        "mandate_reference",
        "end_to_end_reference",
        "bank_reference",
        "extra_references",
        "counterparty_name",
        "counterparty_account",
        "counterparty_email",
        "card_country",
        "payment_method",
        "description",
    )

    company_id = ImpliedMany2one("res.company", required=True, index=True)
    backend_id = ImpliedMany2one("settlement.backend", required=True)
    wallet_id = fields.Many2one("settlement.wallet", required=True, ondelete="restrict")
    currency_id = ImpliedMany2one("res.currency", required=True)
    message_id = fields.Many2one(
        "settlement.message", index="btree_not_null", ondelete="restrict"
    )
    batch_id = fields.Many2one(
        "settlement.batch", index="btree_not_null", ondelete="restrict"
    )

    external_id = fields.Char("Source ID", required=True)
    occurrence = fields.Integer(required=True, default=0)
    revision = fields.Integer(required=True, default=1)
    is_current = fields.Boolean(required=True, default=True)
    source_version_at = fields.Datetime()
    mapping_id = fields.Many2one(
        "settlement.mapping",
        index="btree_not_null",
        ondelete="restrict",
        help="The decision about its code under which it was read.",
    )
    reading = fields.Integer(
        required=True,
        default=0,
        help="Number of the latest decision about its code when it was read. Of the "
        "same version of the source, the later reading counts.",
    )

    kind = fields.Selection(TRANSACTION_KINDS, required=True)
    gross_amount = fields.Monetary(help="Positive when money comes to us.")
    fee_amount = fields.Monetary(help="Positive when it costs us, without tax.")
    tax_amount = fields.Monetary(help="Tax on provider fees only.")
    net_amount = fields.Monetary(help="Gross less fee less tax.")
    fee_line_ids = fields.One2many("settlement.transaction.fee", "transaction_id")
    fee_summary = fields.Char(help="Fee lines as one text, part of the row hash.")
    presentment_amount = fields.Monetary(
        currency_field="presentment_currency_id",
        help="What the customer paid, in the customer's currency.",
    )
    presentment_currency_id = ImpliedMany2one("res.currency")
    exchange_rate = fields.Float(digits=0)

    occurred_at = fields.Datetime(required=True)
    booked_on = fields.Date(required=True)
    available_on = fields.Date()
    value_date = fields.Date()

    source_external_id = fields.Char(string="Source Object", index="btree_not_null")
    source_code = fields.Char(help="What the source calls this kind of row.")
    parent_external_id = fields.Char()
    parent_id = fields.Many2one("settlement.transaction", index="btree_not_null")
    dispute_id = fields.Many2one(
        "settlement.dispute", index="btree_not_null", ondelete="restrict"
    )
    entry_reference = fields.Char(help="Groups the details of one booked bank entry.")
    payment_reference = fields.Char()
    order_reference = fields.Char()
    invoice_reference = fields.Char()
    structured_reference = fields.Char()
    mandate_reference = fields.Char()
    end_to_end_reference = fields.Char(string="End-to-End Reference")
    bank_reference = fields.Char()
    extra_references = fields.Text()
    reference_ids = fields.One2many(
        "settlement.transaction.reference", "transaction_id"
    )
    counterparty_name = fields.Char()
    counterparty_account = fields.Char()
    counterparty_email = fields.Char()
    partner_id = fields.Many2one("res.partner", index="btree_not_null")
    card_country = fields.Char()
    payment_method = fields.Char()
    description = fields.Text()
    correlation_id = fields.Char()

    state_ids = fields.One2many(
        "settlement.transaction.state", "transaction_id", string="Processing State"
    )
    provider_state = fields.Selection(PROVIDER_STATES, required=True, default="settled")
    match_state = fields.Selection(
        MATCH_STATES, compute="_compute_states", search="_search_match_state"
    )
    posting_state = fields.Selection(
        POSTING_STATES, compute="_compute_states", search="_search_posting_state"
    )
    state = fields.Selection(DERIVED_STATES, compute="_compute_states")

    _identity_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id, occurrence, revision)",
        "A revision of a transaction exists once.",
    )
    _current_uniq = models.UniqueIndex(
        "(backend_id, external_id, occurrence) WHERE is_current"
    )
    _external_id_filled = models.Constraint(
        "CHECK (external_id <> '')", "The identity given by the source is empty."
    )
    _net_is_gross_less_fee = models.Constraint(
        "CHECK (net_amount = gross_amount - fee_amount - tax_amount)",
        "Net must be gross less fee less tax.",
    )
    _waits_for_parent_idx = models.Index(
        "(backend_id, parent_external_id) "
        "WHERE parent_id IS NULL AND parent_external_id IS NOT NULL"
    )
    _disputed_idx = models.Index(
        "(backend_id) WHERE is_current "
        "AND kind IN ('dispute', 'dispute_reversal', 'dispute_fee')"
    )
    _reserved_idx = models.Index(
        "(wallet_id) WHERE is_current AND kind IN ('reserve_hold', 'reserve_release')"
    )
    _unknown_idx = models.Index(
        "(backend_id, source_code) WHERE is_current AND mapping_id IS NULL "
        "AND starts_with(source_code, 'unknown:')"
    )
    _wallet_booked_idx = models.Index("(wallet_id, booked_on) WHERE is_current")

    @api.depends("kind", "gross_amount", "currency_id", "counterparty_name")
    def _compute_display_name(self):
        """Say what people would: what it is, how much, and of whom."""
        kinds_in_words = dict(self._fields["kind"]._description_selection(self.env))
        for transaction in self:
            whose = (
                transaction.counterparty_name
                or transaction.invoice_reference
                or transaction.source_external_id
                or transaction.external_id
            )
            amount = transaction.currency_id.format(transaction.gross_amount)
            kind = kinds_in_words.get(transaction.kind, "")
            transaction.display_name = f"{kind} {amount}, {whose}"

    @api.depends("is_current", "state_ids.match_state", "state_ids.posting_state")
    def _compute_states(self):
        for transaction in self:
            row = transaction.state_ids[:1]
            transaction.match_state = row.match_state
            transaction.posting_state = row.posting_state
            transaction.state = transaction._derived_state(row)

    def _derived_state(self, row):
        """Return the one state that people see, from the independent three."""
        if not self.is_current:
            return "superseded"
        if row.match_state == "ignored":
            return "ignored"
        if self.provider_state in ("rejected", "reversed"):
            return self.provider_state
        if row.posting_state in ("posted", "reconciled", "reversed"):
            return row.posting_state
        if row.match_state == "matched":
            return "matched"
        return self.provider_state

    def _search_match_state(self, operator, value):
        return self._search_state("match_state", operator, value)

    def _search_posting_state(self, operator, value):
        return self._search_state("posting_state", operator, value)

    def _search_state(self, field, operator, value):
        if operator not in ("in", "not in"):
            return NotImplemented
        return Domain("state_ids", "any", [(field, operator, list(value))])

    def write(self, vals):
        """Refuse to edit what the source said."""
        fact_fields = set(vals) & {*self._hashed_fields, "message_id"}
        if fact_fields:
            raise UserError(
                self.env._(
                    "A transaction is a fact of its source and is never edited "
                    "(%(fields)s). Import the corrected data: it becomes a revision.",
                    fields=", ".join(sorted(fact_fields)),
                )
            )
        return super().write(vals)

    def _state_rows(self):
        """Return the processing state rows of these transactions."""
        return self.env["settlement.transaction.state"].search(
            [("transaction_id", "in", self.ids)]
        )

    def _before_superseded(self, successors):
        """Undo what stands on these revisions before others become current.

        Addons that matched or posted them extend this. Here: nothing to undo.

        :param successors: the revisions that become current, in the same order.
        """

    def _current_revisions(self):
        """Return what the source says of these rows now: their states are on that."""
        if not self:
            return self
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT fresh.id
                  FROM settlement_transaction fact
                  JOIN settlement_transaction fresh
                    ON fresh.backend_id = fact.backend_id
                   AND fresh.external_id = fact.external_id
                   AND fresh.occurrence = fact.occurrence
                   AND fresh.is_current
                 WHERE fact.id = ANY(%s)
                """,
                self.ids,
            )
        )
        return self.browse([row_id for (row_id,) in rows])

    def _raise_notices(self):
        """Open exceptions for rows that a person should see, whatever matching says."""
        calling = Domain("kind", "=", "payout_failure")
        for transaction in self.search(Domain("id", "in", self.ids) & calling):
            if notice := transaction._notice():
                reason, cause = notice
                self.env["settlement.exception"]._raise_for(transaction, reason, cause)

    def _exception_money(self, reason):
        """Return the money of an exception about this row: minor units, currency."""
        self.ensure_one()
        amount = self.gross_amount or self.net_amount
        return minor_units(amount, self.currency_id), self.currency_id

    def _notice(self):
        """Return (reason, sentence) if this row alone calls for attention."""
        self.ensure_one()
        amount = self.currency_id.format(abs(self.gross_amount))
        names = {"row": self.external_id, "amount": amount, "day": self.booked_on}
        if self.kind == "payout_failure":
            return "payment_rejected", self.env._(
                "A payout of %(amount)s came back (%(row)s of %(day)s, payout "
                "%(parent)s). Check the bank account at the provider.",
                parent=self.parent_external_id or "?",
                **names,
            )
        return None

    def action_open_message(self):
        """Open the raw payload this transaction was read from."""
        self.ensure_one()
        return self._open_records(self.message_id)

    def action_open_batch(self):
        """Open the payout or statement that lists this transaction."""
        self.ensure_one()
        return self._open_records(self.batch_id)

    def _open_records(self, records):
        """Return the window action that shows ``records``, one or many."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": records._name,
            "name": records._description,
            "views": [(False, "list"), (False, "form")],
            "domain": [("id", "in", records.ids)],
        }
        if len(records) == 1:
            action.update(res_id=records.id, views=[(False, "form")])
        return action
