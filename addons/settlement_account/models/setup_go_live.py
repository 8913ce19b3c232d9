from datetime import date, datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

SCHEDULES = ("settlement.cron_run", "settlement_connector.cron_pull")
MOST_PAYMENTS = 20


class SettlementSetup(models.Model):
    """Step 8: from which day on, and with which balance, the books are kept."""

    _inherit = "settlement.setup"

    outstanding_count = fields.Integer(compute="_compute_outstanding")
    outstanding_html = fields.Html(compute="_compute_outstanding", sanitize=False)
    live_html = fields.Html(compute="_compute_live_html", sanitize=False)

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    def _propose_openings(self):
        """Give wallets without an opening the one that the history tells of."""
        for line in self.wallet_line_ids.filtered("is_used"):
            wallet = line.wallet_id
            if wallet.opening_date:
                line.opening_date = wallet.opening_date
                line.opening_balance = wallet.opening_balance
            elif not line.opening_date:
                line._propose_opening()

    def action_propose_openings(self):
        """Compute the opening balances anew for the days that were chosen."""
        setup = self._begin("go_live")
        for line in setup.wallet_line_ids.filtered("is_used"):
            line._propose_opening(line.opening_date)
        return True

    def _check_openings(self, lines):
        today = fields.Date.context_today(self)
        for line in lines:
            if not line.opening_date:
                raise UserError(
                    self.env._(
                        "%(account)s needs an opening date: from that day on its "
                        "rows are posted.",
                        account=line.account_identifier,
                    )
                )
            if line.opening_date > today:
                raise UserError(
                    self.env._(
                        "%(account)s cannot open on %(day)s, which is still to come.",
                        account=line.account_identifier,
                        day=line.opening_date,
                    )
                )
            self._check_period(line)

    def _check_period(self, line):
        """Refuse a cut-over whose entries a lock date would move."""
        company = self.company_id
        locks = company._get_lock_date_violations(
            line.opening_date, fiscalyear=True, sale=False, purchase=False, tax=False
        )
        if locks:
            raise UserError(
                self.env._(
                    "%(day)s lies in a closed period: the books are locked up to "
                    "%(lock)s. Choose a later opening of %(account)s.",
                    day=line.opening_date,
                    lock=max(lock for lock, _field in locks),
                    account=line.account_identifier,
                )
            )

    # ------------------------------------------------------------------
    # Payments that are on their way
    # ------------------------------------------------------------------

    @api.depends("step", "company_id")
    def _compute_outstanding(self):
        for setup in self:
            lines = setup._outstanding_lines() if setup.step == "go_live" else None
            setup.outstanding_count = len(lines) if lines else 0
            setup.outstanding_html = (
                setup._render(
                    "setup_outstanding",
                    lines=lines[:MOST_PAYMENTS],
                    more=max(len(lines) - MOST_PAYMENTS, 0),
                    totals=_totals(lines),
                )
                if lines
                else ""
            )

    def _outstanding_lines(self):
        """Return the open items of payments that Odoo knows and nobody has settled."""
        # The accountant may read entries; the administrator only sees their number.
        items = self.env["settlement.document.reference"].sudo()
        company = self.company_id
        return items._outstanding_items(company).filtered(
            lambda line: line.date < (self._first_opening() or date.max)
        )

    def _first_opening(self):
        days = self.wallet_line_ids.filtered("is_used").mapped("opening_date")
        return min(filter(None, days), default=None)

    def action_open_outstanding(self):
        """Show the payments that are taken over, as journal items."""
        self.ensure_one()
        self._require_role("go_live")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outstanding Payments"),
            "res_model": "account.move.line",
            "view_mode": "list,form",
            "domain": [("id", "in", self._outstanding_lines().ids)],
            "context": {"create": False},
        }

    # ------------------------------------------------------------------
    # Go live
    # ------------------------------------------------------------------

    def action_go_live(self):
        """Open the wallets, take over what is on its way, and start.

        What happened before the opening is matched but not posted.

        :raises UserError: if an opening is missing or lies in a closed period.
        :raises AccessError: without the accountant role.
        """
        setup = self._begin("go_live")
        lines = setup.wallet_line_ids.filtered("is_used")
        setup._check_openings(lines)
        taken_over = setup._outstanding_lines()
        for line in lines:
            line._open_wallet()
        setup._take_over(taken_over)
        setup._connect_backend()
        setup._finish(
            "go_live",
            {
                "openings": {
                    line.wallet_id.display_name: f"{line.opening_date} "
                    f"{line.opening_balance:.{line.currency_id.decimal_places}f}"
                    for line in lines
                },
                "outstanding": len(taken_over),
            },
        )
        return True

    def _take_over(self, lines):
        """Let payments that Odoo recorded before be found by what comes in."""
        self.env["settlement.document.reference"]._refresh()
        self._log("taken_over", {"payments": len(lines), "items": lines.ids})

    def _connect_backend(self):
        """Switch the backend and its schedules on, and release what waits."""
        backend = self.backend_id
        first = self._first_opening() - timedelta(days=backend.lookback_days)
        if not backend.last_success_at:
            backend.history_since = datetime.combine(first, time.min)
        if backend.state != "paused":
            backend._set_state("connected")
        for name in SCHEDULES:
            schedule = self.env.ref(name)
            if not schedule.active:
                schedule.active = True
        self._waiting_files()._set_state("received")
        backend._wake()
        backend._wake_pull()

    # ------------------------------------------------------------------
    # Live
    # ------------------------------------------------------------------

    def action_advance(self):
        """Fetch, match and post now, instead of waiting for the schedule.

        :return: the settlement.run record's counters by step.
        """
        self._begin("done")
        backend = self.backend_id
        self.env["settlement.backend"]._require_group("group_accountant")
        if self.is_pulled:
            backend.action_pull()
        backend.run_pipeline()
        return True

    @api.depends("step")
    def _compute_live_html(self):
        for setup in self:
            live = setup.step == "done"
            setup.live_html = (
                setup._render("setup_live", **setup._live_figures()) if live else ""
            )

    def _live_figures(self):
        """Return what has come of the set-up so far."""
        backend = self.backend_id
        mine = [("backend_id", "=", backend.id)]
        counts = {
            "messages": self.env["settlement.message"].search_count(mine),
            "rows": self.env["settlement.transaction"].search_count(
                [*mine, ("is_current", "=", True)]
            ),
            "postings": self.env["settlement.posting"].search_count(
                [*mine, ("state", "=", "posted")]
            ),
            "waiting": self.env["settlement.exception"].search_count(
                [*mine, ("state", "in", ("open", "in_progress"))]
            ),
        }
        return {**counts, "wallets": backend.wallet_ids, "error": backend.last_error}

    def action_open_entries(self):
        """Show the entries that were posted for this backend."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Postings"),
            "res_model": "settlement.posting",
            "view_mode": "list,form",
            "domain": [("backend_id", "=", self.backend_id.id)],
        }

    def action_open_exceptions(self):
        """Show what waits for a person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Exceptions"),
            "res_model": "settlement.exception",
            "view_mode": "list,form",
            "domain": [("backend_id", "=", self.backend_id.id)],
        }


def _totals(lines):
    """Return the sum of open items, as text by currency."""
    return [
        currency.format(sum(items.mapped("amount_residual_currency")))
        for currency, items in lines.grouped("currency_id").items()
    ]
