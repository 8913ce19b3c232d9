from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.kinds import KINDS_WITH_TARGET
from odoo.addons.settlement.models.mapping import CONTENT_FIELDS, DECISION_FIELDS

from ..planning.kinds import NEVER_MAPPED

BOOKING_FIELDS = ("account_id", "partner_id", "tax_id", "analytic_distribution")


class SettlementMapping(models.Model):
    """Where rows of a code are booked, instead of where their kind says."""

    _name = "settlement.mapping"
    _inherit = ["settlement.mapping", "analytic.mixin"]
    _hashed_fields = (*CONTENT_FIELDS, *BOOKING_FIELDS, *DECISION_FIELDS)

    account_id = fields.Many2one(
        "account.account",
        check_company=True,
        ondelete="restrict",
        help="What these rows move and no match explains is booked here, whatever the "
        "posting policy says. Rows that were waiting for a match wait no more.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        check_company=True,
        ondelete="restrict",
        help="The name these lines are booked under, such as the provider's.",
    )
    tax_id = fields.Many2one(
        "account.tax",
        check_company=True,
        ondelete="restrict",
        domain="[('type_tax_use', '=', 'purchase'), ('amount_type', '=', 'percent')]",
        help="The tax that the source states itself is booked to the cent. Where it "
        "states none, the tax is contained in the amount; a reverse charge adds "
        "nothing in all.",
    )

    @api.constrains("tax_id", "account_id", "kind")
    def _check_booking(self):
        for mapping in self:
            if mapping.tax_id and not mapping.account_id:
                raise ValidationError(
                    self.env._("A tax needs the account of what is taxed.")
                )
            if mapping.tax_id and mapping.tax_id.amount_type != "percent":
                raise ValidationError(
                    self.env._(
                        "%(tax)s is no tax of a percentage: nobody can tell its base "
                        "from the amount of a row.",
                        tax=mapping.tax_id.name,
                    )
                )
            if mapping.kind in NEVER_MAPPED and mapping._is_booked():
                raise ValidationError(
                    self.env._(
                        "A %(kind)s is proved against the bank and is booked as the "
                        "wallet and the policy say. Leave account, partner, tax and "
                        "analytic distribution empty.",
                        kind=mapping._label("kind"),
                    )
                )

    def _is_booked(self):
        """Return whether the mapping says more than what a row is."""
        self.ensure_one()
        return any(self[name] for name in BOOKING_FIELDS)

    def _meaning(self):
        meaning = super()._meaning()
        if self.account_id:
            meaning = f"{meaning}, {self.account_id.display_name}"
        return meaning

    @api.depends("account_id")
    def _compute_display_name(self):
        return super()._compute_display_name()

    def _words(self):
        return {
            **super()._words(),
            "account": self.account_id.display_name or self.env._("by the policy"),
            "tax": self.tax_id.name or self.env._("none"),
            "partner": self.partner_id.display_name or self.env._("none"),
            "analytic": str(self.analytic_distribution or self.env._("none")),
        }

    @api.model
    def _fields_of_verb(self):
        return {
            **super()._fields_of_verb(),
            "account": "account_id",
            "partner": "partner_id",
            "tax": "tax_id",
            "analytic_distribution": "analytic_distribution",
        }

    # ------------------------------------------------------------------
    # What waits for a match
    # ------------------------------------------------------------------

    def _follow_decision(self):
        result = super()._follow_decision()
        self._let_match_again()
        return result

    def _let_match_again(self):
        """Let rows be matched again that a mapping had kept from it.

        Those that a mapping, or the bank's own code, still keeps from it are put
        aside again by the next run.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT fact.id
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 WHERE fact.backend_id = ANY(%(backends)s)
                   AND fact.source_code IN %(codes)s
                   AND fact.kind IN %(kinds)s
                   AND state.match_state = 'not_needed'
                   AND (state.posting_state = 'none'
                        OR (state.posting_state = 'posted'
                            AND state.statement_line_id IS NOT NULL))
                """,
                backends=self._backends().ids,
                codes=tuple(self._codes()),
                kinds=KINDS_WITH_TARGET,
            )
        )
        transactions = self.env["settlement.transaction"].browse(row[0] for row in rows)
        transactions._refresh_match_state()
