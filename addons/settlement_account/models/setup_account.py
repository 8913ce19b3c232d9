from odoo import api, fields, models
from odoo.exceptions import UserError

from .setup import ACCOUNTANT

_ENTERABLE = ("account_id", "new_code", "new_name")


class SettlementSetupAccount(models.Model):
    """What one kind of money is booked on: an account that is there, or a new one."""

    _name = "settlement.setup.account"
    _description = "Account of a Set-Up"
    _order = "setup_id, sequence, id"
    _rec_name = "purpose"
    _check_company_auto = True

    setup_id = fields.Many2one(
        "settlement.setup", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="setup_id.company_id", store=True, index=True)
    sequence = fields.Integer(readonly=True)
    role = fields.Char(
        required=True, readonly=True, help="Field of the posting policy."
    )
    purpose = fields.Char(compute="_compute_purpose")
    account_type = fields.Char(readonly=True)
    reconcile = fields.Boolean(readonly=True)
    account_id = fields.Many2one(
        "account.account",
        "Account",
        check_company=True,
        help="Empty: the account that is named beside is created.",
    )
    new_code = fields.Char("Code of a New One")
    new_name = fields.Char("Name of a New One")
    becomes = fields.Char("What Happens", compute="_compute_becomes")

    _role_uniq = models.Constraint(
        "UNIQUE (setup_id, role)", "Each purpose has one account."
    )

    @api.depends("role")
    def _compute_purpose(self):
        policies = self.env["settlement.posting.policy"]
        for line in self:
            line.purpose = line.role and policies._field_name(line.role)

    @api.depends("account_id", "account_id.reconcile", "reconcile", "new_code")
    def _compute_becomes(self):
        for line in self:
            if not line.account_id:
                line.becomes = self.env._("is created")
            elif line.reconcile and not line.account_id.reconcile:
                line.becomes = self.env._("is used; will allow reconciliation")
            else:
                line.becomes = self.env._("is used")

    def write(self, vals):
        """Let accountants choose; the purposes are given."""
        if not self.env.su:
            self.env["settlement.backend"]._require_group(ACCOUNTANT)
            if strange := set(vals) - set(_ENTERABLE):
                raise UserError(
                    self.env._(
                        "“%(field)s” is found by the set-up and cannot be entered.",
                        field=min(strange),
                    )
                )
        return super().write(vals)

    def _account(self):
        """Return the account of this purpose, created if none was chosen.

        What waits on it is settled line by line, so it is made reconcilable where
        that is needed; Odoo refuses that on its own where it cannot be.

        :return: (account, sentence that says what was done, "" if nothing was).
        """
        self.ensure_one()
        if not self.account_id:
            return self._new_account()
        if self.reconcile and not self.account_id.reconcile:
            self.account_id.reconcile = True
            return self.account_id, self.env._(
                "%(account)s allows reconciliation now: what waits there is settled "
                "line by line.",
                account=self.account_id.display_name,
            )
        return self.account_id, ""

    def _new_account(self):
        if not (self.new_code and self.new_name):
            raise UserError(
                self.env._(
                    "Choose the account for “%(purpose)s”, or give code and name of a "
                    "new one.",
                    purpose=self.purpose,
                )
            )
        accounts = self.env["account.account"].with_company(self.company_id)
        self.account_id = accounts.create(
            {
                "code": self.new_code,
                "name": self.new_name,
                "account_type": self.account_type,
                "reconcile": self.reconcile,
                "company_ids": [fields.Command.set(self.company_id.ids)],
            }
        )
        return self.account_id, self.env._(
            "%(account)s was created.", account=self.account_id.display_name
        )
