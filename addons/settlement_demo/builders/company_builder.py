"""Companies with chart of accounts, currencies, rates and users."""

from odoo.fields import Command

from odoo.addons.settlement.canonical import money

CHART = "generic_coa"
PASSWORD = "settlement-demo"
# Login → role, and the name that people see.
USERS = {
    "viewer": ("group_viewer", "Vera Viewer"),
    "accountant": ("group_accountant", "Arne Accountant"),
    "approver": ("group_approver", "Ada Approver"),
    "integration": ("group_integration_admin", "Ines Integration"),
    "auditor": ("group_auditor", "Otto Auditor"),
}


class CompanyBuilder:
    """Creates the companies of a world and those who work in them.

    :param env: environment of the superuser.
    """

    def __init__(self, env):
        self.env = env

    def build(self, company_world):
        """Return the company of a part of the world, created if it is not there."""
        plan = company_world.plan
        companies = self.env["res.company"].with_context(active_test=False)
        known = companies.search([("name", "=", plan.name)])
        if known:
            return known
        self._activate_currencies(plan)
        company = self._create(plan)
        self._load_chart(company, plan)
        self._name_sales_journal(company, plan)
        self._create_rates(company, company_world.rates)
        return company

    def build_users(self, companies):
        """Return a user for each role, created if it is not there.

        :return: res.users records.
        """
        users = self.env["res.users"]
        for login, (group, name) in USERS.items():
            users |= self._user(login, group, name, companies)
        return users

    def _activate_currencies(self, plan):
        codes = {plan.currency, *plan.rates}
        codes |= {wallet.currency for wallet in plan.wallets}
        currencies = self.env["res.currency"].with_context(active_test=False)
        found = currencies.search([("name", "in", sorted(codes))])
        found.filtered(lambda currency: not currency.active).active = True
        for currency in found:
            rounding = 10 ** -money.exponent(currency.name)
            if currency.rounding != rounding:
                currency.rounding = rounding
        self._allow_decimals(max(money.exponent(code) for code in codes))

    def _allow_decimals(self, digits):
        """Let prices have as many decimals as the currencies of a company."""
        precision = self.env["decimal.precision"].search(
            [("name", "=", "Product Price")], limit=1
        )
        if precision.digits < digits:
            precision.digits = digits

    def _create(self, plan):
        """Return the new company, without country: that would install addons."""
        return self.env["res.company"].create(
            {
                "name": plan.name,
                "currency_id": self.env.ref(f"base.{plan.currency}").id,
            }
        )

    def _load_chart(self, company, plan):
        """Load the generic chart, which brings a country and currency of its own."""
        self.env["account.chart.template"].try_loading(CHART, company)
        country = self.env.ref(f"base.{plan.country.lower()}")
        company.write(
            {
                "country_id": country.id,
                "currency_id": self.env.ref(f"base.{plan.currency}").id,
                "account_fiscal_country_id": country.id,
            }
        )

    def _name_sales_journal(self, company, plan):
        """Give invoices the prefix of the plan."""
        journal = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "sale")], limit=1
        )
        if journal.code != plan.invoice_prefix:
            journal.code = plan.invoice_prefix

    def _create_rates(self, company, rates):
        currencies = self.env["res.currency"]
        ids = {currency.name: currency.id for currency in currencies.search([])}
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "currency_id": ids[code],
                    "company_id": company.id,
                    "rate": float(rate),
                }
                for day, by_currency in sorted(rates.items())
                for code, rate in sorted(by_currency.items())
            ]
        )

    def allow(self, companies):
        """Let the superuser, the administrator and the current user work there."""
        administrator = self.env.ref("base.user_admin", raise_if_not_found=False)
        for user in self.env.user | (administrator or self.env["res.users"]):
            missing = companies - user.company_ids
            if missing:
                user.company_ids = [Command.link(company.id) for company in missing]

    def _user(self, login, group, name, companies):
        users = self.env["res.users"].with_context(no_reset_password=True)
        known = users.search([("login", "=", login)])
        return known or users.create(
            {
                "name": name,
                "login": login,
                "password": PASSWORD,
                "email": f"{login}@settlement-demo.example",
                "company_id": companies[:1].id,
                "company_ids": [Command.set(companies.ids)],
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("base.group_multi_company").id,
                            self.env.ref("base.group_multi_currency").id,
                            self.env.ref(f"settlement.{group}").id,
                        ]
                    )
                ],
            }
        )
