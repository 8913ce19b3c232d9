from decimal import Decimal

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.kinds import KINDS_WITH_TARGET
from odoo.addons.settlement.mapping.rules import UNKNOWN
from odoo.addons.settlement_match.models.leftovers import OPEN_REASONS

from ..services.bookings import Bookings
from ..services.write_off_limit import WRITE_OFFS, WriteOffLimit


class SettlementMatcher(models.AbstractModel):
    """What a mapping books needs no document; evidence that was found goes first."""

    _inherit = "settlement.matcher"

    @api.model
    def _beyond_limits(self, run):
        """Add the write-offs that are above the limit of the posting policy."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT allowed.transaction_id, allowed.version_id, fact.backend_id,
                       fact.booked_on, allowed.currency_id,
                       allowed.target_open - allowed.source_open
                  FROM settlement_tolerated allowed
                  JOIN settlement_transaction fact
                    ON fact.id = allowed.transaction_id
                 WHERE allowed.difference_kind IN %s
                """,
                WRITE_OFFS,
            )
        )
        limit = WriteOffLimit(run.company)
        backends, currencies = (
            self.env["settlement.backend"],
            self.env["res.currency"],
        )
        return [
            *super()._beyond_limits(run),
            *(
                (row_id, version_id)
                for row_id, version_id, backend_id, day, currency_id, minor in rows
                if limit.exceeds(
                    backends.browse(backend_id),
                    currencies.browse(currency_id),
                    minor,
                    day,
                )
            ),
        ]

    @api.model
    def _rate_tolerance_percent(self, company, backend=None):
        """Return what the posting policy tolerates, if there is one."""
        policies = self.env["settlement.posting.policy"]
        if backend:
            policy = policies._policy_for(backend)
        else:
            domain = [("company_id", "=", company.id), ("backend_id", "=", False)]
            policy = policies.search(domain, limit=1)
        if not policy:
            return super()._rate_tolerance_percent(company, backend)
        return Decimal(repr(policy._value("currency_tolerance_percent")))

    @api.model
    def _settings_of_decisions(self, company):
        """Let a changed tolerance of a policy have everything judged again."""
        policies = self.env["settlement.posting.policy"].search(
            [("company_id", "=", company.id)], order="id"
        )
        tolerances = [
            f"{policy.id}:{policy.currency_tolerance_percent}" for policy in policies
        ]
        return " ".join([super()._settings_of_decisions(company), *tolerances])

    @api.model
    def _open_reasons(self):
        """Return the reasons that matching gives for rows which stay open."""
        return list(OPEN_REASONS)

    @api.model
    def _dismiss_own_charges(self, company):
        result = super()._dismiss_own_charges(company)
        domain = [("company_id", "=", company.id)]
        for backend in self.env["settlement.backend"].search(domain):
            self._dismiss_booked(backend)
        return result

    @api.model
    def _dismiss_booked(self, backend):
        """Take the open rows of a backend that a mapping has an account for."""
        bookings = Bookings(backend)
        codes = bookings.rules.codes
        if not codes:
            return
        rows = self.env.execute_query(
            SQL(
                """
                SELECT state.id, fact.source_code, state.gross_minor, currency.name,
                       fact.booked_on
                  FROM settlement_transaction_state state
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                  JOIN res_currency currency ON currency.id = fact.currency_id
                 WHERE state.company_id = %(company)s
                   AND state.match_state = 'open'
                   AND state.posting_state IN ('none', 'posted')
                   AND fact.backend_id = %(backend)s
                   AND fact.kind IN %(kinds)s
                   AND fact.source_code = ANY(%(codes)s)
                """,
                company=backend.company_id.id,
                backend=backend.id,
                kinds=KINDS_WITH_TARGET,
                codes=[*codes, *(f"{UNKNOWN}{code}" for code in codes)],
            )
        )
        booked = [
            state_id
            for state_id, *row in rows
            if (booking := bookings.of(*row)) and booking.account_id
        ]
        states = self.env["settlement.transaction.state"].browse(booked)
        states._set_match_state("not_needed")
        self.env.flush_all()
