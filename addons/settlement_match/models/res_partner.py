from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Payers are looked up by the words of their name and by their address.
    _settlement_name_idx = models.Index("USING gin (to_tsvector('simple', name))")
    _settlement_email_idx = models.Index("(lower(email)) WHERE email IS NOT NULL")
