from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .lock_date import SOFT_LOCKS

# Long enough for what was forgotten, short enough not to be forgotten itself.
DEFAULT_HOURS = 24


class SettlementLockException(models.TransientModel):
    """Lets one person work in a locked period for a while."""

    _name = "settlement.lock.exception"
    _description = "Open a Locked Period"
    _rec_name = "user_id"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    user_id = fields.Many2one("res.users", required=True, string="For")
    lock_field = fields.Selection(
        [
            ("fiscalyear_lock_date", "Everything"),
            ("tax_lock_date", "Tax return"),
            ("sale_lock_date", "Sales"),
            ("purchase_lock_date", "Purchases"),
        ],
        required=True,
        default="fiscalyear_lock_date",
        string="Lock",
    )
    current_date = fields.Date(compute="_compute_current_date", string="Locked until")
    lock_date = fields.Date(
        string="Locked for Them until",
        help="Empty: nothing of this lock holds for them meanwhile.",
    )
    end_datetime = fields.Datetime(
        required=True,
        string="Ends",
        default=lambda self: fields.Datetime.now() + timedelta(hours=DEFAULT_HOURS),
    )
    reason = fields.Char(required=True)

    @api.depends("company_id", "lock_field")
    def _compute_current_date(self):
        for wizard in self:
            wizard.current_date = wizard.company_id[wizard.lock_field or SOFT_LOCKS[0]]

    def action_open_period(self):
        """Except the person from the lock until the time given.

        :raises UserError: if the lock is not set, the exception would lock more than
            the company does, or has ended before it begins.
        :return: action that shows the exception.
        """
        self.ensure_one()
        self._check_exception()
        exception = self.env["account.lock_exception"].create(
            {
                "company_id": self.company_id.id,
                "user_id": self.user_id.id,
                "reason": self.reason,
                "end_datetime": self.end_datetime,
                self.lock_field: self.lock_date,
            }
        )
        # Only the system writes the trail.
        self.env["settlement.event"].sudo()._log(
            "period.opened",
            company=self.company_id,
            reason=self.reason,
            after={
                "user": self.user_id.login,
                "lock": self.lock_field,
                "date": str(self.lock_date or ""),
                "ends": str(self.end_datetime),
            },
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": exception._name,
            "res_id": exception.id,
            "views": [(False, "form")],
        }

    def _check_exception(self):
        if not self.current_date:
            raise UserError(
                self.env._("This lock is not set; nobody has to be excepted from it.")
            )
        if self.lock_date and self.lock_date >= self.current_date:
            raise UserError(
                self.env._(
                    "The company is locked until %(day)s; choose an earlier day, or "
                    "none.",
                    day=self.current_date,
                )
            )
        if self.end_datetime <= fields.Datetime.now():
            raise UserError(self.env._("The exception would have ended already."))
