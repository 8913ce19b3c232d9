"""A layout made of what was guessed, and what a person still has to say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from ..layout.definition import (
    BatchRule,
    Column,
    Dates,
    FeeColumn,
    FileLayout,
    IdentityRule,
    KindRule,
    KindValue,
    Numbers,
    SignRule,
)
from ..layout.fields import DAY, FIELDS, MOMENT
from ..layout.validation import problems as problems_of
from ..reading.cells import Cell, cell_text
from ..reading.numbers import number_format
from .columns import Guesses
from .finding import ColumnGuess, Finding
from .kind_words import kind_of_value
from .names import FIELD
from .table import Table

_CODE = re.compile(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_SYMBOLS = {
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "₩": "KRW",
    "₹": "INR",
    "₺": "TRY",
    "₪": "ILS",
}
_COMMON = frozenset(
    "EUR USD GBP CHF SEK NOK DKK PLN CZK HUF RON BGN JPY CNY KRW INR BRL MXN CAD AUD "
    "NZD SGD HKD ZAR AED SAR KWD BHD TRY ILS THB IDR MYR PHP CLP COP ARS".split()
)
_DEBIT = frozenset(
    "dr db d debit debet soll s - minus out af debito débit dare 出金".split()
)
_CREDIT = frozenset(
    "cr c credit haben h + plus in bij credito crédit avere 入金".split()
)
# What takes money away: its amounts would be negative if the file had signs.
_TAKES_AWAY = frozenset(("refund", "fee", "dispute", "payout", "dispute_fee", "tax"))


def propose(
    table: Table, guesses: Guesses
) -> tuple[FileLayout, tuple[Finding, ...], tuple[str, ...]]:
    """Return a layout, how it was found, and what is still missing."""
    made = _Proposal(table, guesses)
    layout = made.layout()
    problems = tuple(
        f"{sentence}" if path == "columns" else f"{path}: {sentence}"
        for path, sentence in problems_of(layout)
    )
    return layout, tuple(made.findings), problems


@dataclass(slots=True)
class _Proposal:
    table: Table
    guesses: Guesses
    findings: list[Finding] = field(default_factory=list)

    def layout(self) -> FileLayout:
        """Return the layout that was guessed."""
        numbers, form = self.guesses.numbers, self.table.form
        has_texts = form.kind == "csv"
        if has_texts:
            self._found("numbers", numbers.decimal, numbers.reason, numbers.is_sure)
        kinds = self._kinds()
        return FileLayout(
            file=form,
            numbers=Numbers(numbers.decimal, numbers.thousands),
            dates=Dates(self._formats()),
            columns=tuple(self._columns()),
            constants=self._constants(),
            sign=self._sign(kinds),
            kinds=kinds,
            fees=tuple(self._fees()),
            identity=self._identity(),
            batch=self._batch(),
        )

    def _found(
        self,
        topic: str,
        value: str,
        reason: str,
        is_sure: bool = True,
        alternatives: tuple[str, ...] = (),
    ) -> None:
        self.findings.append(Finding(topic, value, reason, is_sure, alternatives))

    def _of_role(self, role: str) -> list[ColumnGuess]:
        return [each for each in self.guesses.columns if each.role == role]

    def _field(self, name: str) -> ColumnGuess | None:
        return next((e for e in self.guesses.columns if e.field == name), None)

    # ------------------------------------------------------------------
    # Columns
    # ------------------------------------------------------------------

    def _formats(self) -> tuple[str, ...]:
        """Return the ways in which dates of the file are written, frequent first."""
        formats: dict[str, None] = {}
        for guess in self.guesses.columns:
            date = self.guesses.dates.get(guess.column)
            if date is None or guess.role != FIELD:
                continue
            if date.form not in formats:
                self._found(
                    "dates", date.form, date.reason, date.is_sure, date.alternatives
                )
            formats[date.form] = None
        return tuple(formats) or ("iso",)

    def _columns(self) -> Iterator[Column]:
        for guess in self.guesses.columns:
            if guess.role != FIELD:
                continue
            formats: tuple[str, ...] = ()
            if FIELDS[guess.field].type in (DAY, MOMENT):
                date = self.guesses.dates.get(guess.column)
                formats = (date.form,) if date else ()
            yield Column(guess.column, guess.field, date_formats=formats)

    def _fees(self) -> Iterator[FeeColumn]:
        for part in ("fee", "tax"):
            for guess in self._of_role(part):
                signs = self._signs(guess.column)
                sign = "cost_negative" if signs[0] > signs[1] else "cost_positive"
                yield FeeColumn(guess.column, part=part, sign=sign)

    def _signs(self, column: str) -> tuple[int, int]:
        """Return how many amounts of a column are below and above zero."""
        below = above = 0
        for amount in self._amounts(column):
            below += amount < 0
            above += amount > 0
        return below, above

    def _amounts(self, column: str) -> Iterator[Decimal]:
        numbers = self.guesses.numbers
        reader = number_format(numbers.decimal, numbers.thousands)
        for cell in self.guesses.values.get(column, ()):
            try:
                yield (
                    cell if isinstance(cell, Decimal) else reader.read(cell_text(cell))
                )
            except ValueError:
                continue

    # ------------------------------------------------------------------
    # Currency, kinds, directions
    # ------------------------------------------------------------------

    def _constants(self) -> dict[str, str]:
        if self._field("currency"):
            return {}
        code = self._currency_of_names() or self._currency_of_symbols()
        if not code:
            return {}
        return {"currency": code}

    def _currency_of_names(self) -> str:
        for guess in self.guesses.columns:
            if guess.type == "money":
                for code in _CODE.findall(guess.column):
                    if code in _COMMON:
                        self._found(
                            "currency",
                            code,
                            f"The column {guess.column!r} names it.",
                            False,
                        )
                        return str(code)
        return ""

    def _currency_of_symbols(self) -> str:
        for guess in self.guesses.columns:
            if guess.type != "money":
                continue
            for text in guess.samples:
                for symbol, code in _SYMBOLS.items():
                    if symbol in text:
                        self._found("currency", code, f"{text!r} has its sign.", False)
                        return code
        return ""

    def _kinds(self) -> KindRule:
        columns = self._of_role("kind")
        if not columns:
            self._found(
                "kinds",
                "charge",
                "No column says what rows are: all are taken for charges, and those "
                "below zero for refunds.",
                False,
            )
            return KindRule(default="charge", default_debit="refund")
        guess = columns[0]
        values = [(each, kind_of_value(each)) for each in guess.values]
        unknown = [value for value, kind in values if not kind]
        reason = f"{guess.column!r} says it by {len(values)} values."
        if unknown:
            reason += f" {', '.join(map(repr, unknown[:5]))} mean nothing yet."
        self._found("kinds", guess.column, reason, not unknown)
        return KindRule(
            guess.column,
            tuple(KindValue(value, kind) for value, kind in values if kind),
        )

    def _sign(self, kinds: KindRule) -> SignRule:
        debit, credit = self._of_role("debit"), self._of_role("credit")
        amount = self._field("gross_amount") or self._field("net_amount")
        if debit and credit and amount is None:
            self._found("sign", "debit_credit", "There is a column for each direction.")
            return SignRule(
                "debit_credit", debit=debit[0].column, credit=credit[0].column
            )
        if rule := self._direction():
            return rule
        takes_away = [each for each in kinds.values if each.kind in _TAKES_AWAY]
        if amount and takes_away and kinds.column:
            below = self._signs(amount.column)[0]
            if not below:
                self._found(
                    "sign",
                    "by_kind",
                    f"No amount is below zero, though {takes_away[0].value!r} should "
                    "be: the kind says the direction.",
                    False,
                )
                return SignRule("by_kind")
        self._found("sign", "as_is", "Amounts have their own signs.")
        return SignRule()

    def _direction(self) -> SignRule | None:
        for guess in self._of_role("direction"):
            words = {each.strip().casefold().strip("."): each for each in guess.values}
            debits = tuple(words[each] for each in words if each in _DEBIT)
            credits = tuple(words[each] for each in words if each in _CREDIT)
            if debits and len(debits) + len(credits) == len(words):
                self._found(
                    "sign",
                    "by_value",
                    f"{guess.column!r} says it: {', '.join(debits)} takes away.",
                )
                return SignRule(
                    "by_value", column=guess.column, negative=debits, positive=credits
                )
        return None

    # ------------------------------------------------------------------
    # Identity and batches
    # ------------------------------------------------------------------

    def _identity(self) -> IdentityRule:
        rows = len(self.table.rows)
        for guess in self._of_role("identity"):
            if guess.filled == rows and guess.distinct == rows and rows:
                self._found(
                    "identity", guess.column, "Its value is another one in every row."
                )
                return IdentityRule(columns=(guess.column,))
        pair = self._identifying_pair(rows)
        if pair:
            self._found(
                "identity",
                ", ".join(pair),
                "Together they are different in every row of the sample.",
                False,
            )
            return IdentityRule(columns=pair)
        columns = tuple(
            guess.column
            for guess in self.guesses.columns
            if guess.type != "empty" and guess.role not in ("", "balance")
        )
        self._found(
            "identity",
            ", ".join(columns),
            "No column tells the rows apart: they are known by all that they say, and "
            "rows that are alike are counted.",
            False,
        )
        return IdentityRule("fingerprint", columns)

    def _identifying_pair(self, rows: int) -> tuple[str, ...]:
        """Return an id and the kind, if only both together tell rows apart."""
        kinds = self._of_role("kind")
        for guess in self._of_role("identity"):
            if not kinds or guess.filled != rows:
                continue
            names = guess.column, kinds[0].column
            places = [self.table.columns.index(each) for each in names]
            seen = {
                tuple(_text(row.cells[place]) for place in places)
                for row in self.table.rows
            }
            if len(seen) == rows:
                return names
        return ()

    def _batch(self) -> BatchRule:
        columns = self._of_role("batch")
        if not columns:
            return BatchRule()
        name = columns[0].column
        self._found("batch", name, "It names the payout that a row is in.", False)
        has_payouts = any(
            kind_of_value(each) == "payout"
            for guess in self._of_role("kind")
            for each in guess.values
        )
        total = "payout_row" if has_payouts else "sum"
        return BatchRule("columns", columns=(name,), total=total)


def _text(cell: Cell) -> str:
    return cell_text(cell).strip()
