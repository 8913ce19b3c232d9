from odoo import api, models
from odoo.fields import Command

from ..planning.account_codes import start_code

# Field → (name, type, reconcilable, code to start from).
NEW_ACCOUNTS = {
    "fee_account_id": ("Payment Provider Fees", "expense", False, "620100"),
    "fee_clearing_account_id": (
        "Payment Provider Fees to be Invoiced",
        "asset_current",
        True,
        "101710",
    ),
    "dispute_account_id": ("Disputed Payments", "asset_current", True, "101720"),
    "dispute_loss_account_id": ("Losses from Disputes", "expense", False, "620200"),
    "reserve_account_id": (
        "Reserves Held by Payment Providers",
        "asset_current",
        True,
        "101730",
    ),
    "suspense_account_id": ("Settlement Suspense", "asset_current", True, "101740"),
    "adjustment_account_id": (
        "Provider Adjustments to Clear",
        "asset_current",
        True,
        "101750",
    ),
    "difference_account_id": ("Settlement Differences", "expense", False, "620300"),
    "bank_fee_account_id": ("Bank Charges", "expense", False, "620400"),
    "interest_account_id": ("Bank Interest", "income_other", False, "441100"),
    "unallocated_account_id": (
        "Customer Payments to Allocate",
        "liability_current",
        True,
        "201100",
    ),
    "advance_account_id": (
        "Advances of Customers",
        "liability_current",
        True,
        "201110",
    ),
    "withholding_account_id": (
        "Tax Withheld by Payment Providers",
        "asset_current",
        True,
        "101760",
    ),
    "pass_through_account_id": (
        "Marketplace Tax Passed Through",
        "liability_current",
        True,
        "201200",
    ),
    "loan_account_id": (
        "Financing by Payment Providers",
        "liability_current",
        True,
        "201300",
    ),
}
JOURNAL_CODE = "SETL"


class SettlementPostingPolicy(models.Model):
    _inherit = "settlement.posting.policy"

    @api.model
    def _create_defaults(self, company):
        """Make sure that a company has a policy whose accounts and journal are set.

        What is there stays; only what is missing is created.

        :return: the company's default policy.
        """
        policies = self.with_company(company)
        policy = policies._default_of(company) or policies.create(
            {"company_id": company.id}
        )
        shared = policies._shared_accounts(company)
        values = {
            name: shared.get(name) or policies._new_account(company, *definition).id
            for name, definition in NEW_ACCOUNTS.items()
            if not policy[name]
        }
        if not policy.transfer_account_id:
            values["transfer_account_id"] = (
                shared.get("transfer_account_id")
                or policies._transfer_account(company).id
            )
        if not policy.clearing_journal_id:
            values["clearing_journal_id"] = policies._clearing_journal(company).id
        if values:
            policy.write(values)
        return policy

    @api.model
    def _default_of(self, company):
        return self.search(
            [("company_id", "=", company.id), ("backend_id", "=", False)]
        )

    @api.model
    def _shared_accounts(self, company):
        """Return field → account id that a branch takes over from its parent's policy.

        A branch books on the chart of its parent.
        """
        for parent in (company.sudo().parent_ids - company)[::-1]:
            # The branch may use these accounts, whoever may read the parent's policy.
            if policy := self.sudo()._default_of(parent):
                names = (*NEW_ACCOUNTS, "transfer_account_id")
                return {name: policy[name].id for name in names}
        return {}

    @api.model
    def _new_account(self, company, name, account_type, reconcile, code):
        """Return the company's account of this name, created if it has none."""
        accounts = self.env["account.account"].with_company(company)
        known = accounts.search(
            [
                ("company_ids", "in", company.ids),
                ("name", "=", name),
                ("account_type", "=", account_type),
            ],
            limit=1,
        )
        return known or accounts.create(
            {
                "name": name,
                "account_type": account_type,
                "reconcile": reconcile,
                "code": self._new_code(company, account_type, code),
                "company_ids": [Command.set(company.ids)],
            }
        )

    @api.model
    def _new_code(self, company, account_type, proposed, taken=()):
        """Return a free code for a new account, as the company's chart counts.

        :param proposed: code to prefer where the chart counts like it.
        :param taken: codes that are promised already.
        """
        accounts = self.env["account.account"].with_company(company)
        domain = [
            ("company_ids", "in", company.ids),
            ("account_type", "=", account_type),
        ]
        known = accounts.search(domain).mapped("code")
        start = start_code([code for code in known if code], proposed)
        return accounts._search_new_account_code(start, set(taken))

    @api.model
    def _transfer_account(self, company):
        return company.transfer_account_id or self._new_account(
            company, "Liquidity Transfer", "asset_current", True, "101770"
        )

    @api.model
    def _clearing_journal(self, company):
        """Return the hashed journal of our own that takes the entries."""
        journals = self.env["account.journal"].with_company(company)
        return journals.search(
            [("company_id", "=", company.id), ("code", "=", JOURNAL_CODE)]
        ) or journals.create(
            {
                "name": self.env._("Settlements"),
                "code": JOURNAL_CODE,
                "type": "general",
                "company_id": company.id,
                "restrict_mode_hash_table": True,
                "show_on_dashboard": False,
            }
        )
