from odoo import fields, models

FIELDS = ["settlement_single_keys"]


class ResUsers(models.Model):
    _inherit = "res.users"

    settlement_single_keys = fields.Boolean(
        "Single Keys in Settlements",
        default=True,
        help="Letters and digits act in the workbench without any other key.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + FIELDS

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + FIELDS
