"""What the books of all providers have in common: an account with wallets."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from . import clock
from .records import CompanyPlan, ReportWallet


class Wallet(Protocol):
    """One currency of an account; ``opening`` in minor units."""

    @property
    def currency(self) -> str: ...
    @property
    def opening(self) -> int: ...


class ProviderBook(ABC):
    """One account of a company at a provider while its months are written."""

    __slots__ = ()
    # Last part of the key of its backend, and the connector that reads it.
    code: ClassVar[str]
    plan: CompanyPlan

    @property
    def backend(self) -> str:
        """Return the key of the backend."""
        return f"{self.plan.code}.{self.code}"

    @property
    @abstractmethod
    def account_identifier(self) -> str:
        """Return by which id the provider knows the account."""

    def account_of(self, wallet: Wallet) -> str:
        """Return the id of the account that has a wallet."""
        return self.account_identifier

    @property
    @abstractmethod
    def wallets(self) -> Sequence[Wallet]:
        """Return the wallets of the account."""


@dataclass(frozen=True, slots=True)
class Report:
    """A file of a provider.

    :ivar day: the last one that it tells of.
    :ivar delivered_on: the day on which it arrives.
    """

    name: str
    day: date
    delivered_on: date
    content: bytes


class ReportBook(ProviderBook):
    """A provider that tells by files what happened."""

    __slots__ = ()
    period: clock.Period

    @property
    @abstractmethod
    def wallets(self) -> Sequence[ReportWallet]:
        """Return the wallets of all accounts."""

    @property
    @abstractmethod
    def last_day(self) -> date:
        """Return the last day of which a file is sure to tell."""

    @abstractmethod
    def reports(self) -> tuple[Report, ...]:
        """Return all files, in the order of their days."""

    @abstractmethod
    def issued_again(self, report: Report) -> Report:
        """Return a file as the provider makes it a second time: other bytes."""

    @abstractmethod
    def issued_wrong(self, report: Report) -> Report:
        """Return a file as it was before the provider corrected it."""

    @abstractmethod
    def cut(self, report: Report) -> Report:
        """Return a file that broke off on its way."""

    def delivered_on(self, day: date, late: int = 0) -> date:
        """Return when the file of a day arrives, so many days later than usual."""
        # After the last visit nothing would be seen any more.
        return min(day + (1 + late) * clock.DAY, self.period.end)
