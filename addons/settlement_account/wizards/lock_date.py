from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..services.period_checks import PeriodChecks

SOFT_LOCKS = (
    "fiscalyear_lock_date",
    "tax_lock_date",
    "sale_lock_date",
    "purchase_lock_date",
)
LOCKS = (*SOFT_LOCKS, "hard_lock_date")
# Locks that concern entries of every journal, and so those of settlements.
PERIOD_LOCKS = ("fiscalyear_lock_date", "hard_lock_date")


class SettlementLockDate(models.TransientModel):
    """The lock dates of a company, and what stands in the way of new ones."""

    _name = "settlement.lock.date"
    _description = "Lock Dates"
    _rec_name = "company_id"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    fiscalyear_lock_date = fields.Date(
        string="Lock Everything",
        help="No entry on or before this day is created or changed any more. It can "
        "be moved back, and persons can be excepted from it.",
    )
    tax_lock_date = fields.Date(
        string="Lock Tax Return", help="The same for entries that carry taxes."
    )
    sale_lock_date = fields.Date(string="Lock Sales")
    purchase_lock_date = fields.Date(string="Lock Purchases")
    hard_lock_date = fields.Date(
        string="Hard Lock",
        help="For ever: it can be moved forward only, and nobody is excepted.",
    )
    is_hard_confirmed = fields.Boolean(string="I know that a hard lock is for ever")
    is_hard_changed = fields.Boolean(compute="_compute_changes")
    check_day = fields.Date(compute="_compute_changes", help="The period ends here.")
    line_ids = fields.One2many(
        "settlement.lock.date.check", "wizard_id", compute="_compute_line_ids"
    )
    blocking_count = fields.Integer(compute="_compute_line_ids")
    reason = fields.Char(help="Why now, for the audit trail.")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        self._require_locker()
        company = self.env["res.company"].browse(values.get("company_id"))
        company = company or self.env.company
        # Who opens it may fill in a new date.
        return {**{name: company[name] for name in LOCKS if name in fields}, **values}

    @api.onchange("company_id")
    def _onchange_company_id(self):
        context = self.env.context
        is_asked = self.company_id.id == context.get("default_company_id")
        for name in LOCKS:
            filled = is_asked and fields.Date.to_date(context.get(f"default_{name}"))
            self[name] = filled or self.company_id[name]

    @api.depends("company_id", *LOCKS)
    def _compute_changes(self):
        for wizard in self:
            changed = wizard._changed()
            days = [changed[name] for name in PERIOD_LOCKS if changed.get(name)]
            wizard.check_day = max(days, default=False)
            wizard.is_hard_changed = "hard_lock_date" in changed

    @api.depends("check_day")
    def _compute_line_ids(self):
        checks = self.env["settlement.lock.date.check"]
        for wizard in self:
            wizard.line_ids = checks
            wizard.blocking_count = 0
            if wizard.check_day:
                found = wizard._checks()
                wizard.line_ids = checks.create([each.values() for each in found])
                wizard.blocking_count = sum(each.is_blocking for each in found)

    def _checks(self):
        """Return what is to be said about the period up to the new lock date."""
        self.ensure_one()
        return PeriodChecks(
            self.company_id, self.check_day, is_hard=self.is_hard_changed
        ).all()

    def _changed(self):
        """Return the dates that differ from those of the company, by field."""
        return {
            name: self[name] for name in LOCKS if self[name] != self.company_id[name]
        }

    @api.model
    def _require_locker(self):
        """Make sure that the user may lock periods."""
        if self.env.su or self.env.user.has_group("account.group_account_manager"):
            return
        if not self.env["settlement.backend"]._has_settlement_group("group_approver"):
            raise AccessError(
                self.env._(
                    "Lock dates are set by approvers of settlements and by "
                    "administrators of accounting."
                )
            )

    def action_show_checks(self):
        """Open what was found, each line with the records behind it."""
        self.ensure_one()
        self._require_locker()
        checks = self.env["settlement.lock.date.check"]
        shown = checks.create([each.values() for each in self._checks()])
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Before the Lock of %(day)s", day=self.check_day),
            "res_model": checks._name,
            "views": [(False, "list")],
            "domain": [("id", "in", shown.ids)],
        }

    def action_apply(self):
        """Set the lock dates as entered.

        Odoo's own rules hold: it refuses a lock over unreconciled statement lines,
        a hard lock over drafts or backwards.

        :raises AccessError: for who may not lock periods, or not in this company.
        :raises UserError: if nothing changes, if something of ours stands in the way,
            or a hard lock is not confirmed.
        """
        self.ensure_one()
        self._require_locker()
        self._check_company_allowed()
        changed = self._changed()
        self._check_change(changed)
        before = {name: str(self.company_id[name] or "") for name in changed}
        # Only administrators of the whole system write companies; the role was checked.
        company = self.company_id.sudo()
        company.write(changed)
        self.env["settlement.event"].sudo()._log(
            "period.locked",
            company,
            company=company,
            reason=self.reason or "",
            before=before,
            after={name: str(changed[name] or "") for name in changed},
        )
        return {"type": "ir.actions.act_window_close"}

    def _check_company_allowed(self):
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._(
                    "%(company)s is none of your companies.",
                    company=self.company_id.display_name,
                )
            )

    def _check_change(self, changed):
        if not changed:
            raise UserError(self.env._("No lock date has changed."))
        if changed.get("hard_lock_date") and not self.is_hard_confirmed:
            raise UserError(
                self.env._(
                    "A hard lock can never be taken back. Confirm that you know it."
                )
            )
        if not self.check_day:
            return
        blocking = [check.sentence for check in self._checks() if check.is_blocking]
        if blocking:
            raise UserError(
                self.env._(
                    "The period up to %(day)s cannot be locked:\n%(causes)s",
                    day=self.check_day,
                    causes="\n".join(f"- {cause}" for cause in blocking),
                )
            )
