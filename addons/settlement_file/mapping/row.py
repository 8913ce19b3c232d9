"""One row of a file as a canonical transaction."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from stdnum import iso11649

from odoo.addons.settlement.canonical.facts import FeeFact, TransactionFact
from odoo.addons.settlement.canonical.structured import is_belgian, is_swiss

from ..layout.definition import SKIP, FileLayout
from ..reading.dates import Moment
from . import row_values
from .batches import Batches, Wallet
from .direction import Direction, proved
from .identity import SeenKeys, fingerprint, joined, shortened
from .money_cells import MoneyReader
from .problems import CellProblem, RowProblem
from .row_values import ZERO, Cells, FeePlace, Place

# Fields that few files have, and that take more than copying.
_RARE = frozenset(
    (
        "source_version_at",
        "presentment_amount",
        "exchange_rate",
        "structured_reference",
        "card_country",
    )
)
_REPEATED = (
    "The id {id!r} came before in this file. If the provider uses an id for several "
    "rows, add a column that tells them apart, or count what repeats."
)


class RowMapper:
    """Reads rows as one layout says.

    :param place_of: where a column stands in a row.
    :param batches: says which batch a row is in.
    """

    def __init__(
        self, layout: FileLayout, place_of: Callable[[str], int], batches: Batches
    ) -> None:
        self._layout = layout
        self._batches = batches
        self._money = MoneyReader(layout.numbers)
        self._places = row_values.places_of(layout, place_of)
        self._constants = {
            name: value
            for name, value in layout.constants.items()
            if name not in ("currency", "presentment_currency")
        }
        self._texts = [
            (name, self._places[name])
            for name in row_values.TEXT_FIELDS
            if name in self._places
        ]
        self._days = [
            (name, self._places[name])
            for name in ("available_on", "value_date")
            if name in self._places
        ]
        self._has_rest = not _RARE.isdisjoint((*self._places, *self._constants))
        self._fees = [FeePlace(place_of(each.column), each) for each in layout.fees]
        self._single_fee = self._fees[0] if len(self._fees) == 1 else None
        kinds = layout.kinds
        self.kinds = row_values.Kinds(
            kinds, place_of(kinds.column) if kinds.column else None
        )
        self._direction = Direction(layout, place_of, self._money)
        self._identity = [place_of(each) for each in layout.identity.columns]
        self._otherwise = [place_of(each) for each in layout.identity.otherwise]
        self._currencies: dict[str, str] = {}
        self._seen = SeenKeys()
        rule = layout.identity
        self._is_unique = rule.mode == "columns" and rule.repeats == "reject"

    # ------------------------------------------------------------------
    # The row as a whole
    # ------------------------------------------------------------------

    def fact(self, cells: Cells) -> TransactionFact | None:
        """Return the transaction of a row, None for one that moves no money.

        :param cells: the cells of the row, those of computed columns included.
        :raises RowProblem: with everything that is wrong.
        """
        try:
            return self._fact(cells)
        except CellProblem as problem:
            raise RowProblem(self._all_problems(cells) or [problem]) from problem

    def _fact(self, cells: Cells) -> TransactionFact | None:
        kinds, code = self.kinds.read(cells)
        if kinds.kind == SKIP:
            return None
        currency = self.currency(cells)
        stated = self._direction.read(cells, currency, kinds, self._places)
        fees = self._read_fees(cells, currency)
        gross, net, fees, kind = proved(*stated, fees, kinds)
        if kind == SKIP:
            return None
        occurred, booked = self._moments(cells)
        values: dict[str, Any] = dict(self._constants)
        for name, places in self._texts:
            if text := row_values.first_text(cells, places):
                values[name] = text
        for name, places in self._days:
            values[name] = row_values.day_of(cells, places, name)
        if self._has_rest:
            self._read_rest(cells, values, gross)
        fee = tax = ZERO
        for each in fees:
            fee, tax = fee + each.amount, tax + each.tax_amount
        # From here on the row is a good one: what is counted stays counted.
        external_id = self.external_id(cells)
        occurrence = self._occurrence(external_id)
        day = (booked or occurred).day  # type: ignore[union-attr]
        wallet: Wallet = (values.get("account_identifier", ""), currency)
        batch_kind, batch = self._batches.place(kind, external_id, day, wallet, cells)
        return TransactionFact(
            currency=currency,
            external_id=external_id,
            occurrence=occurrence,
            kind=kind,
            batch_kind=batch_kind,
            batch_external_id=batch,
            gross_amount=gross,
            net_amount=net,
            fee_amount=fee,
            tax_amount=tax,
            fees=fees,
            occurred_at=(occurred or booked).instant,  # type: ignore[union-attr]
            booked_on=day,
            source_code=code,
            **values,
        )

    def _occurrence(self, external_id: str) -> int:
        """Return the number of a row among those of the same id.

        :raises CellProblem: if no other row should have it.
        """
        rule = self._layout.identity
        number = self._seen.number(external_id)
        if number and self._is_unique and not external_id.startswith("fp-"):
            text = _REPEATED.format(id=external_id)
            raise CellProblem(rule.columns[0], "external_id", text)
        return number

    def _all_problems(self, cells: Cells) -> list[CellProblem]:
        """Return what is wrong with each part of a row, and not only with the first."""
        problems: list[CellProblem] = []

        def gather(read: Callable[[], Any], otherwise: Any = None) -> Any:
            try:
                return read()
            except CellProblem as problem:
                problems.append(problem)
                return otherwise

        kinds, _code = self.kinds.read(cells)
        # Without a currency amounts are still numbers: two decimals are most likely.
        currency = gather(lambda: self.currency(cells), "EUR")
        parts = gather(
            lambda: self._direction.read(cells, currency, kinds, self._places)
        )
        fees = gather(lambda: self._read_fees(cells, currency))
        if parts and fees is not None:
            gather(lambda: proved(*parts, fees, kinds))
        gather(lambda: self._moments(cells))
        for name, places in self._days:
            gather(lambda n=name, p=places: row_values.day_of(cells, p, n))
        gather(lambda: self._read_rest(cells, {}, ZERO))
        gather(lambda: self.external_id(cells))
        return problems

    # ------------------------------------------------------------------
    # Its parts
    # ------------------------------------------------------------------

    def currency(self, cells: Cells) -> str:
        """Return the currency of a row.

        :raises CellProblem: if it is empty or no currency.
        """
        places = self._places.get("currency", ())
        text = row_values.first_text(cells, places) if places else ""
        text = text or self._layout.constants.get("currency", "")
        code = self._currencies.get(text)
        if code is None:
            column = places[0].column if places else ""
            code = row_values.currency_code(text, column)
            self._currencies[text] = code
        return code

    def account(self, cells: Cells) -> str:
        """Return the account of a row, "" where the provider has only one."""
        places = self._places.get("account_identifier", ())
        text = row_values.first_text(cells, places)
        return text or self._layout.constants.get("account_identifier", "")

    def external_id(self, cells: Cells) -> str:
        """Return what the row is known by.

        :raises CellProblem: if all columns that say it are empty.
        """
        rule = self._layout.identity
        if rule.mode == "columns":
            if len(self._identity) == 1:
                found = shortened(row_values.text_at(cells, self._identity[0]))
            else:
                found = joined(
                    row_values.text_at(cells, each) for each in self._identity
                )
            if found:
                return found
            places = self._otherwise
        else:
            places = self._identity
        texts = [row_values.text_at(cells, each) for each in places]
        if not any(texts):
            column = rule.columns[0] if rule.columns else ""
            raise CellProblem(column, "external_id", "Nothing says which row this is.")
        return fingerprint([self.account(cells), *texts])

    def _read_fees(self, cells: Cells, currency: str) -> tuple[FeeFact, ...]:
        if not self._fees:
            return ()
        if self._single_fee:
            return self._single_fee.line(cells, currency, self._money)
        found: dict[str, list[Decimal]] = {}
        inclusive: set[str] = set()
        for each in self._fees:
            amount = each.read(cells, currency, self._money)
            if amount:
                pair = found.setdefault(each.rule.kind, [ZERO, ZERO])
                pair[each.rule.part == "tax"] += amount
                if each.rule.includes_tax:
                    inclusive.add(each.rule.kind)
        for kind in inclusive:
            found[kind][0] -= found[kind][1]
        return tuple(
            FeeFact(kind, fee, tax) for kind, (fee, tax) in found.items() if fee or tax
        )

    def _moments(self, cells: Cells) -> tuple[Moment | None, Moment | None]:
        """Return when the row happened and when it was booked; one of them is there.

        :raises CellProblem: for a cell that is no date, or if both are empty.
        """
        occurred = booked = None
        if places := self._places.get("occurred_at"):
            occurred = row_values.first_moment(cells, places, "occurred_at")
        if places := self._places.get("booked_on"):
            booked = row_values.first_moment(cells, places, "booked_on")
        if occurred is None and booked is None:
            named = self._places.get("occurred_at") or self._places.get("booked_on")
            column = named[0].column if named else ""
            raise CellProblem(column, "occurred_at", "The date is empty.")
        return occurred, booked

    def _read_rest(self, cells: Cells, values: dict[str, Any], gross: Decimal) -> None:
        """Read the fields that few files have."""
        if places := self._places.get("source_version_at"):
            changed = row_values.first_moment(cells, places, "source_version_at")
            values["source_version_at"] = changed.instant if changed else None
        if places := self._places.get("presentment_amount"):
            self._read_presentment(cells, values, gross, places)
        if places := self._places.get("exchange_rate"):
            values["exchange_rate"] = self._rate(cells, places)
        if places := self._places.get("structured_reference"):
            _set_structured(row_values.first_text(cells, places), values)
        if country := values.get("card_country"):
            code = country.upper()
            is_code = len(code) == 2 and code.isascii() and code.isalpha()
            values["card_country"] = code if is_code else ""

    def _read_presentment(
        self,
        cells: Cells,
        values: dict[str, Any],
        gross: Decimal,
        places: tuple[Place, ...],
    ) -> None:
        named = self._places.get("presentment_currency", ())
        text = row_values.first_text(cells, named)
        text = text or self._layout.constants.get("presentment_currency", "")
        if not text:
            return
        currency = row_values.currency_code(
            text, named[0].column if named else "", "presentment_currency"
        )
        amount = row_values.first_amount(
            cells, places, "presentment_amount", currency, self._money
        )
        if amount is not None:
            values["presentment_currency"] = currency
            values["presentment_amount"] = abs(amount).copy_sign(gross or amount)

    def _rate(self, cells: Cells, places: tuple[Place, ...]) -> Decimal | None:
        for each in places:
            try:
                rate = self._money.number(cells[each.place])
            except ValueError as error:
                raise CellProblem(each.column, "exchange_rate", str(error)) from error
            if rate is not None and rate <= 0:
                raise CellProblem(
                    each.column, "exchange_rate", f"{rate:f} is no exchange rate."
                )
            if rate is not None:
                return rate
        return None


def _set_structured(text: str, values: dict[str, Any]) -> None:
    """Set a structured reference if its check digits hold; else it is a plain one."""
    bare = "".join(each for each in text if each.isalnum()).upper()
    if not bare.isascii():
        bare = ""
    is_right = bool(iso11649.is_valid(bare)) or (
        bare.isdigit() and (is_belgian(bare) or is_swiss(bare))
    )
    if is_right:
        values["structured_reference"] = bare
    elif text:
        values.setdefault("payment_reference", text)
