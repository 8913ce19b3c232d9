"""The company of a practice desk: documents, a provider, a bank, and their files."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

from odoo.addons.settlement.canonical import money

from ..practice.lines import content_of
from ..practice.scene import EURO, OPENING, PROVIDER_ACCOUNT, PROVIDER_KEY
from ..world.records import CompanyPlan
from .company_builder import CompanyBuilder
from .document_builder import DocumentBuilder
from .payment_builder import PaymentBuilder

PROVIDER, BANK = "Practice Payments", "Practice Bank"
BANK_ACCOUNT = "DE89370400440532013000"
ZONE = "Europe/Berlin"
START = date(2026, 1, 1)
LOCKED_UNTIL = date(2026, 2, 28)
# Dollars of one euro; nobody has told the company of the others.
RATES = {date(2026, 1, 1): {"USD": Decimal("1.25")}}
UNRATED = ("GBP", "CHF")
# What one person may write off alone.
WRITE_OFF_LIMIT = 25.0


class PracticeBuilder:
    """Builds the company of one desk, and lets both deliveries arrive.

    :param env: environment of the superuser.
    :param desk: Desk with what there is to be known.
    """

    def __init__(self, env, desk, name):
        self.env = env
        self.desk = desk
        self.plan = CompanyPlan(
            code=name,
            name=name,
            invoice_prefix=desk.scene.prefix,
            country="DE",
            currency=EURO,
            zone=ZONE,
            wallets=(),
            banks=(),
            customers=0,
            suppliers=0,
            rates={**RATES[START], **dict.fromkeys(UNRATED, Decimal(1))},
        )

    def build(self):
        """Return the new company, with all exceptions on its desk."""
        builder = CompanyBuilder(self.env)
        world = SimpleNamespace(plan=self.plan, rates=RATES)
        company = builder.build(world)
        builder.allow(company)
        self.env = self.env(
            context={**self.env.context, "allowed_company_ids": company.ids}
        )
        self.company = company.with_env(self.env)
        self.provider, self.bank = self._backends()
        moves = self._documents()
        self._policy()
        self._payments(moves)
        for index in range(len(self.desk.files)):
            self._deliver(index)
        return company

    # ------------------------------------------------------------------
    # Books
    # ------------------------------------------------------------------

    def _backends(self):
        """Return both backends with wallets that post."""
        self.env["settlement.posting.policy"]._create_defaults(self.company)
        provider, bank = (
            self.env["settlement.backend"].create(
                {
                    "name": name,
                    "company_id": self.company.id,
                    "connector": "canonical",
                    "environment": "test",
                    "timezone": ZONE,
                }
            )
            for name in (PROVIDER, BANK)
        )
        self._wallet(provider, PROVIDER_ACCOUNT, EURO, OPENING)
        self._wallet(bank, BANK_ACCOUNT, EURO, OPENING, is_bank=True)
        for currency in UNRATED:
            self._wallet(provider, PROVIDER_ACCOUNT, currency, 0)
        (provider + bank)._set_state("connected")
        return provider, bank

    def _wallet(self, backend, account, code, opening, **values):
        wallet = self.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": account,
                "currency_id": self.env.ref(f"base.{code}").id,
                "opening_balance": float(
                    money.from_minor(opening, money.exponent(code))
                ),
                "opening_date": START,
                **values,
            }
        )
        wallet._set_up_accounts()
        if opening:
            wallet.action_post_opening(self._capital_account())

    def _capital_account(self):
        """Return the account that a company's first money comes from."""
        domain = [
            ("company_ids", "in", self.company.ids),
            ("account_type", "=", "equity"),
        ]
        return self.env["account.account"].search(domain, limit=1)

    def _documents(self):
        builder = DocumentBuilder(self.env, self.company)
        scene = self.desk.scene
        return builder.build(
            SimpleNamespace(parties=scene.parties, documents=scene.documents)
        )

    def _policy(self):
        """Let everything be posted at once, and no month end add anything."""
        provider = self.env["res.partner"].search(
            [("company_id", "=", self.company.id), ("ref", "=", PROVIDER_KEY)]
        )
        policy = self.env["settlement.posting.policy"]._policy_for(self.provider)
        self.provider.partner_id = provider
        policy.write(
            {
                "hold_days": 0,
                "write_off_limit": WRITE_OFF_LIMIT,
                "accrue_at_month_end": False,
                "revalue_at_month_end": False,
            }
        )

    def _payments(self, moves):
        """Let Odoo take payments online, and book none of them."""
        journal = self.provider.wallet_ids.filtered(
            lambda wallet: wallet.currency_id.name == EURO
        ).journal_id
        builder = PaymentBuilder(self.env, self.company, {EURO: journal})
        scene = self.desk.scene
        builder.build(SimpleNamespace(online_payments=scene.online_payments), moves)
        self._let_odoo_book(builder._provider(), journal, builder)

    def _let_odoo_book(self, provider, journal, builder):
        """Give online payments a journal, over Outstanding Receipts."""
        self.env["account.payment.method.line"].create(
            {
                "name": provider.name,
                "payment_method_id": self.env.ref(
                    "account.account_payment_method_manual_in"
                ).id,
                "journal_id": journal.id,
                "payment_provider_id": provider.id,
                "payment_account_id": builder._outstanding_account().id,
            }
        )

    # ------------------------------------------------------------------
    # Deliveries
    # ------------------------------------------------------------------

    def _deliver(self, index):
        """Take in a delivery and work on it; before a later one, close the month."""
        if index:
            self.company.fiscalyear_lock_date = LOCKED_UNTIL
        files = zip((self.provider, self.bank), self.desk.files[index], strict=True)
        for backend, lines in files:
            backend.import_file(f"practice_{index + 1}.jsonl", content_of(lines))
        (self.provider + self.bank).run_pipeline()
