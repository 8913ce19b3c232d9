from odoo import api, fields, models
from odoo.exceptions import UserError

from ..canonical import money
from ..canonical.errors import MalformedInput
from ..canonical.words import shortened
from .big_integer import BigInteger, minor_units

STATES = [
    ("open", "Expected"),
    ("late", "Late"),
    ("received", "Received"),
    ("cancelled", "Cancelled"),
]
# Those that still wait for their money.
WAITING_STATES = ("open", "late")
KINDS = [
    ("incoming", "Customer pays"),
    ("payout", "Payout to the bank"),
    ("outgoing", "We pay"),
]
# A text that somebody types may be any of these on the payment.
TYPED_REFERENCES = ("invoice", "order", "structured", "provider", "end_to_end", "bank")
# What may change about a payment that another system announced: nothing.
_EDITABLE = {
    "name",
    "kind",
    "partner_id",
    "currency_id",
    "amount",
    "due_on",
    "reference",
    "description",
    "counterparty_name",
    "backend_id",
}


class SettlementExpectedPayment(models.Model):
    """What should arrive or leave and by when: said by another system, or by hand."""

    _name = "settlement.expected.payment"
    _description = "Expected Payment"
    _inherit = [
        "mail.thread",
        "mail.activity.mixin",
        "settlement.exception.subject",
    ]
    _order = "due_on, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    backend_id = fields.Many2one("settlement.backend", check_company=True)
    external_id = fields.Char(
        "Source ID",
        required=True,
        copy=False,
        default=lambda self: self.env["ir.sequence"].next_by_code(
            "settlement.expected.payment"
        ),
    )
    is_manual = fields.Boolean(default=True, readonly=True, copy=False)
    kind = fields.Selection(KINDS, required=True, default="incoming")
    partner_id = fields.Many2one("res.partner")
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
    )
    amount = fields.Monetary(
        required=True, help="Positive when money should come to us."
    )
    amount_minor = BigInteger(
        compute="_compute_amount_minor", store=True, readonly=False, precompute=True
    )
    due_on = fields.Date(required=True, default=fields.Date.context_today)
    description = fields.Char()
    counterparty_name = fields.Char()
    reference = fields.Char(
        help="Invoice, order or other text that the payment will carry."
    )
    references = fields.Json(help="Pairs of type and text that the payment may carry.")
    state = fields.Selection(
        STATES, required=True, default="open", readonly=True, copy=False, index=True
    )
    transaction_id = fields.Many2one(
        "settlement.transaction",
        "Received as",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    received_on = fields.Date(readonly=True, copy=False)
    closing_reason = fields.Text(readonly=True, copy=False)

    _identity_uniq = models.Constraint(
        "UNIQUE (company_id, backend_id, external_id)",
        "A source announces each payment once.",
    )
    _manual_uniq = models.UniqueIndex(
        "(company_id, external_id) WHERE backend_id IS NULL",
        "There is an expected payment with this ID already.",
    )
    _transaction_uniq = models.UniqueIndex(
        "(transaction_id) WHERE transaction_id IS NOT NULL",
        "A transaction is what one payment was expected as.",
    )

    @api.depends("amount", "currency_id")
    def _compute_amount_minor(self):
        for expected in self:
            expected.amount_minor = minor_units(expected.amount, expected.currency_id)

    # ------------------------------------------------------------------
    # By hand
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Create payments that people expect; those of other systems as superuser."""
        if not self.env.su:
            vals_list = [
                {**self._as_entered(vals), "is_manual": True} for vals in vals_list
            ]
        created = super().create(vals_list)
        for expected in created:
            expected._log_change("expected.created", sorted(_EDITABLE))
        return created

    def write(self, vals):
        """Let people correct what they entered themselves, while it waits."""
        if self.env.su:
            return super().write(vals)
        chatter = ("message_", "activity_", "my_activity_")
        entered = {name for name in vals if not name.startswith(chatter)}
        if not entered:
            return super().write(vals)
        if not self._may_be_edited() or entered - _EDITABLE:
            raise UserError(
                self.env._(
                    "What another system announces, and what has arrived, is not "
                    "edited. Cancel it and enter a new one."
                )
            )
        before = {expected.id: expected._plain(entered) for expected in self}
        result = super().write(self._as_entered(vals))
        for expected in self:
            expected._log_change("expected.changed", entered, before[expected.id])
        return result

    def _may_be_edited(self):
        return all(one.is_manual and one.state in WAITING_STATES for one in self)

    @api.model
    def _as_entered(self, vals):
        """Return what people entered, with the references that follow from it."""
        values = {name: value for name, value in vals.items() if name in _EDITABLE}
        values |= {name: vals[name] for name in ("company_id",) if name in vals}
        if "reference" in values:
            text = values["reference"]
            values["references"] = (
                [[each, text] for each in TYPED_REFERENCES] if text else False
            )
        return values

    def _log_change(self, action, names, before=None):
        self.env["settlement.event"]._log(
            action, self, before=before, after=self._plain(names)
        )

    def _plain(self, names):
        """Return field values as the audit trail keeps them: texts and ids."""
        self.ensure_one()
        return {
            name: self[name].ids if self._fields[name].relational else str(self[name])
            for name in sorted(names)
        }

    def action_cancel(self, reason=""):
        """Stop waiting for these payments.

        :param reason: why nothing will come, kept with the record.
        :raises UserError: for what has arrived already.
        """
        self._require_accountant()
        for expected in self:
            if expected.state == "received":
                raise UserError(
                    self.env._("%(name)s has arrived already.", name=expected.name)
                )
            expected._set_state("cancelled", closing_reason=reason or False)
        self.env["settlement.exception"]._clear_for(self)

    def action_reopen(self):
        """Wait for these payments again."""
        self._require_accountant()
        for expected in self:
            expected._set_state(
                "open", transaction_id=False, received_on=False, closing_reason=False
            )

    def action_receive(self, transaction):
        """Say which transaction a payment arrived as.

        :param transaction: settlement.transaction record, or its id.
        :raises UserError: if it is of another company or currency, or taken.
        """
        self.ensure_one()
        self._require_accountant()
        row = self.env["settlement.transaction"].browse(int(transaction))
        row.check_access("read")
        if row.company_id != self.company_id or row.currency_id != self.currency_id:
            raise UserError(
                self.env._(
                    "It is in another company or currency than %(name)s.",
                    name=self.name,
                )
            )
        # Whether it is taken does not depend on who may read the other one.
        if taken := self.sudo().search([("transaction_id", "=", row.id)]) - self:
            raise UserError(
                self.env._(
                    "%(row)s is what %(other)s arrived as already.",
                    row=shortened(row.external_id),
                    other=taken.name,
                )
            )
        self._receive(row)

    def _require_accountant(self):
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def _set_state(self, state, **values):
        """Move to ``state``, with an event; the one place that does."""
        for expected in self:
            before = expected.state
            # Callers checked the role, or are the pipeline.
            expected.sudo().write({"state": state, **values})
            self.env["settlement.event"]._log(
                f"expected.{state}",
                expected,
                reason=values.get("closing_reason") or "",
                before={"state": before},
                after={"state": state, "transaction": expected.transaction_id.id},
            )

    def _receive(self, transaction):
        """Note that a payment arrived, and close what was said of its absence."""
        self.ensure_one()
        self._set_state(
            "received",
            transaction_id=transaction.id,
            received_on=transaction.booked_on,
        )
        self.env["settlement.exception"]._clear_for(self)

    def _exception_money(self, reason):
        """Return the money of an exception about it: minor units, currency."""
        self.ensure_one()
        return self.amount_minor, self.currency_id

    # ------------------------------------------------------------------
    # Drill-through
    # ------------------------------------------------------------------

    def action_open_transaction(self):
        """Open the transaction that it arrived as."""
        self.ensure_one()
        return self.transaction_id._open_records(self.transaction_id)

    # ------------------------------------------------------------------
    # From other systems
    # ------------------------------------------------------------------

    @api.model
    def _store_facts(self, backend, facts, rejected):
        """Create or refresh what another system announces.

        :param facts: list of (message, ExpectedPaymentFact).
        :param rejected: list to which what cannot be stored is appended.
        :return: how many were created or changed.
        """
        store = self.env["settlement.fact.store"]
        currencies = store._currency_ids()
        stored = 0
        for number, (message, fact) in enumerate(facts, 1):
            try:
                stored += self._store_fact(backend, fact, currencies)
            except MalformedInput as error:
                rejected.append((message, store._refused(number, fact, error)))
        return stored

    @api.model
    def _store_fact(self, backend, fact, currencies):
        """Store one announced payment; return whether anything of it was new."""
        values = self._fact_values(fact, currencies)
        known = self.search(
            [("backend_id", "=", backend.id), ("external_id", "=", fact.external_id)]
        )
        if known:
            changed = known._differs(values)
            if changed:
                known.sudo().write(values)
            return changed
        # What a source says is nobody's to enter.
        self.sudo().create(
            {
                **values,
                "backend_id": backend.id,
                "company_id": backend.company_id.id,
                "is_manual": False,
            }
        )
        return True

    def _differs(self, values):
        """Return whether any of ``values`` is not what the record says already."""
        return any(
            self._fields[name].convert_to_cache(value, self)
            != self._fields[name].convert_to_cache(self[name], self)
            for name, value in values.items()
        )

    @api.model
    def _fact_values(self, fact, currencies):
        if fact.currency not in currencies:
            raise MalformedInput(
                self.env._("There is no currency %(code)s.", code=fact.currency)
            )
        return {
            "name": fact.description or fact.external_id,
            "external_id": fact.external_id,
            "currency_id": currencies[fact.currency],
            "amount": float(fact.amount),
            "amount_minor": money.to_minor(fact.amount, fact.currency),
            "kind": "incoming" if fact.amount >= 0 else "outgoing",
            "due_on": fact.due_on,
            "description": fact.description or False,
            "counterparty_name": fact.counterparty_name or False,
            "references": [list(pair) for pair in fact.references],
        }
