from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..planning.accounts import Accounts
from ..services.bookings import planning_tax

# Role in a plan → field of the policy that names its account.
ACCOUNT_FIELDS = {
    "fee": "fee_account_id",
    "fee_clearing": "fee_clearing_account_id",
    "dispute": "dispute_account_id",
    "dispute_loss": "dispute_loss_account_id",
    "reserve": "reserve_account_id",
    "suspense": "suspense_account_id",
    "adjustment": "adjustment_account_id",
    "difference": "difference_account_id",
    "bank_fee": "bank_fee_account_id",
    "interest": "interest_account_id",
    "transfer": "transfer_account_id",
    "unallocated": "unallocated_account_id",
    "advance": "advance_account_id",
    "withholding": "withholding_account_id",
    "pass_through": "pass_through_account_id",
    "loan": "loan_account_id",
}
# What waits on these accounts is reconciled line by line.
RECONCILABLE_FIELDS = ("suspense_account_id", "fee_clearing_account_id")


class SettlementPostingPolicy(models.Model):
    """How a company posts what its providers report."""

    _name = "settlement.posting.policy"
    _description = "Posting Policy"
    _inherit = ["analytic.mixin"]
    _order = "company_id, backend_id, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    backend_id = fields.Many2one(
        "settlement.backend",
        check_company=True,
        ondelete="cascade",
        help="Empty: the default of the company.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Provider",
        help="Fees wait on this partner's name until its bill arrives.",
    )
    clearing_journal_id = fields.Many2one(
        "account.journal",
        check_company=True,
        domain="[('type', '=', 'general')]",
        help="Entries of postings go here. A hashed journal keeps them as they are.",
    )
    fee_account_id = fields.Many2one("account.account", check_company=True)
    fee_tax_ids = fields.Many2many(
        "account.tax",
        check_company=True,
        string="Tax on Fees",
        help="Only where fees are booked as expense: the provider's tax goes here.",
    )
    fee_clearing_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        string="Fees to be Invoiced",
        help="Withheld fees wait here for the provider's bill.",
    )
    dispute_account_id = fields.Many2one("account.account", check_company=True)
    dispute_loss_account_id = fields.Many2one("account.account", check_company=True)
    reserve_account_id = fields.Many2one("account.account", check_company=True)
    lost_disputes = fields.Selection(
        [("keep", "Book as loss"), ("reopen", "Re-open the invoice")],
        required=True,
        default="keep",
        help="What a lost dispute is: a loss of ours while the invoice stays paid, or "
        "owed by the customer again. A person may decide otherwise for each dispute.",
    )
    suspense_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        help="What must be posted before it is matched waits here, line by line.",
    )
    adjustment_account_id = fields.Many2one("account.account", check_company=True)
    difference_account_id = fields.Many2one("account.account", check_company=True)
    bank_fee_account_id = fields.Many2one("account.account", check_company=True)
    interest_account_id = fields.Many2one("account.account", check_company=True)
    transfer_account_id = fields.Many2one("account.account", check_company=True)
    unallocated_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        string="Customer Payments to Allocate",
        help="Money of customers without a document: owed to them, never income.",
    )
    advance_account_id = fields.Many2one(
        "account.account",
        check_company=True,
        string="Advances of Customers",
        help="Deposits for an order, until its invoice is there.",
    )
    withholding_account_id = fields.Many2one("account.account", check_company=True)
    pass_through_account_id = fields.Many2one("account.account", check_company=True)
    loan_account_id = fields.Many2one("account.account", check_company=True)
    detail = fields.Selection(
        [("summary", "Summary"), ("detail", "Line by line")],
        required=True,
        default="detail",
    )
    incomplete = fields.Selection(
        [("suspense", "Post to suspense"), ("hold", "Wait until matched")],
        string="Unmatched Rows",
        required=True,
        default="suspense",
        help="A payout with unmatched rows waits for the days below, then its "
        "unmatched rows go to suspense; or it waits until all is matched, at the "
        "latest until the cut-off of its month.",
    )
    hold_days = fields.Integer(
        default=5,
        help="Days, counted to the newest data received, that unmatched rows may "
        "take before they are posted to suspense.",
    )
    fees = fields.Selection(
        [("accrue", "Wait for the provider's bill"), ("expense", "Expense at once")],
        required=True,
        default="accrue",
    )
    accrue_at_month_end = fields.Boolean(
        default=True,
        string="Accrue Fees at Month End",
        help="Fees without a bill count as expense of their month; taken back on the "
        "day after.",
    )
    revalue_at_month_end = fields.Boolean(
        default=True,
        string="Revalue at Month End",
        help="Wallets in foreign currency are brought to the rate of the last day; "
        "taken back on the day after.",
    )
    auto_post = fields.Boolean(
        default=True, help="Post without asking; else each payout is approved."
    )
    auto_post_limit = fields.Monetary(
        help="Payouts above this amount wait for an approver; 0 means no limit."
    )
    approval_limit = fields.Monetary(
        help="Decisions of people above this amount need an approver; 0: no limit."
    )
    write_off_limit = fields.Monetary(
        help="Differences up to this amount may be written off without an approver."
    )
    currency_tolerance_percent = fields.Float(
        default=2.0,
        help="How far the amount of a document may be from what the rate says.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    _scope_uniq = models.UniqueIndex(
        "(company_id, COALESCE(backend_id, 0))",
        "There is a posting policy for this company and backend already.",
    )

    @api.depends("company_id.name", "backend_id.name")
    def _compute_display_name(self):
        for policy in self:
            name = policy.company_id.name or ""
            if policy.backend_id:
                name = f"{name} / {policy.backend_id.name}"
            policy.display_name = name

    @api.constrains(*RECONCILABLE_FIELDS)
    def _check_reconcilable(self):
        """What waits must be found again one by one."""
        for policy in self:
            for name in RECONCILABLE_FIELDS:
                account = policy[name]
                if account and not account.reconcile:
                    raise ValidationError(
                        self.env._(
                            "%(account)s must allow reconciliation to be the account "
                            "“%(field)s”: what waits there is settled line by line.",
                            account=account.display_name,
                            field=policy._field_name(name),
                        )
                    )

    @api.constrains("fee_tax_ids")
    def _check_fee_tax(self):
        for policy in self:
            if len(policy.fee_tax_ids) > 1:
                raise ValidationError(
                    self.env._(
                        "Fees carry one tax. If several apply, group them in one tax."
                    )
                )

    @api.model
    def _account_fields(self):
        """Return which field names the account of each role of a plan."""
        return ACCOUNT_FIELDS

    def _field_name(self, name):
        """Return how people see a field of the policy."""
        return self._fields[name]._description_string(self.env)

    # ------------------------------------------------------------------
    # Changing it leaves a trace
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        policies = super().create(vals_list)
        for policy, vals in zip(policies, vals_list, strict=True):
            policy._log_change("policy.created", sorted(vals))
        return policies

    def write(self, vals):
        names = sorted(set(vals) & set(self._fields))
        before = {policy.id: policy._plain(names) for policy in self}
        result = super().write(vals)
        for policy in self:
            policy._log_change("policy.changed", names, before[policy.id])
        return result

    def _log_change(self, action, names, before=None):
        self.env["settlement.event"]._log(
            action, self, before=before, after=self._plain(names)
        )

    def _plain(self, names):
        """Return field values as the audit trail keeps them: texts and ids."""
        self.ensure_one()
        return {
            name: self[name].ids if self._fields[name].relational else str(self[name])
            for name in names
        }

    # ------------------------------------------------------------------
    # Finding it and reading it for a plan
    # ------------------------------------------------------------------

    @api.model
    def _policy_for(self, backend):
        """Return the policy for ``backend``: its own, the company's, or none."""
        policies = self.search(
            [
                ("company_id", "=", backend.company_id.id),
                ("backend_id", "in", (backend.id, False)),
            ]
        )
        own = policies.filtered("backend_id")
        return (own or policies)[:1]

    @api.model
    def _policy_of(self, backend):
        """Return the policy that holds for ``backend``: its own, or the company's.

        :raises UserError: if there is none.
        """
        if policy := self._policy_for(backend):
            return policy
        raise UserError(
            self.env._(
                "%(company)s has no posting policy, so nothing of %(backend)s can be "
                "posted. Create one, or let the set-up propose its accounts.",
                company=backend.company_id.name,
                backend=backend.name,
            )
        )

    def _value(self, name):
        """Return a field's value, the company's default where it is empty here."""
        self.ensure_one()
        if self[name] or not self.backend_id:
            return self[name]
        default = self.search(
            [("company_id", "=", self.company_id.id), ("backend_id", "=", False)]
        )
        return default[name] if default else self[name]

    def _provider(self, backend):
        """Return the partner on whose name fees of a backend stand, or none.

        Two providers of a company have two bills: the policy of the company names one
        for those backends only that know none themselves.
        """
        own = self.partner_id if self.backend_id else self.partner_id.browse()
        return own or backend.partner_id or self._value("partner_id")

    def _planning_accounts(self, wallet):
        """Return the ids of all accounts as a plan needs them."""
        roles = {role: self._value(name).id for role, name in ACCOUNT_FIELDS.items()}
        return Accounts(
            wallet=wallet.account_id.id or 0,
            in_transit=wallet.in_transit_account_id.id or 0,
            **{role: account_id or 0 for role, account_id in roles.items()},
        )

    def _planning_fee_tax(self):
        """Return the tax on fees as a plan needs it, None where there is none."""
        return planning_tax(
            self._value("fee_tax_ids") if self.fees == "expense" else None
        )
