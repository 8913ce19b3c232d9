from odoo import fields, models

from odoo.addons.settlement.models.big_integer import BigInteger

from .weak_many2one import WeakMany2one


class SettlementMatchLeftover(models.Model):
    """What the last run of the matcher left open, and what it said of it.

    As long as neither the payment nor anything that it names changes, references and
    texts would be judged as they were: the next run need not look at them again.
    """

    _name = "settlement.match.leftover"
    _description = "Payment That Matching Left Open"
    _log_access = False
    _rec_name = "transaction_id"

    company_id = WeakMany2one("res.company", required=True)
    transaction_id = WeakMany2one("settlement.transaction", required=True)
    source_open = BigInteger(help="What was open of the payment, in minor units.")
    reason = fields.Char(help="What references and texts left it open for, if that.")
    is_proposed = fields.Boolean(help="References or texts proposed something.")
    sentence = fields.Text()
    hint = fields.Text()

    _transaction_uniq = models.UniqueIndex("(transaction_id)")
    _company_idx = models.Index("(company_id)")
