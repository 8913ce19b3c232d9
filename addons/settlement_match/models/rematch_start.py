from odoo import models
from odoo.exceptions import UserError


class SettlementRuleVersion(models.Model):
    _inherit = "settlement.rule.version"

    def action_match_again(self):
        """Match again the open payments that this approved version concerns.

        :return: the form of the work that was started.
        :raises AccessError: without the accountant role.
        :raises UserError: if the version does not hold, or nothing is open.
        """
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        if self.state != "approved":
            raise UserError(self.env._("Only an approved rule changes anything."))
        # Matches are written by the engine only; the role was checked.
        again = self.env["settlement.rematch"].sudo()
        rows = again._concerned(self.sudo())
        return again._start(rows, self.display_name, self.sudo())._open_form()


class SettlementTransaction(models.Model):
    _inherit = "settlement.transaction"

    def action_match_again(self):
        """Match these payments again, as far as they are open, with every outcome.

        :return: the form of the work that was started, or the list of it.
        :raises AccessError: without the accountant role.
        :raises UserError: if nothing of it is open.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Matches are written by the engine only; the role was checked.
        again = self.env["settlement.rematch"].sudo()
        started = again.browse()
        waiting = self.sudo().filtered(
            lambda row: row.match_state in ("open", "proposed")
        )
        for rows in (waiting or self.sudo()[:1]).grouped("company_id").values():
            started |= again._start(rows, self.env._("Chosen payments"))
        return self._open_records(started)


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def action_match_again(self):
        """Match again the payments that these exceptions are about.

        :raises UserError: if they are about no payment that is open.
        """
        self.check_access("read")
        subjects = self.filtered(
            lambda each: each.subject_model == "settlement.transaction"
        )
        rows = self.env["settlement.transaction"].browse(subjects.mapped("subject_id"))
        if not rows:
            raise UserError(self.env._("These exceptions are about no payment."))
        return rows.exists().action_match_again()
