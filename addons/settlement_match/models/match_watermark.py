from odoo import fields, models

from .weak_many2one import WeakMany2one


class SettlementMatchWatermark(models.Model):
    """Up to where the matcher has seen the references of a company's documents."""

    _name = "settlement.match.watermark"
    _description = "How Far Matching Has Come"
    _log_access = False
    _rec_name = "company_id"

    company_id = WeakMany2one("res.company", required=True)
    reference_id = fields.Integer(help="Newest reference of a document that was seen.")
    settings = fields.Char(help="Rules and accounts that decisions depended on.")
    complete_at = fields.Datetime(help="When everything was looked at.")

    _company_uniq = models.UniqueIndex("(company_id)")
