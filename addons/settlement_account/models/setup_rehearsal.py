from datetime import date

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.rehearsal import Rehearsal

HISTORY_DAYS = 30
MOST_SECONDS = 40
MOST_ROWS = 5000


class SettlementSetup(models.Model):
    """Steps 5 and 6: what the codes mean, and what would happen."""

    _inherit = "settlement.setup"

    codes = fields.Json(readonly=True, copy=False)
    codes_read_at = fields.Datetime(readonly=True, copy=False)
    mapping_ids = fields.Many2many(
        "settlement.mapping", compute="_compute_mapping_ids", string="Mappings"
    )
    codes_html = fields.Html(compute="_compute_codes_html", sanitize=False)
    history_days = fields.Integer(
        "Days of History",
        default=HISTORY_DAYS,
        help="How far back the dry run reaches; less is faster.",
    )
    rehearsal = fields.Json(readonly=True, copy=False)
    rehearsed_at = fields.Datetime(readonly=True, copy=False)
    rehearsal_html = fields.Html(compute="_compute_rehearsal_html", sanitize=False)

    # ------------------------------------------------------------------
    # Step 5: codes
    # ------------------------------------------------------------------

    def action_read_codes(self):
        """Button: as :meth:`read_codes`; the result stays on the screen."""
        self.read_codes()
        return True

    def read_codes(self):
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

    @api.depends("codes", "mapping_ids")
    def _compute_codes_html(self):
        for setup in self:
            report = setup.codes
            setup.codes_html = (
                setup._render("setup_codes", report=report, states=setup._code_states())
                if report
                else ""
            )

    @api.depends("backend_id", "codes")
    def _compute_mapping_ids(self):
        mappings = self.env["settlement.mapping"]
        for setup in self:
            setup.mapping_ids = mappings.search(
                [
                    ("company_id", "=", setup.company_id.id),
                    ("backend_id", "in", (False, setup.backend_id.id)),
                    ("state", "in", ("draft", "waiting", "approved")),
                ]
            )

    def _code_states(self):
        """Return how far the meaning of each code is, as people read it."""
        labels = dict(
            self.mapping_ids._fields["state"]._description_selection(self.env)
        )
        return {each.source_code: labels[each.state] for each in self.mapping_ids}

    def action_map_code(self, code=None):
        """Open the form that gives a code its meaning; somebody else approves it.

        :param code: the code; by default the first that nobody works on yet.
        :raises UserError: if no code waits for a meaning.
        :raises AccessError: without the accountant role.
        """
        setup = self._begin("codes")
        self._require_role("accounts")
        waiting = (setup.codes or {}).get("codes", [])
        known = setup._code_states()
        todo = [
            each
            for each in waiting
            if each["code"] == code or (code is None and each["code"] not in known)
        ]
        if not todo:
            raise UserError(self.env._("No code waits for a meaning."))
        defaults = {
            "company_id": setup.company_id.id,
            "backend_id": setup.backend_id.id,
            "source_code": todo[0]["code"],
            "effective_from": todo[0]["first"],
        }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Map a Code"),
            "res_model": "settlement.mapping",
            "views": [(False, "form")],
            "context": {f"default_{name}": value for name, value in defaults.items()},
        }

    # ------------------------------------------------------------------
    # Step 6: dry run
    # ------------------------------------------------------------------

    def action_rehearse(self):
        """Button: as :meth:`rehearse`; the result stays on the screen."""
        self.rehearse()
        return True

    def rehearse(self, days=None):
        """Pull, match and post the history, and take all of it back.

        :param days: how much history, by default what the set-up says; less is
            faster.
        :return: dict with ``rows, matching, entries, reasons, wallets, codes``.
        :raises AccessError: without the accountant role.
        """
        setup = self._begin("rehearsal")
        days = setup.history_days if days is None else days
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
