from odoo import api, fields, models
from odoo.exceptions import UserError

from .posting_policy import ACCOUNT_FIELDS
from .posting_policy_setup import NEW_ACCOUNTS

# What charts call an account that fits already: chart → its own name of it.
KNOWN_BANK_FEES = {
    "generic_coa": "expense_finance",
    "de_skr03": "account_4970",
    "de_skr04": "chart_skr04_6855",
    "be_comp": "a657200",
    "be_asso": "a657200",
}


class SettlementSetup(models.Model):
    """Step 4: the journals and accounts that the money goes over."""

    _inherit = "settlement.setup"

    account_line_ids = fields.One2many(
        "settlement.setup.account", "setup_id", string="Accounts"
    )
    journal_id = fields.Many2one(
        "account.journal",
        "Journal of Entries",
        check_company=True,
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
        help="Empty: a journal of its own is created for this backend. Its entries "
        "are hashed, so that they stay as they were posted.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Provider as Partner",
        help="Fees wait on this partner's name until its bill arrives. Empty: one of "
        "the backend's name is created.",
    )
    policy_id = fields.Many2one(
        "settlement.posting.policy", readonly=True, copy=False, ondelete="set null"
    )
    lacks_chart = fields.Boolean(compute="_compute_lacks_chart")
    accounts_said = fields.Json(readonly=True, copy=False)
    accounts_html = fields.Html(compute="_compute_accounts_html", sanitize=False)
    warning_html = fields.Html(compute="_compute_warning_html", sanitize=False)

    @api.depends("company_id")
    def _compute_lacks_chart(self):
        for setup in self:
            setup.lacks_chart = not setup._has_chart()

    def _has_chart(self):
        """Return whether the company has accounts to book on."""
        # Which accounts there are is asked for whoever prepares them.
        company = self.sudo().company_id
        if company.root_id.chart_template:
            return True
        accounts = self.sudo().env["account.account"].with_company(company)
        return bool(
            accounts.search_count(
                [
                    ("company_ids", "in", company.parent_ids.ids),
                    ("account_type", "=", "asset_receivable"),
                ],
                limit=1,
            )
        )

    # ------------------------------------------------------------------
    # Proposal
    # ------------------------------------------------------------------

    def action_propose_accounts(self):
        """Propose journals and accounts anew, as the chart of the company is now."""
        setup = self._begin("accounts")
        setup._check_chart()
        setup._propose_accounts()
        return True

    def _propose_accounts(self):
        """List what each kind of money would be booked on; create nothing."""
        if self.lacks_chart:
            return
        default = self._default_policy()
        listed = self.account_line_ids.mapped("role")
        taken = set(self.account_line_ids.mapped("new_code"))
        for sequence, role in enumerate(ACCOUNT_FIELDS.values(), 1):
            if role not in listed:
                values = self._proposal(role, default, taken)
                taken.add(values.get("new_code"))
                self.account_line_ids.create(
                    {"setup_id": self.id, "sequence": sequence, "role": role, **values}
                )
        for line in self.wallet_line_ids.filtered("wallet_id"):
            self._propose_journal(line)

    def _default_policy(self):
        return self.env["settlement.posting.policy"].search(
            [("company_id", "=", self.company_id.id), ("backend_id", "=", False)]
        )

    def _proposal(self, role, default, taken):
        """Return the values of a proposed account line."""
        name, account_type, reconcile, code = NEW_ACCOUNTS.get(
            role, ("Liquidity Transfer", "asset_current", True, "101770")
        )
        known = (
            (self.policy_id._value(role) if self.policy_id else default[role])
            or self._account_of_chart(role)
            or self._account_named(name, account_type)
        )
        policies = self.env["settlement.posting.policy"]
        return {
            "account_id": known.id,
            "account_type": account_type,
            "reconcile": reconcile,
            "new_name": name,
            "new_code": policies._new_code(self.company_id, account_type, code, taken),
        }

    def _account_of_chart(self, role):
        """Return the account that the chart itself has for a purpose."""
        company = self.company_id
        if role == "transfer_account_id":
            return company.transfer_account_id
        name = KNOWN_BANK_FEES.get(company.root_id.chart_template)
        if role == "bank_fee_account_id" and name:
            charts = self.env["account.chart.template"].with_company(company.root_id)
            found = charts.ref(name, raise_if_not_found=False)
            return found or self.env["account.account"]
        return self.env["account.account"]

    def _account_named(self, name, account_type):
        return self.env["account.account"].search(
            [
                ("company_ids", "in", self.company_id.ids),
                ("name", "=", name),
                ("account_type", "=", account_type),
            ],
            limit=1,
        )

    def _propose_journal(self, line):
        wallet = line.wallet_id
        if not line.journal_id:
            line.journal_id = wallet.journal_id or wallet._bank_journal()
        if not line.in_transit_account_id:
            line.in_transit_account_id = wallet.in_transit_account_id

    # ------------------------------------------------------------------
    # Decision
    # ------------------------------------------------------------------

    def action_set_accounts(self):
        """Create what is missing and give the backend its journals and accounts.

        :raises UserError: if the company has no chart of accounts, or if a choice
            cannot work.
        :raises AccessError: without the accountant role.
        """
        setup = self._begin("accounts")
        setup._check_chart()
        setup._check_journal()
        setup._propose_accounts()
        said = setup._set_policy()
        said += setup._set_wallets()
        setup.accounts_said = said
        setup._finish("accounts", {"done": said})
        return True

    def _check_chart(self):
        if self.lacks_chart:
            raise UserError(
                self.env._(
                    "%(company)s has no chart of accounts yet. Choose its package "
                    "under Invoicing → Configuration → Settings → Fiscal "
                    "Localization, then come back: this set-up waits here.",
                    company=self.company_id.name,
                )
            )

    def _check_journal(self):
        """Refuse a journal that Odoo or another backend books in."""
        company = self.company_id
        own = [("company_id", "=", company.id)]
        # Where Odoo itself puts entries that name no journal.
        default = self.env["account.journal"].search(
            [*own, ("type", "=", "general")], limit=1
        )
        policies = self.env["settlement.posting.policy"].search(
            [*own, ("backend_id", "not in", (False, self.backend_id.id))]
        )
        others = (
            default.filtered(lambda journal: not journal.restrict_mode_hash_table)
            | company.currency_exchange_journal_id
            | company.tax_cash_basis_journal_id
            | policies.clearing_journal_id
        )
        if self.journal_id & others:
            raise UserError(
                self.env._(
                    "%(journal)s takes other entries already. Leave the field empty "
                    "to get a journal that belongs to %(backend)s alone.",
                    journal=self.journal_id.display_name,
                    backend=self.name,
                )
            )

    def _set_policy(self):
        """Give the backend a policy; return sentences that say what was done."""
        self.policy_id = self._own_policy()
        default = self._default_policy()
        said, own, shared = [], {}, {}
        for line in self.account_line_ids:
            account, sentence = line._account()
            said += [sentence] if sentence else []
            if not default[line.role]:
                shared[line.role] = account.id
            elif default[line.role] != account:
                own[line.role] = account.id
            elif self.policy_id[line.role]:
                own[line.role] = False
        default.write(shared)
        said += self._set_journal()
        own["partner_id"] = self._partner().id
        self.policy_id.write(own)
        return said

    def _own_policy(self):
        """Return the policy of the backend; the company's default exists, too."""
        policies = self.env["settlement.posting.policy"]
        company = {"company_id": self.company_id.id}
        default = self._default_policy() or policies.create(company)
        known = policies.search([("backend_id", "=", self.backend_id.id)])
        return known or policies.create(
            {
                **company,
                "backend_id": self.backend_id.id,
                **{name: default[name] for name in _SHARED_CHOICES},
            }
        )

    def _set_journal(self):
        """Give the policy a hashed journal of its own; say what was done."""
        known = self.journal_id or self.policy_id.clearing_journal_id
        journal = known or self._new_journal()
        said = []
        if not known:
            said.append(
                self.env._(
                    "The journal %(journal)s was created for the entries of "
                    "%(backend)s.",
                    journal=journal.display_name,
                    backend=self.name,
                )
            )
        elif not journal.restrict_mode_hash_table:
            journal.restrict_mode_hash_table = True
            said.append(
                self.env._(
                    "Entries of %(journal)s are hashed from now on.",
                    journal=journal.display_name,
                )
            )
        self.journal_id = journal
        if self.policy_id.clearing_journal_id != journal:
            self.policy_id.clearing_journal_id = journal
        return said

    def _new_journal(self):
        journals = self.env["account.journal"].with_company(self.company_id)
        codes = set(
            journals.search([("company_id", "=", self.company_id.id)]).mapped("code")
        )
        numbers = (f"SET{number}" for number in range(1, 100))
        return journals.create(
            {
                "name": self.env._("Settlements %(backend)s", backend=self.name),
                "code": next(code for code in numbers if code not in codes),
                "type": "general",
                "company_id": self.company_id.id,
                "restrict_mode_hash_table": True,
                "show_on_dashboard": False,
            }
        )

    def _partner(self):
        """Return the provider as a partner; banks bill nothing and need none."""
        lines = self.wallet_line_ids.filtered("is_used")
        if not self.partner_id and not all(lines.mapped("is_bank")):
            self.partner_id = self.partner_id.create(
                {"name": self.name, "is_company": True, "supplier_rank": 1}
            )
        return self.partner_id

    def _set_wallets(self):
        """Give the wallets their journals and accounts; say what was done."""
        for line in self.wallet_line_ids.filtered("wallet_id"):
            wallet = line.wallet_id
            if line.journal_id and line.journal_id != wallet.journal_id:
                wallet.journal_id = line.journal_id
            if line.in_transit_account_id != wallet.in_transit_account_id:
                wallet.in_transit_account_id = line.in_transit_account_id
        wallets = self.wallet_line_ids.filtered("is_used").wallet_id
        said = wallets._set_up_accounts()
        for line in self.wallet_line_ids.filtered("wallet_id"):
            line.journal_id = line.wallet_id.journal_id
            line.in_transit_account_id = line.wallet_id.in_transit_account_id
        return said

    # ------------------------------------------------------------------
    # What is shown
    # ------------------------------------------------------------------

    @api.depends("accounts_said")
    def _compute_accounts_html(self):
        for setup in self:
            said = setup.accounts_said
            setup.accounts_html = setup._render("setup_said", said=said) if said else ""

    @api.depends("wallet_line_ids.journal_id", "step")
    def _compute_warning_html(self):
        for setup in self:
            warnings = setup._payment_warnings()
            setup.warning_html = (
                setup._render("setup_warnings", warnings=warnings) if warnings else ""
            )

    def _payment_warnings(self):
        """Say which payment methods book straight on the account of a wallet."""
        accounts = self.sudo().wallet_line_ids.journal_id.default_account_id
        # Which methods there are is said to whoever may decide on the accounts.
        methods = self.sudo().env["account.payment.method.line"]
        found = methods.search(
            [
                ("company_id", "=", self.company_id.id),
                ("payment_account_id", "in", accounts.ids),
            ]
        )
        return [
            self.env._(
                "Payments over “%(method)s” of %(journal)s are booked on "
                "%(account)s itself. Their gross is in the wallet before the provider "
                "told of it: only fees and differences would be booked. Give the "
                "method an outstanding account.",
                method=line.name,
                journal=line.journal_id.display_name,
                account=line.payment_account_id.display_name,
            )
            for line in found
        ]


# What the company has decided for all of its backends is where each begins.
_SHARED_CHOICES = (
    "detail",
    "incomplete",
    "hold_days",
    "fees",
    "auto_post",
    "auto_post_limit",
    "approval_limit",
    "write_off_limit",
    "currency_tolerance_percent",
)
