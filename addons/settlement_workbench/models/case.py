from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.models.exception import OPEN_STATES


class SettlementCase(models.Model):
    """Exceptions that belong together: one place to talk, one history."""

    _name = "settlement.case"
    _description = "Case"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        index=True,
        default=lambda self: self.env.company,
    )
    user_id = fields.Many2one(
        "res.users",
        "Looked after by",
        default=lambda self: self.env.user,
        tracking=True,
    )
    note = fields.Text("What It Is About")
    exception_ids = fields.One2many("settlement.exception", "case_id", readonly=True)
    exception_count = fields.Integer("Exceptions", compute="_compute_counts")
    open_count = fields.Integer("Still Open", compute="_compute_counts")
    is_open = fields.Boolean(compute="_compute_counts", search="_search_is_open")
    bulk_ids = fields.One2many("settlement.bulk", "case_id", readonly=True)

    def write(self, vals):
        """Keep a case in its company: its history tells what happened there."""
        company_id = vals.get("company_id")
        if "company_id" in vals and any(
            case.company_id.id != company_id for case in self
        ):
            raise UserError(self.env._("A case stays in its company."))
        return super().write(vals)

    @api.depends("exception_ids.state")
    def _compute_counts(self):
        counts = {case.id: [0, 0] for case in self}
        for case, state, count in self.env["settlement.exception"]._read_group(
            [("case_id", "in", self.ids)], ["case_id", "state"], ["__count"]
        ):
            counts[case.id][0] += count
            counts[case.id][1] += count if state in OPEN_STATES else 0
        for case in self:
            case.exception_count, case.open_count = counts.get(case.id, (0, 0))
            case.is_open = bool(case.open_count)

    def _search_is_open(self, operator, value):
        if operator != "in" or set(value) != {True}:
            return NotImplemented
        return [("exception_ids.state", "in", OPEN_STATES)]

    # ------------------------------------------------------------------
    # What belongs to it
    # ------------------------------------------------------------------

    def action_add(self, exceptions):
        """Put exceptions into this case.

        :param exceptions: records, or their ids.
        :raises AccessError: without a role that works on exceptions.
        :raises UserError: if they belong to another case or company.
        """
        self.ensure_one()
        records = self._as_exceptions(exceptions)
        self.check_access("write")
        if elsewhere := records.filtered(lambda each: each.case_id - self):
            raise UserError(
                self.env._(
                    "“%(what)s” belongs to the case %(case)s. Take it out there first.",
                    what=elsewhere[0].headline,
                    case=elsewhere[0].case_id.name,
                )
            )
        if records.company_id - self.company_id:
            raise UserError(self.env._("A case is about one company."))
        new = records.filtered(lambda each: not each.case_id)
        new.sudo().write({"case_id": self.id})  # the role was checked
        self._log_members("case.added", new)

    def action_remove(self, exceptions):
        """Take exceptions out of this case; its history keeps what was done.

        :raises AccessError: without a role that works on exceptions.
        """
        self.ensure_one()
        self.check_access("write")
        gone = self._as_exceptions(exceptions) & self.exception_ids
        gone.sudo().write({"case_id": False})  # the role was checked
        self._log_members("case.removed", gone)

    @api.model
    def _as_exceptions(self, exceptions):
        """Return exceptions that the user may work on."""
        ids = exceptions.ids if isinstance(exceptions, models.BaseModel) else exceptions
        records = self.env["settlement.exception"].browse(ids).exists()
        records._require_handler()
        return records

    def _log_members(self, action, exceptions):
        if exceptions:
            self.env["settlement.event"]._log(
                action, self, after={"exceptions": exceptions.ids}
            )

    # ------------------------------------------------------------------
    # Acting on all
    # ------------------------------------------------------------------

    def action_act(self):
        """Open the preview of an act on all that is open in this case.

        :raises UserError: if nothing is.
        """
        self.ensure_one()
        self.env["settlement.exception"]._require_worker()
        self.check_access("read")
        bulks = self.env["settlement.bulk"]
        found = fields.Domain("case_id", "=", self.id) & fields.Domain(
            "state", "in", OPEN_STATES
        )
        reasons = [reason for reason, _count in bulks._reasons(found)]
        reason = reasons[0] if len(reasons) == 1 else False
        company = self.with_company(self.company_id)
        return (
            company.env["settlement.bulk"]
            ._choose(found, reason, case_id=self.id)
            ._open_form()
        )

    def action_open_members(self):
        """Open the exceptions of this case."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "settlement.action_settlement_exception"
        )
        action.pop("path", None)
        return {**action, "domain": [("case_id", "=", self.id)], "context": {}}

    def _note_act(self, exception, label):
        """Write one act on a member into the one history."""
        for case in self:
            # Who may resolve a member may write its history.
            case.sudo().message_post(
                body=self.env._(
                    "%(user)s: %(verb)s. %(what)s",
                    user=self.env.user.name,
                    verb=label,
                    what=exception.headline,
                ),
                author_id=self.env.user.partner_id.id,
            )


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def action_open_case(self):
        """Open the case of these exceptions, or a new one that groups them.

        :raises AccessError: without a role that works on exceptions.
        :raises UserError: if they belong to several cases.
        """
        self._require_handler()
        case = self.case_id
        if len(case) > 1:
            raise UserError(self.env._("These belong to different cases."))
        if not case:
            case = case.with_company(self[:1].company_id).create(
                {
                    "name": self[:1].headline,
                    "company_id": self[:1].company_id.id,
                }
            )
        case.action_add(self)
        return case._get_records_action(target="current")

    def action_leave_case(self):
        """Take these exceptions out of their cases."""
        self._require_handler()
        for case, exceptions in self.grouped("case_id").items():
            if case:
                case.action_remove(exceptions)

    def _act(self, name, values, approval=None):
        result = super()._act(name, values, approval)
        if self.case_id:
            self.case_id._note_act(self, self._verb(name).label)
        return result
