from odoo import api, models

from odoo.addons.settlement.canonical.errors import SettlementError

from .. import secrets_store


class SettlementCredential(models.Model):
    """Rotation of the server's keys: every credential moves to the newest one."""

    _inherit = "settlement.credential"

    @api.model
    def action_rotate_keys(self):
        """Encrypt all credentials with the newest key of the server.

        :return: a client action that says what was done.
        :raises AccessError: without the integration administrator role.
        """
        backends = self.env["settlement.backend"]
        backends._require_group("group_integration_admin")
        counts = self._rotate_keys()
        words = self.env._(
            "%(sealed_again)s encrypted again, %(unchanged)s with the newest key "
            "already, %(failed)s failed.",
            **counts,
        )
        kind = "danger" if counts["failed"] else "success"
        return backends._notify(self.env._("Keys"), words, kind)

    @api.model
    def _rotate_keys(self):
        """Encrypt all credentials with the server's current key.

        :return: dict of counts: ``sealed_again``, ``unchanged``, ``failed``.
        """
        counts = {"sealed_again": 0, "unchanged": 0, "failed": 0}
        # The keys are the server's, and so are the credentials of all its companies.
        for credential in self.sudo().search([("rotated_on", "!=", False)]):
            counts[credential._seal_again()] += 1
        if counts["sealed_again"]:
            self.env["settlement.event"]._log("credential.keys_rotated", after=counts)
            self.invalidate_model(["key_id", "is_newest_key"])
        return counts

    def _seal_again(self):
        """Move one credential to the newest key; tell if its own key is gone.

        :return: ``sealed_again``, ``unchanged`` or ``failed``.
        """
        exceptions = self.env["settlement.exception"]
        try:
            changed = secrets_store.seal_again(self)
        except SettlementError as error:
            exceptions._raise_for(
                self,
                "connector_failed",
                self.env._(
                    "The credential %(name)s of %(backend)s cannot be opened. "
                    "%(error)s",
                    name=self.name,
                    backend=self.backend_id.name,
                    error=str(error),
                ),
                severity="high",
                fixes=("rotate",),
            )
            return "failed"
        exceptions._clear_for(self, ["connector_failed"])
        return "sealed_again" if changed else "unchanged"

    @api.model
    def _cron_rotate_keys(self):
        """Scheduled action: move credentials to a key that was put first."""
        self._rotate_keys()
        # Expiry is watched here too, for backends that are not pulled.
        # Whoever runs this may not read credentials of other companies.
        self.sudo().search([("expires_on", "!=", False)])._warn_expiring()
