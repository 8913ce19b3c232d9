from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        """Keep the raw body of routes that ask for it.

        A signature is taken on the bytes. Odoo reads forms before it calls the
        route, which leaves nothing of them, unless they were read before.
        """
        result = super()._pre_dispatch(rule, args)
        if rule.endpoint.routing.get("settlement_raw_body"):
            request.httprequest.get_data()
        return result
