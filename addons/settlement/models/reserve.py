from odoo import api, fields, models
from odoo.exceptions import UserError

STATES = [
    ("held", "Held"),
    ("partly_released", "Partly released"),
    ("released", "Released"),
]
KEPT_BY_PEOPLE = frozenset({"notes", "user_id"})


class SettlementReserve(models.Model):
    """Money that a provider holds back, from the hold to its last release."""

    _name = "settlement.reserve"
    _description = "Reserve"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "held_on desc, id desc"
    _rec_name = "external_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, index=True
    )
    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="restrict", check_company=True
    )
    wallet_id = fields.Many2one(
        "settlement.wallet",
        required=True,
        ondelete="restrict",
        check_company=True,
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", required=True)
    external_id = fields.Char("Provider ID", required=True, readonly=True)
    occurrence = fields.Integer(required=True, default=0, readonly=True)
    object_external_id = fields.Char(
        help="The provider's object of the hold, where it has one beside the row.",
        index=True,
        readonly=True,
    )
    active = fields.Boolean(default=True)
    hold_transaction_id = fields.Many2one(
        "settlement.transaction",
        string="Hold",
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    release_ids = fields.One2many("settlement.reserve.release", "reserve_id")

    state = fields.Selection(
        STATES, required=True, default="held", tracking=True, readonly=True
    )
    amount = fields.Monetary(string="Held Back", readonly=True)
    released_amount = fields.Monetary(string="Released", readonly=True)
    open_amount = fields.Monetary(string="Still Held", readonly=True)
    held_on = fields.Date(readonly=True)
    expected_release_on = fields.Date(tracking=True, readonly=True)
    released_on = fields.Date(readonly=True)
    said_release_on = fields.Date(
        help="As the provider's own object says it.", readonly=True
    )
    said_at = fields.Datetime(help="Version of what the provider said.", readonly=True)
    days_left = fields.Integer(compute="_compute_days_left")
    is_late = fields.Boolean(
        compute="_compute_days_left",
        search="_search_is_late",
        help="It should have been released by today.",
    )
    description = fields.Char(readonly=True)
    user_id = fields.Many2one("res.users", string="Responsible", check_company=True)
    notes = fields.Html()

    _identity_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id, occurrence)",
        "The provider has each hold once.",
    )

    @api.depends("external_id", "amount")
    def _compute_display_name(self):
        for reserve in self:
            amount = reserve.currency_id.format(reserve.amount)
            reserve.display_name = f"{reserve.external_id}, {amount}"

    @api.depends("expected_release_on", "open_amount")
    def _compute_days_left(self):
        today = fields.Date.context_today(self)
        for reserve in self:
            expected = reserve.expected_release_on
            reserve.days_left = (expected - today).days if expected else 0
            reserve.is_late = bool(
                expected and expected < today and reserve.state != "released"
            )

    def _search_is_late(self, operator, value):
        if operator != "in":
            return NotImplemented
        late = [
            ("expected_release_on", "<", fields.Date.context_today(self)),
            ("state", "!=", "released"),
        ]
        return late if True in value else ["!", "&", *late]

    def write(self, vals):
        """Let people keep notes; the rest comes from rows."""
        thread = ("message_", "activity_", "website_message_", "my_activity_")
        foreign = {
            name
            for name in vals
            if name not in KEPT_BY_PEOPLE and not name.startswith(thread)
        }
        if foreign and not self.env.su:
            raise UserError(
                self.env._(
                    "What rows and provider say of a reserve is not edited "
                    "(%(fields)s). Notes and the responsible person are yours.",
                    fields=", ".join(sorted(foreign)),
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A reserve is part of the record and is never deleted.")
        )

    def action_open_transactions(self):
        """Open the hold and its releases."""
        rows = self.hold_transaction_id | self.release_ids.transaction_id
        return rows._open_records(rows)
