"""Where a company books what its rows mean."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal


class MissingAccount(Exception):
    """A row needs an account that nobody has chosen yet.

    :param field: name of the policy's or wallet's field that is empty.
    :param kind: kind of the row that needs it.
    """

    def __init__(self, field: str, kind: str) -> None:
        super().__init__(f"{field} is empty and a row of kind {kind} needs it")
        self.field = field
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Accounts:
    """Ids of accounts by role; 0 means that nobody has chosen one."""

    wallet: int = 0
    in_transit: int = 0
    fee: int = 0
    fee_clearing: int = 0
    dispute: int = 0
    dispute_loss: int = 0
    reserve: int = 0
    suspense: int = 0
    adjustment: int = 0
    difference: int = 0
    bank_fee: int = 0
    interest: int = 0
    transfer: int = 0
    unallocated: int = 0
    advance: int = 0
    withholding: int = 0
    pass_through: int = 0
    loan: int = 0

    def required(self, role: str, kind: str) -> int:
        """Return the account of a role.

        :raises MissingAccount: if nobody has chosen it.
        """
        account_id = getattr(self, role)
        if not account_id:
            raise MissingAccount(role, kind)
        return account_id


ROLES = tuple(field.name for field in fields(Accounts))


@dataclass(frozen=True, slots=True)
class Rate:
    """How much company currency one unit of the wallet's currency is worth.

    ``None`` as rate: both are the same currency.
    """

    rate: Decimal | None = None
    decimals: int = 2
    company_decimals: int = 2

    def to_company(self, amount: int) -> int:
        """Return minor units of the company's currency, half rounded up."""
        if self.rate is None:
            return amount
        value = Decimal(amount).scaleb(self.company_decimals - self.decimals)
        return int((value * self.rate).quantize(Decimal(1), ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class TaxShare:
    """One repartition line of the tax on fees; ``factor`` 1 is all of the tax."""

    repartition_line_id: int
    account_id: int
    factor: Decimal
    tag_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FeeTax:
    """The tax on the provider's fees, where fees are booked as expense."""

    tax_id: int
    percent: Decimal
    shares: tuple[TaxShare, ...]
    base_tag_ids: tuple[int, ...] = ()

    @property
    def is_reverse_charge(self) -> bool:
        """Whether we compute and owe the tax, and the provider charges none."""
        return len(self.shares) > 1 and sum(share.factor for share in self.shares) == 0

    def shares_of(self, base: int, tax: int) -> list[tuple[TaxShare, int]]:
        """Return what each share gets; the parts sum to ``tax`` exactly.

        :param base: fees without tax, positive when they cost us.
        :param tax: what the provider charged on them.
        """
        whole = tax
        if self.is_reverse_charge and not tax:
            whole = _rounded(Decimal(base) * self.percent / 100)
        parts = [(share, _rounded(whole * share.factor)) for share in self.shares]
        rest = tax - sum(amount for _share, amount in parts)
        last, amount = parts[-1]
        parts[-1] = (last, amount + rest)
        return [(share, amount) for share, amount in parts if amount]


def _rounded(amount: Decimal) -> int:
    return int(Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP))
