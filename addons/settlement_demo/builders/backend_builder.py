"""Backends and wallets: a Stripe account and the bank accounts of a company."""

from odoo.addons.settlement.canonical import money

STRIPE_NAME = "Stripe"
BANK_NAME = "Bank"
# Names of the backends of a company, by the last part of their keys in the truth.
NAMES = {"stripe": STRIPE_NAME, "bank": BANK_NAME, "paypal": "PayPal", "adyen": "Adyen"}
API_KEY = "sk_test_settlement_demo"  # the stand-in knows no other
WEBHOOK_SECRET = "whsec_settlement_demo"  # with which its events are signed


class BackendBuilder:
    """Connects one company with the Stripe account and the banks of its world.

    :param env: environment of the superuser.
    """

    def __init__(self, env, company):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)

    def build_stripe(self, company_world, api_url):
        """Return the Stripe backend, created and connected if it is not there.

        :param api_url: address of the stand-in.
        """
        backend = self._backend(STRIPE_NAME, "stripe", company_world.plan.zone)
        account = company_world.stripe.account["id"]
        for wallet in company_world.plan.wallets:
            self._wallet(backend, account, wallet.currency)
        if backend.api_url != api_url:
            backend.api_url = api_url
            backend.set_credential("api_key", API_KEY)
            backend.set_credential("webhook_secret", WEBHOOK_SECRET)
            backend.check_connection()
        if not backend.webhook_token:
            backend.action_renew_webhook()
        return backend

    def build_bank(self, company_world):
        """Return the bank backend, created if it is not there."""
        backend = self._backend(BANK_NAME, "bank", company_world.plan.zone)
        for bank in company_world.banks:
            self._wallet(backend, bank.account, bank.currency)
        if backend.state == "draft":
            backend._set_state("connected")
        return backend

    def build_report(self, company_world, book):
        """Return the backend of a provider that tells by files, created if missing.

        :param book: ReportBook of the company.
        """
        backend = self._backend(NAMES[book.code], book.code, company_world.plan.zone)
        for wallet in book.wallets:
            self._wallet(backend, book.account_of(wallet), wallet.currency)
        if backend.state == "draft":
            backend._set_state("connected")
        return backend

    def open_books(self, backends, company_world, start):
        """Give all wallets journals, accounts and an opening, as far as missing.

        :param start: first day on which rows are posted.
        """
        self.env["settlement.posting.policy"]._create_defaults(self.company)
        plans = {
            "bank": company_world.plan.banks,
            "stripe": company_world.stripe.wallets,
            **{book.code: book.wallets for book in company_world.report_books},
        }
        openings = {
            (connector, plan.currency): plan.opening
            for connector, wallets in plans.items()
            for plan in wallets
        }
        for wallet in backends.wallet_ids.filtered(
            lambda known: not known.opening_date
        ):
            opening = openings[wallet.backend_id.connector, wallet.currency_id.name]
            wallet._set_up_accounts()
            wallet.write(
                {
                    "opening_balance": self._major(opening, wallet.currency_id.name),
                    "opening_date": start,
                }
            )
            wallet.action_post_opening(self._capital_account())

    def _capital_account(self):
        """Return the account that a company's first money comes from."""
        return self.env["account.account"].search(
            [
                ("company_ids", "in", self.company.ids),
                ("account_type", "=", "equity"),
            ],
            limit=1,
        )

    @staticmethod
    def _major(minor, currency):
        return float(money.from_minor(minor, money.exponent(currency)))

    def _backend(self, name, connector, zone):
        backends = self.env["settlement.backend"]
        known = backends.search(
            [("company_id", "=", self.company.id), ("name", "=", name)]
        )
        return known or backends.create(
            {
                "name": name,
                "company_id": self.company.id,
                "connector": connector,
                "environment": "test",
                "timezone": zone,
            }
        )

    def _wallet(self, backend, account, currency):
        known = backend.wallet_ids.filtered(
            lambda wallet: (wallet.account_identifier, wallet.currency_id.name)
            == (account, currency)
        )
        return known or self.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": account,
                "currency_id": self.env.ref(f"base.{currency}").id,
            }
        )
