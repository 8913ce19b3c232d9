"""What a world consists of, apart from the raw objects of Stripe.

All amounts are integers in minor units of their currency (ISO 4217 exponent).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Party:
    """A customer or supplier. ``account`` is a bank account number or ""."""

    key: str
    name: str
    email: str
    country: str
    account: str
    is_supplier: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, credit note or vendor bill to be created in Odoo.

    :param number: the number it gets; of a bill the number its vendor gave it.
    :param amount: positive, whatever the kind.
    :param reference: the customer's own order number.
    :param payment_reference: structured reference to be used when paying.
    :param origin: number of the sale order.
    :param reverses: key of the invoice that a credit note takes back.
    :param nets_invoice: whether Odoo has reconciled the note with its invoice.
    """

    key: str
    kind: str
    number: str
    party: str
    day: date
    due: date
    currency: str
    amount: int
    reference: str = ""
    payment_reference: str = ""
    origin: str = ""
    reverses: str = ""
    nets_invoice: bool = False


@dataclass(frozen=True, slots=True)
class OnlinePayment:
    """A payment that Odoo itself took over its payment provider."""

    key: str
    document: str
    party: str
    day: date
    currency: str
    amount: int
    reference: str
    provider_reference: str
    is_booked: bool = True


@dataclass(frozen=True, slots=True)
class BankDetail:
    """One payment inside a bank entry; ``amount`` is signed."""

    amount: int
    text: str = ""
    end_to_end: str = ""
    structured: str = ""
    name: str = ""
    account: str = ""


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One line of a bank account; ``amount`` is signed.

    :param code: domain, family and sub-family of the bank transaction code.
    :param status: ``BOOK`` or ``PDNG``; pending entries move nothing.
    """

    reference: str
    day: date
    value_date: date
    amount: int
    code: tuple[str, str, str]
    details: tuple[BankDetail, ...] = ()
    text: str = ""
    status: str = "BOOK"


@dataclass(frozen=True, slots=True)
class Statement:
    """One bank account on one day.

    :param delivered_on: the day on which the file arrives.
    """

    account: str
    currency: str
    version: str
    day: date
    sequence: int
    opening: int
    closing: int
    entries: tuple[BankEntry, ...]
    delivered_on: date

    @property
    def filename(self) -> str:
        """Return the name under which the bank sends the file."""
        account = "".join(filter(str.isalnum, self.account))
        return f"camt053_{account}_{self.currency}_{self.day:%Y%m%d}.xml"


@dataclass(frozen=True, slots=True)
class Pricing:
    """What Stripe takes of a charge.

    :param basis_points: of the amount.
    :param fixed: minor units per charge.
    :param tax_percent: on the fee.
    :param conversion_basis_points: of the amount, where currencies differ.
    :param foreign_basis_points: more for cards from far away.
    :param premium_basis_points: more for cards of dear brands.
    """

    basis_points: int
    fixed: int
    tax_percent: int = 0
    conversion_basis_points: int = 200
    foreign_basis_points: int = 175
    premium_basis_points: int = 40


@dataclass(frozen=True, slots=True)
class WalletPlan:
    """One currency of a Stripe account.

    :param opening: minor units held before the first day; never paid out.
    :param charges_per_day: ordinary charges in the months.
    :param amounts: smallest and largest invoice.
    :param payout_weekdays: 0 = Monday.
    :param settle_days: days until a charge is available.
    :param fates: what befalls payouts, by their number from 0; a fate whose number
        has no fitting payout befalls the next that fits.
    :param untraced: whether the bank shows no trace id of payouts.
    :param manual: whether people ask for payouts, which then list no rows.
    :param debits: whether Stripe takes from the bank what a wallet lacks.
    :param step: amounts are multiples of so many minor units.
    """

    currency: str
    pricing: Pricing
    opening: int
    charges_per_day: int
    amounts: tuple[int, int]
    payout_weekdays: tuple[int, ...]
    settle_days: int
    fates: dict[int, str] = field(default_factory=dict)
    untraced: bool = False
    manual: bool = False
    debits: bool = False
    step: int = 1


@dataclass(frozen=True, slots=True)
class ReportWallet:
    """One currency of an account whose provider tells by files.

    :param opening: minor units held before the first day; never paid out.
    :param sales_per_day: ordinary sales in the months.
    :param amounts: smallest and largest invoice.
    :param basis_points: that a sale costs.
    :param fixed: minor units that it costs beside them.
    :param account: the account that it belongs to, "" where there is only one.
    """

    currency: str
    opening: int
    sales_per_day: Fraction
    amounts: tuple[int, int]
    basis_points: int
    fixed: int
    account: str = ""

    @property
    def name(self) -> str:
        """Return what tells it from the provider's other wallets of the company."""
        return f"{self.account} {self.currency}".strip()

    def fee(self, amount: int) -> int:
        """Return what a sale costs."""
        return (amount * self.basis_points + 5_000) // 10_000 + self.fixed


@dataclass(frozen=True, slots=True)
class AdyenAccount:
    """One merchant account.

    :param closing_weekdays: on which its batches are closed, 0 = Monday.
    :param first_batch: number of its first batch.
    :param shares: nature of a fee → percent of it; commission is ``processing``.
    """

    name: str
    wallets: tuple[ReportWallet, ...]
    closing_weekdays: tuple[int, ...]
    first_batch: int
    shares: tuple[tuple[str, int], ...] = (("processing", 100),)

    def fees(self, wallet: ReportWallet, amount: int) -> dict[str, int]:
        """Return what a payment costs, by the nature of the cost."""
        rest, found = wallet.fee(amount), {}
        for nature, percent in self.shares[:-1]:
            found[nature] = wallet.fee(amount) * percent // 100
            rest -= found[nature]
        found[self.shares[-1][0]] = rest
        return {nature: fee for nature, fee in found.items() if fee}


@dataclass(frozen=True, slots=True)
class BankPlan:
    """One bank account; ``transfers`` are ordinary credits per banking day.

    :param version: of camt.053: ``02`` or ``08``.
    """

    currency: str
    version: str
    opening: int
    amounts: tuple[int, int]
    transfers: int
    country: str


@dataclass(frozen=True, slots=True)
class CompanyPlan:
    """One company with its Stripe account and its banks.

    :param invoice_prefix: of the numbers of invoices; credit notes have an R before.
    :param rates: units of each foreign currency per unit of the company's, about.
    :param stories: code of the company whose planted stories it has, "" = its own.
    :param omits: names of planted stories that it has not.
    :param paypal: wallets of its PayPal account, none = it has no account there.
    :param adyen: its merchant accounts at Adyen.
    """

    code: str
    name: str
    invoice_prefix: str
    country: str
    currency: str
    zone: str
    wallets: tuple[WalletPlan, ...]
    banks: tuple[BankPlan, ...]
    customers: int
    suppliers: int
    rates: dict[str, Decimal] = field(default_factory=dict)
    stories: str = ""
    omits: frozenset[str] = frozenset()
    paypal: tuple[ReportWallet, ...] = ()
    adyen: tuple[AdyenAccount, ...] = ()

    @property
    def planted(self) -> str:
        """Return the code under which the planted stories are found."""
        return self.stories or self.code
