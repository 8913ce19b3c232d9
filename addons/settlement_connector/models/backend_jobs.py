from odoo import models

from .backend_pull import BeingPulled
from .pull_clock import limited

# A job holds a place in its channel for this long, then a new one goes on.
JOB_SECONDS = 40


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def _enqueue_pull(self):
        """Enqueue one job for each of these backends that pulls what is due."""
        for backend in self:
            backend._later("pull", description=f"Pull {backend.name}")._job_pull()

    def _job_pull(self):
        """Pull for a bounded time; enqueue the next job if there is more.

        :return: ``done``, ``more``, ``busy`` or ``not due``.
        """
        self.ensure_one()
        backend = self._for_job("pull")
        if backend.state != "connected" or not backend._is_due():
            return "not due"
        try:
            backend._pull_streams(None, None, limited(self.env.flush_all, JOB_SECONDS))
        except BeingPulled:
            return "busy"
        if backend._cut_off():
            self._later(description=f"Pull {self.name}")._job_pull()
            return "more"
        return "done"
