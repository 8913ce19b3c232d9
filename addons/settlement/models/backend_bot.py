from datetime import datetime

from odoo import api, models
from odoo.fields import Command


class SettlementBackend(models.Model):
    """What runs by itself runs as a user of its own, with the roles it needs."""

    _inherit = "settlement.backend"

    @api.model
    def _bot(self):
        """Return the technical user."""
        # It is no secret who that is, but not every role may read users.
        return self.env.ref("settlement.user_bot").sudo()

    def _as_bot(self):
        """Return these backends as the technical user holds them, in their companies.

        The technical user belongs to every company that has a backend, and to no
        other.
        """
        companies = self.sudo().company_id  # whose they are, whoever asks
        bot = self._bot()
        if missing := companies - bot.company_ids:
            bot.write({"company_ids": [Command.link(each) for each in missing.ids]})
        return (
            self.with_user(bot)
            .with_context(allowed_company_ids=companies.ids)
            .sudo(False)
        )

    @api.model_create_multi
    def create(self, vals_list):
        """Let the technical user work in the companies of new backends."""
        backends = super().create(vals_list)
        backends._as_bot()
        return backends

    def _in_own_company(self):
        """Return these backends with nothing but their own companies allowed."""
        return self.with_context(allowed_company_ids=self.sudo().company_id.ids)

    @api.model
    def _bot_backends(self):
        """Return the active backends of all companies, as the technical user."""
        # Who is asked to run everything has to find everything first.
        return self.sudo()._all_active()._as_bot()

    @api.model
    def _bot_backends_by_company(self):
        """Return the active backends, one recordset of one company each.

        The company whose last run is the longest ago comes first, so that none waits
        for ever behind a busy one.
        """
        groups = self._bot_backends().grouped("company_id")
        runs = self.env["settlement.run"].sudo()  # of all companies, to be fair
        latest = dict(
            runs._read_group(
                [("company_id", "!=", False)], ["company_id"], ["started_at:max"]
            )
        )
        never = datetime.min
        order = sorted(groups, key=lambda company: latest.get(company) or never)
        return [groups[company]._as_bot() for company in order]

    # ------------------------------------------------------------------
    # Scheduled actions
    # ------------------------------------------------------------------

    @api.model
    def _cron_run(self):
        """Scheduled action: advance everything that is pending, inline."""
        for backends in self._bot_backends_by_company():
            backends._run_pipeline("post", self.env.cr.commit)

    @api.model
    def _cron_sweep(self):
        """Scheduled action: take back what dead workers held, and wake the rest."""
        for backends in self._bot_backends_by_company():
            # Messages are nobody's to write; who may run the pipeline may bury them.
            backends.sudo()._bury_abandoned()
            backends.sudo()._check_freshness()
            backends.filtered(lambda backend: backend._has_pending())._wake()

    @api.model
    def _cron_retention(self):
        """Scheduled action: remove payloads that the policies let go."""
        for backends in self._bot_backends_by_company():
            # Messages are nobody's to write; the policy is what decides.
            backends.sudo()._purge_due(self.env.cr.commit)
