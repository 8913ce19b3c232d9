from odoo import api, models

from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    SettlementError,
    TransientError,
)

from .pull_clock import OutOfTime, watched


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _announce(self, targets):
        """Have objects fetched soon; no provider is asked here.

        :param targets: texts that the connector's ``_pull_announced`` understands.
        """
        self.ensure_one()
        self.env["settlement.pull.target"]._add(self, targets)
        # Anyone who may parse may wake the scheduled action.
        self.env.ref("settlement_connector.cron_pull_announced").sudo()._trigger()

    @api.model
    def _cron_pull_announced(self):
        """Scheduled action: fetch the objects that webhooks named."""
        backends = self._bot_backends()._for_pull()
        backends._pull_all_announced(watched(self.env.cr.commit))

    @api.model
    def _pull_all_announced(self, checkpoint):
        """Fetch for every connected backend; a failure stops no other backend."""
        targets = self.env["settlement.pull.target"]
        waiting = targets._read_group([], ["backend_id"])
        try:
            for (backend,) in waiting:
                if backend.state == "connected":
                    backend._in_own_company()._guarded(
                        lambda one: one._pull_announced(checkpoint)
                    )
                    checkpoint()
        except OutOfTime:
            cron = self.env.ref("settlement_connector.cron_pull_announced")
            cron.sudo()._trigger()  # whoever ran this may have the rest done

    def _pull_announced(self, checkpoint):
        """Fetch what webhooks named and store it like the objects of any pull.

        Regular pulls find the same objects later: what cannot be fetched here is
        late, not lost.
        """
        self._check_pullable()
        targets = self.env["settlement.pull.target"]
        for row, target, announced_at in targets._waiting(self):
            try:
                self._pull_target(target, checkpoint)
            except (TransientError, AuthenticationError) as error:
                self._note_failure(target, error)
                return
            except SettlementError as error:
                self.env["settlement.event"]._log(
                    "webhook.object_not_fetched",
                    self,
                    reason=str(error),
                    after={"object": target},
                )
            targets._done(row, announced_at)

    def _pull_target(self, target, checkpoint):
        """Fetch one object, page by page where it is a list."""
        for stream, items in self._handler()._pull_announced(self, target):
            self.env["settlement.message"]._receive_items(self, stream, items)
            self._pull_checkpoint(checkpoint)
