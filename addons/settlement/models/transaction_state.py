from odoo import fields, models
from odoo.tools import SQL
from odoo.tools.sql import table_exists

from ..canonical import kinds
from .big_integer import BigInteger
from .implied_many2one import ImpliedMany2one

PROVIDER_STATES = [(name, name.capitalize()) for name in kinds.PROVIDER_STATES]
MATCH_STATES = [
    ("open", "Open"),
    ("proposed", "Proposed"),
    ("matched", "Matched"),
    ("not_needed", "Not needed"),
    ("ignored", "Ignored"),
]
POSTING_STATES = [
    ("none", "Not posted"),
    ("posted", "Posted"),
    ("reconciled", "Reconciled"),
    ("reversed", "Reversed"),
]


class SettlementTransactionState(models.Model):
    """Where a current transaction stands; narrow, because it changes often."""

    _name = "settlement.transaction.state"
    _description = "Processing State of a Transaction"
    _rec_name = "transaction_id"
    _log_access = False

    transaction_id = fields.Many2one(
        "settlement.transaction", required=True, ondelete="cascade"
    )
    company_id = ImpliedMany2one("res.company", required=True)
    wallet_id = ImpliedMany2one("settlement.wallet", required=True)
    currency_id = ImpliedMany2one("res.currency", required=True)
    amount_minor = BigInteger(required=True, help="Net amount in minor units.")
    gross_minor = BigInteger(
        required=True, help="Gross in minor units: this is what is matched."
    )
    booked_on = fields.Date(help="Booking day of the transaction, to count by days.")
    needs_target = fields.Boolean(help="Its kind is one that something settles.")
    provider_state = fields.Selection(PROVIDER_STATES, required=True)
    match_state = fields.Selection(MATCH_STATES, required=True, default="open")
    posting_state = fields.Selection(POSTING_STATES, required=True, default="none")

    _transaction_uniq = models.Constraint(
        "UNIQUE (transaction_id)", "A transaction has one processing state."
    )
    _open_idx = models.Index(
        "(company_id, currency_id, gross_minor) WHERE match_state = 'open'"
    )
    _unposted_idx = models.Index(
        "(wallet_id, match_state) WHERE posting_state = 'none'"
    )

    def init(self):
        """Fill what counting needs where rows are older than these columns."""
        # In a new database the facts have no table yet.
        if not table_exists(self.env.cr, "settlement_transaction"):
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction_state AS state
                   SET booked_on = fact.booked_on,
                       needs_target = fact.kind IN %s
                  FROM settlement_transaction fact
                 WHERE fact.id = state.transaction_id AND state.needs_target IS NULL
                """,
                kinds.KINDS_WITH_TARGET,
            )
        )

    def _set_match_state(self, state):
        """Move rows to the given ``match_state``; the one place that does."""
        changed = self.filtered(lambda row: row.match_state != state)
        changed.write({"match_state": state})

    def _set_posting_state(self, state):
        """Move rows to the given ``posting_state``; the one place that does."""
        changed = self.filtered(lambda row: row.posting_state != state)
        changed.write({"posting_state": state})
