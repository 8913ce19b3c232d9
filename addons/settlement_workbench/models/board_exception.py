from datetime import datetime, time
from decimal import Decimal

import pytz

from odoo import api, fields, models

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import OPEN_STATES, SEVERITIES


class SettlementBoard(models.AbstractModel):
    """What waits for people: exceptions, their deadlines, approvals."""

    _inherit = "settlement.board"

    @api.model
    def _open_exceptions(self, company, *more):
        """Return the domain of open exceptions of a company."""
        return [
            ("company_id", "=", company.id),
            ("state", "in", list(OPEN_STATES)),
            *more,
        ]

    @api.model
    def _exception_views(self):
        return self._list_view("view_settlement_exception_board_list")

    # ------------------------------------------------------------------
    # Exposure
    # ------------------------------------------------------------------

    @api.model
    def _tile_exposure(self, company):
        """Say how much money hangs on open exceptions, by severity, since when."""
        by_severity = self._exposure_by_severity(company)
        figures = [self._exposure_figure(company, by_severity)]
        figures += [
            self._counted(
                f"exposure.{severity}",
                label,
                "settlement.exception",
                self._open_exceptions(company, ("severity", "=", severity)),
                value=by_severity[severity][0],
                views=self._exception_views(),
                tone={"critical": "error", "high": "warning"}.get(severity, ""),
            )
            for severity, label in self._severities()
        ]
        figures += self._oldest_figure(company)
        critical = by_severity["critical"][0]
        count = sum(rows for rows, _amount in by_severity.values())
        if not count:
            sentence = self.env._("Nothing is open.")
            return self._tile_values(figures, "ok", sentence)
        sentence = counted(
            self.env._("%(count)s {exception is|exceptions are} open.", count=count),
            count,
        )
        return self._tile_values(figures, "error" if critical else "warning", sentence)

    @api.model
    def _severities(self):
        field = self.env["settlement.exception"]._fields["severity"]
        return field._description_selection(self.env)

    @api.model
    def _exposure_by_severity(self, company):
        """Return severity → (open exceptions, their amount in company currency)."""
        counters = self.env["settlement.counter"].sudo()
        found = {severity: (0, Decimal()) for severity, _label in SEVERITIES}
        sums = counters._sums("exception", company, ("kind", "state"))
        for (severity, state), (rows, amount, _volume) in sums.items():
            if state in OPEN_STATES:
                known_rows, known = found[severity]
                found[severity] = (known_rows + rows, known + amount)
        return found

    @api.model
    def _exposure_figure(self, company, by_severity):
        label = self.env._("Open exceptions")
        total = sum((amount for _rows, amount in by_severity.values()), Decimal())
        amount = self._exact(total, company.currency_id)
        return self._figure(
            "exposure.sum",
            self.env._("Money at stake"),
            amount,
            "money",
            currency=company.currency_id,
            action=self._window(
                label,
                "settlement.exception",
                self._open_exceptions(company),
                views=self._exception_views(),
            ),
            count=sum(rows for rows, _amount in by_severity.values()),
            sum={"field": "company_amount", "value": str(amount)},
        )

    @api.model
    def _oldest_figure(self, company):
        """Return the age of the oldest open exception, if there is one."""
        oldest = self.env["settlement.exception"].search(
            self._open_exceptions(company), order="opened_at, id", limit=1
        )
        if not oldest:
            return []
        days = (fields.Datetime.now() - oldest.opened_at).days
        return [
            self._figure(
                "exposure.oldest",
                self.env._("Oldest"),
                days,
                "days",
                action=self._window(
                    self.env._("Oldest Exception"),
                    "settlement.exception",
                    [("id", "=", oldest.id)],
                ),
                count=1,
            )
        ]

    # ------------------------------------------------------------------
    # Deadlines
    # ------------------------------------------------------------------

    @api.model
    def _tile_deadline(self, company):
        """Say what is overdue, and what falls due before the user's day ends."""
        now = fields.Datetime.now().replace(microsecond=0)
        moment, midnight = map(fields.Datetime.to_string, (now, self._midnight(now)))
        overdue = self._counted(
            "deadline.overdue",
            self.env._("Overdue"),
            "settlement.exception",
            self._open_exceptions(company, ("deadline", "<", moment)),
            views=self._exception_views(),
            tone="error",
        )
        today = self._counted(
            "deadline.today",
            self.env._("Due today"),
            "settlement.exception",
            self._open_exceptions(
                company, ("deadline", ">=", moment), ("deadline", "<=", midnight)
            ),
            views=self._exception_views(),
            tone="warning",
        )
        if overdue["value"]:
            state, sentence = "error", self.env._("Deadlines have passed.")
        elif today["value"]:
            state, sentence = "warning", self.env._("Something is due today.")
        else:
            state, sentence = "ok", self.env._("No deadline has passed.")
        return self._tile_values([overdue, today], state, sentence)

    @api.model
    def _midnight(self, now):
        """Return when the user's day ends, in UTC."""
        local = fields.Datetime.context_timestamp(self, now)
        end = datetime.combine(local.date(), time.max.replace(microsecond=0))
        zone = local.tzinfo if local.tzinfo else pytz.utc
        return zone.localize(end).astimezone(pytz.utc).replace(tzinfo=None)

    # ------------------------------------------------------------------
    # Approvals
    # ------------------------------------------------------------------

    @api.model
    def _tile_approval(self, company):
        """Say what waits for a second person, and what for a first one."""
        own = ("company_id", "=", company.id)
        figures = [
            self._counted(
                "approval.waiting",
                self.env._("Approvals"),
                "settlement.approval",
                [own, ("state", "=", "waiting")],
                tone="warning",
            ),
            self._counted(
                "approval.postings",
                self.env._("Of these, entries"),
                "settlement.posting.request",
                [own, ("state", "=", "waiting")],
            ),
            self._counted(
                "approval.exceptions",
                self.env._("Of these, exceptions"),
                "settlement.exception",
                [own, ("state", "=", "waiting_approval")],
            ),
            self._counted(
                "approval.proposed",
                self.env._("Proposed matches"),
                "settlement.match",
                [own, ("state", "=", "proposed")],
                value=self._proposed_count(company),
            ),
        ]
        if figures[0]["value"]:
            sentence = self.env._("Somebody other than who asked has to decide.")
            return self._tile_values(figures, "warning", sentence)
        return self._tile_values(figures, "ok", self.env._("Nothing waits."))

    @api.model
    def _proposed_count(self, company):
        counters = self.env["settlement.counter"].sudo()
        sums = counters._sums("match", company, ("state",))
        return sums.get(("proposed",), (0,))[0]
