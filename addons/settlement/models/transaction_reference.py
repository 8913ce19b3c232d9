from odoo import fields, models

from ..canonical import kinds
from .big_integer import BigInteger
from .implied_many2one import ImpliedMany2one

REFERENCE_TYPES = [(name, name) for name in kinds.REFERENCE_TYPES]


class SettlementTransactionReference(models.Model):
    """Identifiers of a current transaction, in comparable spelling."""

    _name = "settlement.transaction.reference"
    _description = "Reference of a Transaction"
    _log_access = False

    transaction_id = fields.Many2one(
        "settlement.transaction", required=True, ondelete="cascade"
    )
    company_id = ImpliedMany2one("res.company", required=True)
    type = fields.Selection(REFERENCE_TYPES, required=True)
    key = BigInteger(required=True, help="64-bit hash of type and text.")
    text = fields.Char(required=True)

    _key_idx = models.Index("(key)")
    _identity_uniq = models.Constraint(
        "UNIQUE (transaction_id, key)",
        "A transaction carries each reference once.",
    )
