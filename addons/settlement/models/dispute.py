from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..canonical import kinds
from ..canonical.disputes import OUTCOMES

STATUSES = [
    (status, status.replace("_", " ").capitalize()) for status in kinds.DISPUTE_STATUSES
]
REASONS = [
    (reason, reason.replace("_", " ").capitalize()) for reason in kinds.DISPUTE_REASONS
]
OUTCOME_NAMES = [(name, name.replace("_", " ").capitalize()) for name in OUTCOMES]
DECISIONS = [("accepted", "Accepted")]
# In these the provider still listens.
WANT_EVIDENCE = ("warning", "opened", "evidence_due")
# What people keep about a dispute; all else is what rows and provider say.
KEPT_BY_PEOPLE = frozenset({"evidence_notes", "evidence_ids", "user_id"})


def to_major(minor, currency):
    """Return minor units as the float that a monetary field takes."""
    return float(Decimal(minor).scaleb(-currency.decimal_places))


class SettlementDispute(models.Model):
    """A payment that a customer disputes, from its opening to its outcome.

    It is built from the rows that moved its money and from what the provider says;
    it exists even where the provider has no object for it.
    """

    _name = "settlement.dispute"
    _description = "Dispute"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "opened_on desc, id desc"
    _rec_name = "external_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, index=True
    )
    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="restrict", check_company=True
    )
    wallet_id = fields.Many2one(
        "settlement.wallet", ondelete="restrict", check_company=True, readonly=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    external_id = fields.Char("Provider ID", required=True, readonly=True)
    active = fields.Boolean(default=True)
    merged_into_id = fields.Many2one(
        "settlement.dispute",
        help="Its rows turned out to belong to this dispute.",
        check_company=True,
        readonly=True,
    )

    status = fields.Selection(
        STATUSES, required=True, default="opened", tracking=True, readonly=True
    )
    provider_status = fields.Char(
        help="What the provider itself calls the status.", readonly=True
    )
    outcome = fields.Selection(
        OUTCOME_NAMES, required=True, default="open", readonly=True
    )
    is_final = fields.Boolean(readonly=True)
    win_rate = fields.Float(
        aggregator="avg",
        help="100 if it was won, 0 if not: the average is the rate.",
        readonly=True,
    )
    reason = fields.Selection(REASONS, required=True, default="general", readonly=True)
    reason_code = fields.Char(
        help="Reason in the words of the provider or scheme.", readonly=True
    )

    disputed_amount = fields.Monetary(
        currency_field="disputed_currency_id",
        help="What the customer disputes, in the currency of the payment.",
        readonly=True,
    )
    disputed_currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        string="Withdrawn", help="What was taken from the wallet for it.", readonly=True
    )
    returned_amount = fields.Monetary(string="Returned", readonly=True)
    lost_amount = fields.Monetary(string="Lost", readonly=True)
    exchange_amount = fields.Monetary(
        string="Exchange Difference",
        help="What a won dispute brought less because of another rate.",
        readonly=True,
    )
    open_amount = fields.Monetary(
        string="Open",
        help="Neither returned nor lost: it stands on its account.",
        readonly=True,
    )
    fee_amount = fields.Monetary(
        string="Fees",
        help="Fees with their tax, less what came back of them.",
        readonly=True,
    )

    charge_external_id = fields.Char(string="Payment ID", readonly=True)
    charge_transaction_id = fields.Many2one(
        "settlement.transaction",
        string="Payment",
        index="btree_not_null",
        readonly=True,
    )
    chosen_charge_id = fields.Many2one(
        "settlement.transaction",
        help="Payment that a person named, where the provider did not.",
        readonly=True,
    )
    partner_id = fields.Many2one("res.partner", compute="_compute_partner_id")
    transaction_ids = fields.One2many("settlement.transaction", "dispute_id")
    version_ids = fields.One2many("settlement.dispute.version", "dispute_id")

    opened_on = fields.Date(readonly=True)
    evidence_due_at = fields.Datetime(tracking=True, readonly=True)
    evidence_sent = fields.Boolean(tracking=True, readonly=True)
    days_left = fields.Integer(
        compute="_compute_days_left", help="Days until the evidence is due."
    )
    is_due = fields.Boolean(
        compute="_compute_days_left",
        search="_search_is_due",
        help="Evidence is wanted and nobody has sent any.",
    )
    closed_on = fields.Date(readonly=True)

    user_id = fields.Many2one(
        "res.users", string="Responsible", tracking=True, check_company=True
    )
    evidence_notes = fields.Html(help="What speaks for us; kept by people.")
    evidence_ids = fields.Many2many("ir.attachment", string="Evidence")
    decided_status = fields.Selection(
        DECISIONS,
        tracking=True,
        help="A person gave it up before the provider did.",
        readonly=True,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _identity_uniq = models.Constraint(
        "UNIQUE (backend_id, external_id)", "The provider has each dispute once."
    )
    _charge_idx = models.Index("(backend_id, charge_external_id)")

    @api.depends("external_id", "amount", "disputed_amount")
    def _compute_display_name(self):
        for dispute in self:
            dispute.display_name = f"{dispute.external_id}, {dispute._amount_text()}"

    def _amount_text(self):
        """Return what is disputed as people read it."""
        if self.disputed_currency_id:
            return self.disputed_currency_id.format(self.disputed_amount)
        return self.currency_id.format(self.amount)

    @api.depends("charge_transaction_id")
    def _compute_partner_id(self):
        for dispute in self:
            dispute.partner_id = dispute._find_partner()

    def _find_partner(self):
        """Return the customer; addons that match payments know more of them."""
        return self.charge_transaction_id.partner_id

    @api.depends("evidence_due_at", "evidence_sent", "status")
    def _compute_days_left(self):
        now = fields.Datetime.now()
        for dispute in self:
            due = dispute.evidence_due_at
            dispute.days_left = (due - now).days if due else 0
            dispute.is_due = bool(
                due and dispute.status in WANT_EVIDENCE and not dispute.evidence_sent
            )

    def _search_is_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        wanted = [
            ("evidence_due_at", "!=", False),
            ("status", "in", WANT_EVIDENCE),
            ("evidence_sent", "=", False),
        ]
        return wanted if True in value else ["!", "&", "&", *wanted]

    def _read_group_select(self, aggregate_spec, query):
        """Let only disputes that were decided count in the win rate."""
        if aggregate_spec != "win_rate:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "AVG(COALESCE(%s, 0)) FILTER (WHERE %s IN ('won', 'partly_won', 'lost'))",
            self._field_to_sql(self._table, "win_rate", query),
            self._field_to_sql(self._table, "outcome", query),
        )

    # ------------------------------------------------------------------
    # Who may change what
    # ------------------------------------------------------------------

    def write(self, vals):
        """Let people keep notes and evidence; the rest comes from rows."""
        if not self.env.su and (foreign := self._foreign_fields(vals)):
            raise UserError(
                self.env._(
                    "What rows and provider say of a dispute is not edited "
                    "(%(fields)s). Notes, evidence and the responsible person are "
                    "yours.",
                    fields=", ".join(sorted(foreign)),
                )
            )
        return super().write(vals)

    @api.model
    def _foreign_fields(self, vals):
        """Return fields that are not people's to write."""
        thread = ("message_", "activity_", "website_message_", "my_activity_")
        return {
            name
            for name in vals
            if name not in KEPT_BY_PEOPLE and not name.startswith(thread)
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A dispute is part of the record and is never deleted.")
        )

    # ------------------------------------------------------------------
    # What people decide
    # ------------------------------------------------------------------

    def _decide(self, status, reason=""):
        """Give disputes up before the provider says so, or take that back.

        :param status: ``accepted``, or False to wait for the provider again.
        """
        for dispute in self:
            if status and dispute.is_final:
                raise UserError(
                    self.env._(
                        "%(dispute)s has ended already (%(status)s).",
                        dispute=dispute.display_name,
                        status=dispute.status,
                    )
                )
            before = {"decided": dispute.decided_status or ""}
            dispute.write(
                {
                    "decided_status": status,
                    "decided_by_id": self.env.uid if status else False,
                    "decided_at": fields.Datetime.now() if status else False,
                }
            )
            self.env["settlement.event"]._log(
                "dispute.decided",
                dispute,
                reason=reason,
                before=before,
                after={"decided": status or ""},
            )
            dispute._refresh()

    def action_withdraw_decision(self):
        """Wait for the provider again: what a person gave up is open again.

        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")
        # Amounts follow from the rows; the role was checked.
        self.filtered("decided_status").sudo()._decide(False)

    # ------------------------------------------------------------------
    # Ways
    # ------------------------------------------------------------------

    def action_open_charge(self):
        """Open the disputed payment."""
        return self.charge_transaction_id._open_records(self.charge_transaction_id)

    def action_open_transactions(self):
        """Open all rows of these disputes."""
        rows = self.transaction_ids
        return rows._open_records(rows)

    def action_open_exceptions(self):
        """Open what is to be done about these disputes."""
        exceptions = self.env["settlement.exception"].search(
            [("dispute_id", "in", self.ids)]
        )
        return self.env["settlement.transaction"]._open_records(exceptions)
