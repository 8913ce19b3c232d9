from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.rehearsal import Rehearsal

HISTORY_DAYS = 30
MOST_SECONDS = 60
MOST_ROWS = 5000


class SettlementSetup(models.Model):
    """Steps 5 and 6: what the codes mean, and what would happen."""

    _inherit = "settlement.setup"

    codes = fields.Json(readonly=True, copy=False)
    codes_read_at = fields.Datetime(readonly=True, copy=False)
    codes_html = fields.Html(compute="_compute_codes_html", sanitize=False)
    rehearsal = fields.Json(readonly=True, copy=False)
    rehearsed_at = fields.Datetime(readonly=True, copy=False)
    rehearsal_html = fields.Html(compute="_compute_rehearsal_html", sanitize=False)

    # ------------------------------------------------------------------
    # Step 5: codes
    # ------------------------------------------------------------------

    def action_read_codes(self):
        """Read the history and list the codes without a meaning; keep nothing of it.

        :return: list of dicts ``code, currency, count, sum, first, example``.
        :raises AccessError: without the accountant or integration administrator role.
        """
        setup = self._begin("codes")
        report = setup._rehearse("parse", HISTORY_DAYS)
        setup.write({"codes": report, "codes_read_at": fields.Datetime.now()})
        return report["codes"]

    def action_confirm_codes(self):
        """Go on; codes without a meaning wait for one as exceptions."""
        setup = self._begin("codes")
        codes = (setup.codes or {}).get("codes", [])
        setup._finish("codes", {"unknown": [each["code"] for each in codes]})
        return True

    @api.depends("codes")
    def _compute_codes_html(self):
        for setup in self:
            report = setup.codes
            setup.codes_html = (
                setup._render("setup_codes", report=report) if report else ""
            )

    # ------------------------------------------------------------------
    # Step 6: dry run
    # ------------------------------------------------------------------

    def action_rehearse(self, days=HISTORY_DAYS):
        """Pull, match and post the history, and take all of it back.

        :param days: how much history; less is faster.
        :return: dict with ``rows, matching, entries, reasons, wallets, codes``.
        :raises AccessError: without the accountant role.
        """
        setup = self._begin("rehearsal")
        report = setup._rehearse("post", days)
        now = fields.Datetime.now()
        setup.write({"rehearsal": report, "rehearsed_at": now, "codes": report})
        return report

    def _rehearse(self, until, days):
        """Return the report of a rehearsal.

        :raises UserError: if the history is too long to be meant.
        """
        if not 1 <= days <= 366:
            raise UserError(self.env._("Rehearse between 1 and 366 days."))
        return Rehearsal(self, days, MOST_SECONDS, MOST_ROWS, until).run()

    def action_confirm_rehearsal(self):
        """Go on with what was seen.

        :raises UserError: if nothing was rehearsed.
        """
        setup = self._begin("rehearsal")
        if not setup.rehearsed_at:
            raise UserError(
                self.env._(
                    "Start the dry run first: it shows what would be posted, and "
                    "writes nothing."
                )
            )
        report = setup.rehearsal
        setup._propose_openings()
        setup._finish(
            "rehearsal",
            {
                "rows": report["rows"]["count"],
                "matched": report["matching"]["matched"],
                "wanted": report["matching"]["wanted"],
                "entries": report["entries"]["count"],
                "waiting": sum(group["count"] for group in report["reasons"]),
            },
        )
        return True

    @api.depends("rehearsal")
    def _compute_rehearsal_html(self):
        for setup in self:
            report = setup.rehearsal
            setup.rehearsal_html = (
                setup._render(
                    "setup_rehearsal", report=report, **setup._headline(report)
                )
                if report
                else ""
            )

    def _headline(self, report):
        """Return the figures of the first line of a report."""
        return {
            "waiting": sum(group["count"] for group in report["reasons"]),
            "first": _day(report["rows"]["first"]),
            "last": _day(report["rows"]["last"]),
            "total_seconds": round(sum(report["seconds"].values())),
        }


def _day(text):
    return date.fromisoformat(text) if text else None
