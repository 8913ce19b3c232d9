from odoo import api, fields, models
from odoo.tools import SQL

from .expected_payment import WAITING_STATES
from .reference_sql import reference_key_sql, reference_text_sql

CONTROLS = [
    ("waiting", "Waiting"),
    ("missing", "Missing at the provider"),
    ("unbooked", "At the provider, not in the ledger"),
    ("booked", "At the provider and in the ledger"),
    ("cancelled", "Cancelled"),
]
# What is said of a payment that does not come, by its kind.
LATE_REASONS = {"payout": "late_payout"}
OTHER_LATE_REASON = "missing_data"


class SettlementExpectedPayment(models.Model):
    """Three-way control: what is expected, what came, what the ledger has."""

    _inherit = "settlement.expected.payment"

    control = fields.Selection(
        CONTROLS,
        compute="_compute_control",
        search="_search_control",
        help="Expected, at the provider, in the ledger: how far it came.",
    )
    received_amount = fields.Monetary(
        related="transaction_id.gross_amount", string="Received"
    )

    @api.depends("state", "transaction_id")
    def _compute_control(self):
        query = SQL(
            "SELECT id, %s FROM settlement_expected_payment WHERE id = ANY(%s)",
            self._field_to_sql(self._table, "control"),
            self.ids,
        )
        self.env.flush_all()
        found = dict(self.env.execute_query(query))
        for expected in self:
            expected.control = found.get(expected.id, "waiting")

    def _search_control(self, operator, value):
        if operator != "in":
            return NotImplemented
        query = self._search([])
        control = self._field_to_sql(self._table, "control", query)
        query.add_where(SQL("%s IN %s", control, tuple(value)))
        return [("id", "in", query)]

    def _field_to_sql(self, alias, fname, query=None):
        """Let the database say how far a payment came, so that lists can group."""
        if fname != "control":
            return super()._field_to_sql(alias, fname, query)
        return SQL(
            """
            (CASE WHEN %(state)s = 'cancelled' THEN 'cancelled'
                  WHEN %(row)s IS NULL AND %(state)s = 'late' THEN 'missing'
                  WHEN %(row)s IS NULL THEN 'waiting'
                  WHEN EXISTS (
                        SELECT FROM settlement_transaction_state booked
                         WHERE booked.transaction_id = %(row)s
                           AND booked.posting_state IN ('posted', 'reconciled'))
                       THEN 'booked'
                  ELSE 'unbooked' END)
            """,
            state=SQL.identifier(alias, "state"),
            row=SQL.identifier(alias, "transaction_id"),
        )

    # ------------------------------------------------------------------
    # Following them
    # ------------------------------------------------------------------

    @api.model
    def _follow(self, companies):
        """Find what has arrived, and say what is late.

        :return: dict of counters.
        """
        self._forget_superseded(companies)
        arrived = self._arrivals(companies)
        for expected_id, transaction_id in arrived:
            transaction = self.env["settlement.transaction"].browse(transaction_id)
            self.browse(expected_id)._receive(transaction)
        return {
            "expected_received": len(arrived),
            "expected_late": self._late(companies),
        }

    @api.model
    def _forget_superseded(self, companies):
        """Wait again for payments whose row its source has corrected."""
        outdated = self.search(
            [
                ("company_id", "in", companies.ids),
                ("state", "=", "received"),
                ("transaction_id.is_current", "=", False),
            ]
        )
        outdated._set_state("open", transaction_id=False, received_on=False)

    @api.model
    def _arrivals(self, companies):
        """Return (expected payment, transaction) ids that belong together.

        Same reference, currency and amount to the cent, and only where neither side
        has a second candidate.
        """
        self.env.flush_all()
        kind, text = SQL("pair ->> 0"), SQL("pair ->> 1")
        spelling = reference_text_sql(kind, text)
        return self.env.execute_query(
            SQL(
                """
                WITH fitting AS (
                    SELECT DISTINCT expected.id AS expected_id, fact.id AS fact_id
                      FROM settlement_expected_payment expected
                     CROSS JOIN LATERAL
                           jsonb_array_elements(expected."references") AS pair
                      JOIN settlement_transaction_reference known
                        ON known.key = %(key)s AND known.text = %(text)s
                       AND known.company_id = expected.company_id
                      JOIN settlement_transaction fact
                        ON fact.id = known.transaction_id AND fact.is_current
                       AND fact.currency_id = expected.currency_id
                      JOIN settlement_transaction_state state
                        ON state.transaction_id = fact.id
                       AND state.gross_minor = expected.amount_minor
                       AND state.provider_state NOT IN ('rejected', 'reversed')
                     WHERE expected.company_id = ANY(%(companies)s)
                       AND expected.state IN %(waiting)s
                       AND jsonb_typeof(expected."references") = 'array'
                       AND NOT EXISTS (
                            SELECT FROM settlement_expected_payment taken
                             WHERE taken.transaction_id = fact.id)
                ), counted AS (
                    SELECT *, count(*) OVER (PARTITION BY expected_id) AS facts,
                           count(*) OVER (PARTITION BY fact_id) AS expectations
                      FROM fitting
                )
                SELECT expected_id, fact_id FROM counted
                 WHERE facts = 1 AND expectations = 1
                 ORDER BY expected_id
                """,
                key=reference_key_sql(kind, spelling),
                text=spelling,
                companies=companies.ids,
                waiting=WAITING_STATES,
            )
        )

    @api.model
    def _late(self, companies):
        """Say of payments that did not come in time that they are late."""
        late = self.search(
            [
                ("company_id", "in", companies.ids),
                ("state", "in", WAITING_STATES),
                ("due_on", "<", fields.Date.context_today(self)),
            ]
        )
        late.filtered(lambda expected: expected.state == "open")._set_state("late")
        exceptions = self.env["settlement.exception"]
        exceptions._raise_many(
            self, [(one.id, one._late_reason(), one._late_sentence()) for one in late]
        )
        postponed = self.search(
            [
                ("company_id", "in", companies.ids),
                ("state", "=", "late"),
                ("id", "not in", late.ids),
            ]
        )
        postponed._set_state("open")
        exceptions._clear_for(postponed)
        return len(late)

    def _late_reason(self):
        self.ensure_one()
        return LATE_REASONS.get(self.kind, OTHER_LATE_REASON)

    def _late_sentence(self):
        self.ensure_one()
        return self.env._(
            "%(name)s: %(amount)s was expected until %(day)s%(who)s, and no "
            "transaction carries its reference and amount. Ask who should have paid, "
            "pull again, or cancel it.",
            name=self.name,
            amount=self.currency_id.format(self.amount),
            day=self.due_on.isoformat(),
            who=self.env._(" from %(name)s", name=self.counterparty_name)
            if self.counterparty_name
            else "",
        )
