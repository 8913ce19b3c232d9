from odoo import models
from odoo.exceptions import AccessDenied


class ResUsers(models.Model):
    _inherit = "res.users"

    def _check_credentials(self, credential, env):
        """Let nobody log in as the technical user, whatever password it was given."""
        bot = self.env.ref("settlement.user_bot", raise_if_not_found=False)
        if bot and self.env.uid == bot.id:
            raise AccessDenied()
        return super()._check_credentials(credential, env)
