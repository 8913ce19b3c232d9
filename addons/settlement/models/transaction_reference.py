from odoo import fields, models

from ..canonical import kinds
from .big_integer import BigInteger

REFERENCE_TYPES = [(name, name) for name in kinds.REFERENCE_TYPES]


class SettlementTransactionReference(models.Model):
    """Identifiers of a current transaction, in comparable spelling."""

    _name = "settlement.transaction.reference"
    _description = "Reference of a Transaction"
    _log_access = False

    transaction_id = fields.Many2one(
        "settlement.transaction", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True)
    type = fields.Selection(REFERENCE_TYPES, required=True)
    key = BigInteger(required=True, help="64-bit hash of type and text.")
    text = fields.Char(required=True)

    _key_idx = models.Index("(company_id, key)")
    _identity_uniq = models.Constraint(
        "UNIQUE (transaction_id, type, text)",
        "A transaction carries each reference once.",
    )
