from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..closing import period as periods
from ..closing.result import BLOCKING

STATES = [("open", "Open"), ("ready", "Ready"), ("closed", "Closed")]
# Longer in transit than so many days at the end of the period is worth a look.
TRANSIT_DAYS = 5
# What people may write themselves, while a period is open.
_EDITABLE = frozenset({"transit_days"})
_CHATTER = ("message_", "activity_", "my_activity_")


# What a close has come to is said by its methods, never by who starts it.
NOT_YET = {
    "state": "open",
    "refreshed_at": False,
    "closed_at": False,
    "closed_by_id": False,
    "closing_hash": False,
}


class SettlementClose(models.Model):
    """The close of one month of one company: what proves it, and who vouches for it."""

    _name = "settlement.close"
    _description = "Close of a Period"
    _inherit = ["mail.thread"]
    _order = "period desc, company_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    period = fields.Date(
        required=True,
        string="Month",
        help="Any day of the month; its first day is kept.",
    )
    month = fields.Char(compute="_compute_month", string="Period")
    day = fields.Date(
        compute="_compute_day", store=True, help="The last day of the month."
    )
    state = fields.Selection(
        STATES, required=True, default="open", readonly=True, copy=False, tracking=True
    )
    transit_days = fields.Integer(
        string="Days in Transit",
        required=True,
        default=TRANSIT_DAYS,
        help="Payouts that are not at the bank after so many days are shown.",
    )
    row_ids = fields.One2many("settlement.close.row", "close_id", string="Checks")
    refreshed_at = fields.Datetime(string="Computed at", readonly=True, copy=False)
    closed_at = fields.Datetime(readonly=True, copy=False)
    closed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    closing_hash = fields.Char(
        readonly=True,
        copy=False,
        help="SHA-256 of all proofs as they stood when the period was closed.",
    )
    lock_date = fields.Date(
        related="company_id.fiscalyear_lock_date", string="Locked up to"
    )
    is_locked = fields.Boolean(compute="_compute_is_locked")
    blocking_count = fields.Integer(compute="_compute_answer")
    blocking_amount = fields.Monetary(
        compute="_compute_answer",
        string="In the Way",
        help="Money in the way, in company currency.",
    )
    unsigned_count = fields.Integer(compute="_compute_answer", string="To Be Signed")
    changed_count = fields.Integer(
        compute="_compute_answer", string="Changed since Signed"
    )
    answer = fields.Text(compute="_compute_answer", string="Ready to Close?")

    _company_period_uniq = models.Constraint(
        "UNIQUE (company_id, period)", "This month of this company has its close."
    )
    _period_first = models.Constraint(
        "CHECK (extract(day FROM period) = 1)", "A period is named by its first day."
    )

    @api.depends("period")
    def _compute_day(self):
        for close in self:
            close.day = close.period and periods.month_end(close.period)

    @api.depends("period")
    @api.depends_context("lang")
    def _compute_month(self):
        for close in self:
            close.month = close.period and format_date(
                self.env, close.period, date_format="MMMM yyyy"
            )

    @api.depends("period", "company_id.name")
    def _compute_display_name(self):
        for close in self:
            month = close.period.strftime("%Y-%m") if close.period else ""
            close.display_name = f"{month} {close.company_id.name or ''}".strip()

    @api.depends("day", "lock_date")
    def _compute_is_locked(self):
        for close in self:
            close.is_locked = bool(
                close.day and close.lock_date and close.lock_date >= close.day
            )

    @api.depends(
        "state",
        "refreshed_at",
        "row_ids.state",
        "row_ids.amount",
        "row_ids.frozen_hash",
        "row_ids.proof_hash",
    )
    def _compute_answer(self):
        for close in self:
            rows = close.row_ids
            blocking = rows.filtered(lambda row: row.state == BLOCKING)
            close.blocking_count = len(blocking)
            close.blocking_amount = sum(blocking.mapped("amount"))
            close.unsigned_count = len(rows.filtered("needs_signature"))
            close.changed_count = len(rows.filtered("is_changed"))
            close.answer = close._answer(blocking)

    # ------------------------------------------------------------------
    # Ready to close?
    # ------------------------------------------------------------------

    def _answer(self, blocking):
        """Return yes, or what is in the way with its amount, in words."""
        if self.state == "closed":
            return self._answer_when_closed()
        if not self.refreshed_at:
            return self.env._("Not computed yet.")
        obstacles = [row._named_with_amount() for row in blocking]
        if unsigned := self.row_ids.filtered("needs_signature"):
            obstacles.append(
                self.env._(
                    "to be signed: %(names)s",
                    names=", ".join(unsigned.mapped("name")),
                )
            )
        if self.day >= fields.Date.context_today(self):
            obstacles.append(
                self.env._("the month is not over before %(day)s", day=self.day)
            )
        if not obstacles:
            return self.env._("Yes. Every check is good or signed.")
        return self.env._("No: %(obstacles)s.", obstacles="; ".join(obstacles))

    def _answer_when_closed(self):
        changed = self.row_ids.filtered("is_changed")
        if not changed:
            return self.env._(
                "Closed by %(user)s.", user=self.closed_by_id.sudo().name or ""
            )
        return self.env._(
            "Closed by %(user)s. Changed since: %(names)s.",
            user=self.closed_by_id.sudo().name or "",
            names=", ".join(changed.mapped("name")),
        )

    def _is_ready(self):
        """Return whether nothing is in the way of closing this period."""
        self.ensure_one()
        return bool(
            self.refreshed_at
            and self.day < fields.Date.context_today(self)
            and not self.row_ids.filtered(
                lambda row: row.state == BLOCKING or row.needs_signature
            )
        )

    # ------------------------------------------------------------------
    # Creating and editing
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        """Start closes, each with its checks computed.

        :raises AccessError: without the accountant role, or for another company.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        for vals in vals_list:
            vals.update(NOT_YET)
            day = fields.Date.to_date(vals.get("period"))
            if day:
                vals["period"] = periods.month_start(day)
        closes = super().create(vals_list)
        for close in closes:
            close._check_company_allowed()
            self.env["settlement.event"].sudo()._log(
                "close.started", close, after={"period": close.period}
            )
        closes._refresh()
        return closes

    @api.model
    def _for(self, company, day):
        """Return the close of the month of ``day``, started if there is none."""
        period = periods.month_start(day)
        known = self.search(
            [("company_id", "=", company.id), ("period", "=", period)], limit=1
        )
        return known or self.create({"company_id": company.id, "period": period})

    def write(self, vals):
        """Refuse what does not come from the methods of a close."""
        if not self.env.su:
            self._check_edited(vals)
        result = super().write(vals)
        if not self.env.su and _EDITABLE & set(vals):
            self._refresh()
        return result

    def _check_edited(self, vals):
        if all(name.startswith(_CHATTER) for name in vals):
            return
        self.env["settlement.backend"]._require_group("group_accountant")
        if not set(vals) <= _EDITABLE or "closed" in self.mapped("state"):
            raise UserError(
                self.env._("The close of a period is computed and cannot be edited.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("The close of a period is kept."))

    def _check_company_allowed(self):
        """Make sure that these periods are of companies the user works in."""
        if self.env.su:
            return
        if foreign := self.company_id - self.env.companies:
            raise AccessError(
                self.env._(
                    "%(company)s is none of your companies.",
                    company=", ".join(foreign.sudo().mapped("name")),
                )
            )

    # ------------------------------------------------------------------
    # Computing
    # ------------------------------------------------------------------

    def action_refresh(self):
        """Compute every check anew.

        What was signed stays as it was signed; where the figures differ now, the row
        says so.

        :raises AccessError: without the accountant role, or in another company.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self._check_company_allowed()
        self.check_access("read")
        self._refresh()
        return True

    def _refresh(self):
        """Bring the rows of these periods to what their checks find now."""
        # Whoever may close a period sees in sum what stands in its way; the records
        # behind it are opened with the rights of the user.
        for close in self.sudo():
            results = close.env["settlement.close.check"]._run(close)
            close.row_ids._take(close, results)
            close.write({"refreshed_at": fields.Datetime.now()})
            close._settle_state()

    def _settle_state(self):
        """Move between open and ready as the rows say; closed stays closed."""
        for close in self.sudo():
            if close.state != "closed":
                state = "ready" if close._is_ready() else "open"
                if close.state != state:
                    close.write({"state": state})
