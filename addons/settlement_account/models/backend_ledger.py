from odoo import api, fields, models

from ..services.line_intake import LineIntake

LEDGER = "ledger"
# Lines that one job takes in; the next job goes on.
JOB_LINES = 4000


class SettlementBackend(models.Model):
    """Bank journals of Odoo as a source: lines that are there already are matched."""

    _inherit = "settlement.backend"

    connector = fields.Selection(
        selection_add=[(LEDGER, "Bank Journals in Odoo")],
        ondelete={LEDGER: lambda backends: backends._retire()},
    )
    ledger_turns = fields.Integer(
        readonly=True,
        copy=False,
        help="How often a worker has taken in statement lines.",
    )
    ledger_swept_on = fields.Date(
        readonly=True,
        copy=False,
        help="When lines that are settled were looked through for changes last.",
    )

    @api.model
    def _ledger_of(self, company):
        """Return the one backend that stands for the bank journals of a company."""
        known = self.with_context(active_test=False).search(
            [("company_id", "=", company.id), ("connector", "=", LEDGER)], limit=1
        )
        if known:
            known.active = True
            return known
        backend = self.create(
            {
                "name": self.env._("Bank Journals in Odoo"),
                "connector": LEDGER,
                "company_id": company.id,
                "environment": "live",
                "timezone": self.env.user.tz or "UTC",
                # Nobody sends anything: a quiet week is no failure.
                "freshness_hours": 0,
            }
        )
        backend._set_state("connected")
        return backend

    def _take_in_lines(self, checkpoint=None, most=None):
        """Bring the facts of these backends in line with Odoo's statement lines.

        :param most: stop after about so many lines; None: take in all.
        :return: dict of counters; empty where no backend is of that kind.
        """
        totals = {}
        today = fields.Date.context_today(self)
        for backend in self:
            if backend.connector != LEDGER or backend.state == "paused":
                continue
            backend.wallet_ids.journal_id._match_lines_of_branches()
            is_sweep = backend.ledger_swept_on != today
            intake = LineIntake(backend, checkpoint, most)
            counters = intake.run(is_sweep)
            if is_sweep and not intake.is_enough:
                backend.ledger_swept_on = today
            for name, count in counters.items():
                totals[name] = totals.get(name, 0) + count
        return totals

    def _step_parse(self, checkpoint):
        """Take in the statement lines of Odoo before messages are read."""
        taken = self._take_in_lines(checkpoint)
        return {**super()._step_parse(checkpoint), **taken}

    def _advance(self):
        """Take in the statement lines of Odoo as the first piece of work."""
        if self._take_in_lines(most=JOB_LINES).get("lines", 0) >= JOB_LINES:
            self._enqueue_next()
            return True
        return super()._advance()
