"""Settlement details reports of any length, written as Adyen writes them.

What is written balances by construction: every batch pays out what its rows add up to,
or carries it over to the next one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from random import Random
from typing import BinaryIO

from odoo.addons.settlement.canonical.money import exponent, from_minor

COLUMNS = tuple(
    "Company Account,Merchant Account,Psp Reference,Merchant Reference,"
    "Payment Method,Creation Date,TimeZone,Type,Modification Reference,"
    "Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,"
    "Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),"
    "Interchange (NC),Payment Method Variant,Modification Merchant Reference,"
    "Batch Number,Reserved4,Reserved5,Reserved6,Reserved7,Reserved8,Reserved9,"
    "Reserved10".split(",")
)
COMPANY = "SampleCompany"
FEES = {
    "processing": "Commission (NC)",
    "markup": "Markup (NC)",
    "scheme": "Scheme Fees (NC)",
    "interchange": "Interchange (NC)",
    "conversion": "DCC Markup (NC)",
}
# Rows of the account that a batch may have, and the ways in which they go.
ACCOUNT_TYPES = {
    **dict.fromkeys(("Fee", "MiscCosts", "PaymentCost", "SettleCost"), (-1,)),
    **dict.fromkeys(("InvoiceDeduction", "DepositCorrection"), (-1, 1)),
    **dict.fromkeys(("ReserveAdjustment", "ManualCorrected"), (-1, 1)),
    **dict.fromkeys(("InternalCompanyPayout", "BankInstructionReturned"), (1,)),
}
# Rows about a payment, and the ways in which they go.
PAYMENT_TYPES = {
    **dict.fromkeys(("Refunded", "Chargeback", "SecondChargeback", "PaidOut"), -1),
    **dict.fromkeys(("RefundedReversed", "ChargebackReversed", "PaidOutReversed"), 1),
    "SettledReversed": -1,
    "SettledInInstallments": 1,
    "AuthorisationSchemeFee": -1,
}
CURRENCIES = ("EUR", "USD", "JPY", "KWD")


def text_of(minor: int, currency: str) -> str:
    """Return an amount without its sign as a report writes it."""
    return f"{from_minor(abs(minor), exponent(currency)):f}"


@dataclass(slots=True)
class Writer:
    """Writes rows of a report.

    :param columns: their names, in the order of the report.
    """

    file: BinaryIO
    columns: Sequence[str] = COLUMNS
    rows: int = 0

    def begin(self, mark: bytes = b"\xef\xbb\xbf") -> None:
        """Write the row that names the columns."""
        self.file.write(mark + ",".join(self.columns).encode() + b"\r\n")

    def add_row(self, cells: Mapping[str, str]) -> None:
        """Write a row; what has no column is left out."""
        line = ",".join([_quoted(cells.get(name, "")) for name in self.columns])
        self.file.write(line.encode() + b"\r\n")
        self.rows += 1


def _quoted(text: str) -> str:
    if "," in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


@dataclass(slots=True)
class Batch:
    """Writes one batch of one merchant account in one currency.

    :param at: when its first row was made; each row is a minute later.
    """

    writer: Writer
    account: str
    number: int
    currency: str
    at: datetime
    clock: str = "CET"
    net: int = 0
    sums: dict[str, int] = field(default_factory=dict)

    def add(
        self,
        type_name: str,
        gross: int,
        fees: Mapping[str, int] | None = None,
        *,
        paid: tuple[str, int, Decimal] | None = None,
        **cells: str,
    ) -> None:
        """Write a row about a payment; amounts are signed minor units.

        :param gross: in the currency of the batch.
        :param fees: by kind, positive where they cost.
        :param paid: currency, minor units and rate of what the customer paid.
        :param cells: cells by their names with ``_`` for blanks.
        """
        fees = dict(fees or {})
        currency, stated, rate = paid or (self.currency, gross, Decimal(1))
        self._write(
            type_name,
            gross - sum(fees.values()),
            {
                "Gross Currency": currency,
                _column("Gross", stated): text_of(stated, currency),
                "Exchange Rate": f"{rate:f}",
                **{FEES[kind]: self._fee(fees[kind]) for kind in fees},
                **_spelt(cells),
            },
        )

    def add_account(self, type_name: str, net: int, **cells: str) -> None:
        """Write a row of the account, which has a net amount only."""
        self._write(type_name, net, _spelt(cells))

    def close(self) -> int:
        """Pay out what the rows add up to, or carry it over.

        :return: minor units that the next batch has to open with.
        """
        rest = self.net
        if rest > 0:
            text = f"TX{self.number:06}{self.currency}XT batch {self.number}"
            reference = f"{text}, {self.account}"
            self.add_account("MerchantPayout", -rest, Modification_Reference=reference)
            return 0
        if rest:
            self.add_account(
                "Balancetransfer",
                -rest,
                Modification_Merchant_Reference=(
                    f"Balancetransfer to batch {self.number + 1}"
                ),
            )
        return rest

    def open_with(self, carried: int) -> None:
        """Begin with what the batch before carried over."""
        if carried:
            self.add_account(
                "Balancetransfer",
                carried,
                Modification_Merchant_Reference=(
                    f"Balancetransfer from batch {self.number - 1}"
                ),
            )

    def _fee(self, minor: int) -> str:
        return ("-" if minor < 0 else "") + text_of(minor, self.currency)

    def _write(self, type_name: str, net: int, cells: Mapping[str, str]) -> None:
        self.at += timedelta(minutes=1)
        self.net += net
        key = type_name.lower()
        self.sums[key] = self.sums.get(key, 0) + net
        self.writer.add_row(
            {
                "Company Account": COMPANY,
                "Merchant Account": self.account,
                "Creation Date": f"{self.at:%Y-%m-%d %H:%M:%S}",
                "TimeZone": self.clock,
                "Type": type_name,
                "Net Currency": self.currency,
                _column("Net", net): text_of(net, self.currency),
                "Batch Number": str(self.number),
                **cells,
            }
        )


def _column(side: str, minor: int) -> str:
    place = "GC" if side == "Gross" else "NC"
    return f"{side} {'Debit' if minor < 0 else 'Credit'} ({place})"


def _spelt(cells: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", " "): text for name, text in cells.items()}


def converted(stated: int, paid_in: str, rate: Decimal, currency: str) -> int:
    """Return minor units in another currency, as Adyen rounds them."""
    value = from_minor(stated, exponent(paid_in)) * rate
    one = from_minor(1, exponent(currency))
    return int(value.quantize(one, ROUND_HALF_EVEN).scaleb(exponent(currency)))


# ----------------------------------------------------------------------
# Whole reports
# ----------------------------------------------------------------------


def write_report(file: BinaryIO, rows: int, batch_rows: int = 20_000) -> None:
    """Write a report of so many payments in EUR, with the payouts of its batches."""
    writer = Writer(file)
    writer.begin()
    for number in range(0, rows, batch_rows):
        at = datetime(2026, 1, 6) + timedelta(minutes=number)
        batch = Batch(writer, "SampleMerchant", 1 + number // batch_rows, "EUR", at)
        for place in range(number, min(number + batch_rows, rows)):
            batch.add(
                "Settled",
                place % 50_000 + 500,
                {"processing": place % 700 + 10},
                Psp_Reference=f"88{place:014}",
                Modification_Reference=f"85{place:014}",
                Merchant_Reference=f"INV/2026/{place:07}",
                Payment_Method="mc",
                Payment_Method_Variant="mccredit",
            )
        batch.close()


def write_sample(file: BinaryIO, seed: int, batches: int = 2, rows: int = 20) -> Writer:
    """Write a report of several merchants and currencies with all types of rows.

    :param batches: how many of each merchant and currency.
    :param rows: how many payments a batch has at least.
    """
    chance = Random(seed)
    writer = Writer(file, _columns(chance))
    writer.begin()
    for account in ("SampleShop", "SampleStore"):
        for currency in CURRENCIES:
            carried = 0
            for number in range(1, batches + 1):
                at = datetime(2026, 1, 5 + number % 20, 8)
                batch = Batch(writer, account, number, currency, at)
                batch.open_with(carried)
                _fill(batch, chance, rows)
                carried = batch.close()
    return writer


def _columns(chance: Random) -> list[str]:
    """Return the columns of a merchant, who has added some and ordered them anew."""
    names = [*COLUMNS, "DCC Markup (NC)", "Booking Date", "Payment Fees (NC)"]
    if chance.random() < 0.5:
        chance.shuffle(names)
    return names


def _fill(batch: Batch, chance: Random, rows: int) -> None:
    first = batch.writer.rows
    for place in range(rows):
        _payment(batch, chance, f"88{first + place:014}", "Settled", 1)
    for type_name, sign in PAYMENT_TYPES.items():
        psp_reference = f"88{first + chance.randrange(rows):014}"
        _payment(batch, chance, psp_reference, type_name, sign)
    if chance.random() < 0.3:
        # More than all sales: the batch pays nothing and is carried over.
        batch.add_account("DepositCorrection", -200_000 * rows)
    for type_name, signs in ACCOUNT_TYPES.items():
        batch.add_account(
            type_name,
            chance.choice(signs) * chance.randrange(1, 5_000),
            Modification_Reference=f"{type_name}, month {batch.number}",
        )


def _payment(
    batch: Batch, chance: Random, psp_reference: str, type_name: str, sign: int
) -> None:
    stated = sign * chance.randrange(1, 100_000)
    paid, gross = None, stated
    if chance.random() < 0.3:
        rate = Decimal(chance.randrange(5_000_000, 20_000_000)).scaleb(-7)
        gross = converted(stated, "GBP", rate, batch.currency)
        paid = ("GBP", stated, rate)
    fees = {kind: chance.randrange(-50, 300) for kind in FEES if chance.random() < 0.4}
    batch.add(
        chance.choice((type_name, type_name.lower(), type_name.upper())),
        gross,
        fees,
        paid=paid,
        Psp_Reference=psp_reference,
        Modification_Reference=f"85{batch.writer.rows:014}",
        Merchant_Reference=f'INV/2026/{batch.writer.rows:05}, "x"',
        Payment_Method="visa",
    )
