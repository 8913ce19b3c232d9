from odoo import api, fields, models

from ..canonical import money
from ..canonical.errors import MalformedInput
from .big_integer import BigInteger


class SettlementExpectedPayment(models.Model):
    """What should arrive or leave and by when, said by another system."""

    _name = "settlement.expected.payment"
    _description = "Expected Payment"
    _order = "due_on, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    backend_id = fields.Many2one("settlement.backend", check_company=True)
    external_id = fields.Char(required=True)
    partner_id = fields.Many2one("res.partner")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(
        required=True, help="Positive when money should come to us."
    )
    amount_minor = BigInteger()
    due_on = fields.Date()
    description = fields.Char()
    counterparty_name = fields.Char()
    references = fields.Json(help="Pairs of type and text that the payment may carry.")
    state = fields.Selection(
        [("open", "Open"), ("met", "Met"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
    )

    _identity_uniq = models.Constraint(
        "UNIQUE (company_id, backend_id, external_id)",
        "A source announces each payment once.",
    )

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
                known.write(values)
            return changed
        self.create(
            {**values, "backend_id": backend.id, "company_id": backend.company_id.id}
        )
        return True

    def _exception_money(self, reason):
        """Return the money of an exception about it: minor units, currency."""
        self.ensure_one()
        return self.amount_minor, self.currency_id

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
            "due_on": fact.due_on,
            "description": fact.description or False,
            "counterparty_name": fact.counterparty_name or False,
            "references": [list(pair) for pair in fact.references],
        }
