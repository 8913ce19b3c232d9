from odoo import models

from odoo.addons.settlement.models.big_integer import BigInteger

from .weak_many2one import WeakMany2one


class SettlementMatchTrace(models.Model):
    """What a payment that was left open names, or might name once it is there.

    Either a journal item with what was open of it, or a word of its text.
    """

    _name = "settlement.match.trace"
    _description = "What a Payment That Was Left Open Names"
    _log_access = False
    _rec_name = "transaction_id"

    company_id = WeakMany2one("res.company", required=True)
    transaction_id = WeakMany2one("settlement.transaction", required=True)
    move_line_id = WeakMany2one("account.move.line")
    document_id = WeakMany2one("account.move")
    open_minor = BigInteger()
    word_key = BigInteger(help="64-bit hash of the squeezed text of a word.")

    _transaction_idx = models.Index("(transaction_id)")
    _document_idx = models.Index("(document_id) WHERE document_id IS NOT NULL")
    _word_idx = models.Index("(word_key) WHERE word_key IS NOT NULL")
