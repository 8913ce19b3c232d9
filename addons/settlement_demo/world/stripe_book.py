"""One Stripe account while its months are written: rows, sources and changes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, ClassVar

from odoo.addons.settlement.canonical import money

from . import cards, clock
from . import stripe_objects as objects
from .cards import Card, rounded
from .identifiers import Identifiers
from .provider_book import ProviderBook
from .records import CompanyPlan, Party, WalletPlan
from .stripe_objects import Raw

# So many charges are shown so much later than they say that they were made.
LATE_SHARE = 0.05
LATE_SECONDS = (2 * 3600, 20 * 3600)
_DISPUTE_FEES = {"EUR": 2000, "USD": 1500, "GBP": 1500, "JPY": 1300, "KWD": 4500}


@dataclass(slots=True)
class Change:
    """Fields of an object that change at an instant."""

    object_id: str
    at: int
    values: dict[str, Any]


@dataclass(slots=True)
class StripeBook(ProviderBook):
    """The account of one company.

    :ivar rows: balance transactions in the order of their making.
    :ivar members: payout id → ids of the rows that it lists, its own included.
    :ivar late: row id → instant from which the API shows it, where it is late.
    """

    code: ClassVar[str] = "stripe"

    plan: CompanyPlan
    ids: Identifiers = field(compare=False, repr=False)
    account: Raw
    random: Random = field(default_factory=Random, compare=False, repr=False)
    rows: list[Raw] = field(default_factory=list)
    sources: dict[str, Raw] = field(default_factory=dict)
    payouts: list[Raw] = field(default_factory=list)
    members: dict[str, list[str]] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    late: dict[str, int] = field(default_factory=dict)

    @property
    def account_identifier(self) -> str:
        """Return the id of the account."""
        return str(self.account["id"])

    @property
    def wallets(self) -> tuple[WalletPlan, ...]:
        """Return the plans of the wallets."""
        return self.plan.wallets

    def show_all_until(self, end: int) -> None:
        """Let no row be later than the end of the world."""
        self.late = {row: shown for row, shown in self.late.items() if shown <= end}

    def wallet(self, currency: str) -> WalletPlan:
        """Return the plan of the wallet in a currency."""
        return next(plan for plan in self.plan.wallets if plan.currency == currency)

    def opening_balance(self) -> dict[str, int]:
        """Return what each wallet held before the first row, by lower-case code."""
        return {plan.currency.lower(): plan.opening for plan in self.plan.wallets}

    def add(
        self,
        currency: str,
        created: int,
        amount: int,
        kind: str,
        category: str,
        *,
        source: str | None = None,
        description: str = "",
        fees: list[Raw] | None = None,
        exchange_rate: Decimal | None = None,
        available_in: int = 0,
        transaction_id: str = "",
    ) -> Raw:
        """Add one balance transaction.

        :param available_in: days after the (UTC) day of its creation.
        """
        day = clock.utc_day(created) + available_in * clock.DAY
        row = objects.balance_transaction(
            transaction_id or self.ids.stripe("txn"),
            amount=amount,
            currency=currency,
            created=created,
            available_on=clock.midnight(day),
            kind=kind,
            category=category,
            source=source,
            description=description,
            fees=fees,
            exchange_rate=exchange_rate,
        )
        self.rows.append(row)
        return row

    def add_source(self, source: Raw) -> Raw:
        """Add the object behind a row."""
        self.sources[source["id"]] = source
        return source

    def change(self, object_id: str, at: int, **values: Any) -> None:
        """Let fields of an object change at an instant."""
        self.changes.append(Change(object_id, at, values))

    def top_up_source(self, currency: str, amount: int, day: date) -> str:
        """Add the object of a top-up and return its id."""
        top_up = objects.top_up(
            self.ids.stripe("tu"),
            amount=amount,
            currency=currency,
            created=clock.midnight(day),
        )
        return str(self.add_source(top_up)["id"])

    # ------------------------------------------------------------------
    # What customers do
    # ------------------------------------------------------------------

    def charge(
        self,
        currency: str,
        created: int,
        amount: int,
        *,
        payer: Party | None,
        metadata: dict[str, str] | None = None,
        description: str = "",
        payment_intent: str = "",
        method: str = "card",
        settle_days: int | None = None,
    ) -> Raw:
        """Add a charge in the currency of the wallet; return its row."""
        wallet = self.wallet(currency)
        card = self._card(payer, method)
        source = self._charge_source(
            created,
            amount,
            currency,
            payer,
            metadata,
            description,
            payment_intent,
            card,
        )
        row = self.add(
            currency,
            created,
            amount,
            "charge" if method == "card" else "payment",
            "charge",
            source=source["id"],
            description=description,
            fees=self._fees(wallet, amount, card),
            available_in=wallet.settle_days if settle_days is None else settle_days,
            transaction_id=source["balance_transaction"],
        )
        if self.random.random() < LATE_SHARE:
            self.late[row["id"]] = created + self.random.randint(*LATE_SECONDS)
        return row

    def converted_charge(
        self,
        currency: str,
        created: int,
        paid: int,
        paid_currency: str,
        rate: Decimal,
        *,
        payer: Party,
        metadata: dict[str, str],
    ) -> Raw:
        """Add a charge in another currency than the wallet's.

        :param paid: minor units of ``paid_currency``.
        :param rate: units of the wallet's currency per unit of ``paid_currency``.
        """
        wallet = self.wallet(currency)
        exponents = money.exponent(currency) - money.exponent(paid_currency)
        amount = rounded(paid * rate * Decimal(10) ** exponents)
        card = self._card(payer)
        source = self._charge_source(
            created, paid, paid_currency, payer, metadata, "", "", card
        )
        return self.add(
            currency,
            created,
            amount,
            "charge",
            "charge",
            source=source["id"],
            fees=self._fees(wallet, amount, card, converts=True),
            exchange_rate=rate,
            available_in=wallet.settle_days,
            transaction_id=source["balance_transaction"],
        )

    def _charge_source(
        self,
        created: int,
        amount: int,
        currency: str,
        payer: Party | None,
        metadata: dict[str, str] | None,
        description: str,
        payment_intent: str,
        card: Card | None,
    ) -> Raw:
        return self.add_source(
            objects.charge(
                self.ids.stripe("ch" if card else "py"),
                amount=amount,
                currency=currency,
                created=created,
                payment_intent=payment_intent or self.ids.stripe("pi"),
                transaction=self.ids.stripe("txn"),
                payer=payer,
                metadata=metadata or {},
                description=description,
                brand=card.brand if card else "",
            )
        )

    def _card(self, payer: Party | None, method: str = "card") -> Card | None:
        return cards.draw(self.random, payer) if method == "card" else None

    def _fees(
        self, wallet: WalletPlan, amount: int, card: Card | None, **options: bool
    ) -> list[Raw]:
        home = self.plan.country
        return cards.processing_fees(
            wallet.pricing, amount, wallet.currency, card, home, **options
        )

    def refund(
        self, paid_row: Raw, created: int, amount: int, metadata: dict[str, str]
    ) -> Raw:
        """Give back (a part of) a charge; Stripe keeps its fee."""
        paid = self.sources[paid_row["source"]]
        transaction_id = self.ids.stripe("txn")
        source = self.add_source(
            objects.refund(
                self.ids.stripe("re"),
                paid,
                amount=amount,
                created=created,
                transaction=transaction_id,
                metadata=metadata,
            )
        )
        self.change(
            paid["id"],
            created,
            amount_refunded=amount,
            refunded=amount == paid["amount"],
        )
        return self.add(
            paid_row["currency"].upper(),
            created,
            -amount,
            "refund",
            "refund",
            source=source["id"],
            description=f"REFUND FOR CHARGE ({paid['description'] or paid['id']})",
            transaction_id=transaction_id,
        )

    def fail_refund(self, refund_row: Raw, created: int) -> Raw:
        """Bring the money of a refund back that could not be paid."""
        row = self.add(
            refund_row["currency"].upper(),
            created,
            -refund_row["amount"],
            "refund_failure",
            "refund_failure",
            source=refund_row["source"],
            description=f"REFUND FAILURE ({refund_row['source']})",
        )
        self.change(
            refund_row["source"],
            created,
            status="failed",
            failure_balance_transaction=row["id"],
            failure_reason="expired_or_canceled_card",
        )
        return row

    def dispute(self, paid_row: Raw, created: int) -> Raw:
        """Let the customer's bank take a charge back; return the withdrawal."""
        paid = self.sources[paid_row["source"]]
        currency = paid_row["currency"].upper()
        source = self.add_source(
            objects.dispute(
                self.ids.stripe("dp"), paid, amount=paid["amount"], created=created
            )
        )
        self.change(paid["id"], created, disputed=True)
        return self.add(
            currency,
            created,
            -paid_row["amount"],
            "adjustment",
            "dispute",
            source=source["id"],
            description=f"Chargeback withdrawal for {paid['id']}",
            fees=[self._dispute_fee(currency, 1)],
        )

    def lose_dispute(self, withdrawal: Raw, at: int) -> None:
        """Close a dispute; the money stays away."""
        self.change(withdrawal["source"], at, status="lost")

    def win_dispute(self, withdrawal: Raw, created: int) -> Raw:
        """Close a dispute; the money and the dispute fee come back."""
        currency = withdrawal["currency"].upper()
        self.change(withdrawal["source"], created, status="won")
        return self.add(
            currency,
            created,
            -withdrawal["amount"],
            "adjustment",
            "dispute_reversal",
            source=withdrawal["source"],
            description=f"Chargeback reversal for {withdrawal['source']}",
            fees=[self._dispute_fee(currency, -1)],
        )

    @staticmethod
    def _dispute_fee(currency: str, sign: int) -> Raw:
        amount = sign * _DISPUTE_FEES[currency]
        return objects.fee_detail(amount, currency, text="Dispute fee")
