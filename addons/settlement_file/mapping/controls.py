"""What the file itself says of its rows as a whole, compared with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    RejectedRow,
    TransactionFact,
)

from ..layout.definition import FileLayout
from ..reading.cells import Cell, cell_text
from . import row_values
from .money_cells import MoneyReader
from .preview import CheckResult
from .problems import CellProblem, RowProblem
from .row_values import ZERO, Cells
from .watched import LABELS, Chain, Sums, Watched, columns_of, difference, result_of

_LAST_MOMENT = timedelta(days=1, seconds=-1)


class Controls:
    """Watches the rows of a file and compares them with what it states.

    :param place_of: where a column stands in a row.
    """

    def __init__(self, layout: FileLayout, place_of: Callable[[str], int]) -> None:
        self._layout = layout
        self._place_of = place_of
        self._money = MoneyReader(layout.numbers)
        self._watched = [
            Watched(rule, number) for number, rule in enumerate(layout.totals)
        ]
        self._in_rows = [each for each in self._watched if not each.rule.where]
        self.sums: dict[tuple[str, str], Sums] = {}
        self.rejected = 0

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    def add(self, fact: TransactionFact, cells: Cells, number: int) -> None:
        """Count a good row in."""
        wallet = fact.account_identifier, fact.currency
        sums = self.sums.get(wallet)
        if sums is None:
            sums = self.sums[wallet] = Sums(account=wallet[0])
        sums.add(fact)
        for watched in self._in_rows:
            self._look(watched, fact, cells, number)

    def lose(self) -> None:
        """Count a row that could not be read; chains begin anew behind it."""
        self.rejected += 1
        for watched in self._watched:
            for chain in watched.chains.values():
                chain.balance = None

    def state(self, number: int, cells: Cells, row_number: int) -> None:
        """Take in a row that states the values of a control.

        :raises RowProblem: if it does not say its currency where it should.
        """
        watched = self._watched[number]
        rule = watched.rule
        currency = ""
        if rule.currency_column:
            text = row_values.text_at(cells, self._place_of(rule.currency_column))
            try:
                currency = row_values.currency_code(text, rule.currency_column)
            except CellProblem as problem:
                raise RowProblem([problem]) from problem
        watched.where_number = row_number
        for column in columns_of(rule):
            cell = cells[self._place_of(column)]
            watched.stated.setdefault((currency, column), []).append(cell)

    def _look(
        self, watched: Watched, fact: TransactionFact, cells: Cells, number: int
    ) -> None:
        rule = watched.rule
        if rule.check == "running_balance":
            self._link(watched, fact, cells, number)
            return
        for column in columns_of(rule):
            cell = cells[self._place_of(column)]
            if cell != "":
                watched.first.setdefault(column, cell)
                watched.last[column] = cell

    def _link(
        self, watched: Watched, fact: TransactionFact, cells: Cells, number: int
    ) -> None:
        """Follow a running balance from the row before to this one."""
        rule = watched.rule
        wallet = fact.account_identifier, fact.currency
        chain = watched.chains.setdefault(wallet, Chain())
        try:
            balance = self._money.read(
                cells[self._place_of(rule.column)], fact.currency
            )
        except ValueError:
            balance = None
        if balance is None:
            chain.balance = None
            return
        if chain.balance is not None:
            # Upwards, the row above tells what happened between this balance and its.
            moved = chain.net if rule.newest_first else fact.net_amount
            expected = chain.balance + (-moved if rule.newest_first else moved)
            chain.links += 1
            if expected != balance:
                chain.breaks += 1
                chain.first_break = chain.first_break or (
                    f"In row {number} the balance is {balance}, but the row next to it "
                    f"leads to {expected}."
                )
        chain.balance, chain.net = balance, fact.net_amount

    # ------------------------------------------------------------------
    # What came out
    # ------------------------------------------------------------------

    def results(self, named: Mapping[str, Cell]) -> Iterator[CheckResult]:
        """Yield what each control says.

        :param named: the named cells of the file, those below its rows included.
        """
        for watched in self._watched:
            try:
                found = list(_CHECKS[watched.rule.check](self, watched, named))
            except CellProblem as problem:
                found = [result_of(watched, None, problem.words())]
            nothing = result_of(watched, None, "There is nothing to compare with.")
            yield from found or (nothing,)

    def rejected_rows(self, named: Mapping[str, Cell]) -> Iterator[RejectedRow]:
        """Yield a row to put aside for each control that is wrong."""
        for watched, result in self._paired(named):
            if result.is_right is False:
                is_count = watched.rule.check == "count"
                yield RejectedRow(
                    watched.where_number,
                    f"{result.name}: {result.stated}",
                    result.sentence,
                    "missing_data" if is_count else "batch_unbalanced",
                )

    def _paired(
        self, named: Mapping[str, Cell]
    ) -> Iterator[tuple[Watched, CheckResult]]:
        by_name = {each.rule.name: each for each in self._watched}
        for result in self.results(named):
            yield by_name[result.name], result

    def balances(self, named: Mapping[str, Cell]) -> Iterator[BalanceFact]:
        """Yield what the provider held at the end, where a balance is proved."""
        for watched in self._watched:
            if watched.rule.check != "balance":
                continue
            for result in self.results(named):
                if result.name == watched.rule.name and result.is_right:
                    yield from self._balance(watched, result, named)

    def _balance(
        self, watched: Watched, result: CheckResult, named: Mapping[str, Cell]
    ) -> Iterator[BalanceFact]:
        wallets = [each for each in self.sums if each[1] == result.currency]
        if len(wallets) != 1:
            return
        ((account, currency),) = wallets
        last_at = self.sums[account, currency].last_at
        values = self._values(watched, watched.rule.closing, named)
        closing = self._read(watched, values, watched.rule.closing, currency)
        if last_at is not None and closing is not None:
            # The balance is that of the end of the day whose rows it counts.
            midnight = last_at.replace(hour=0, minute=0, second=0)
            at = last_at if last_at != midnight else last_at + _LAST_MOMENT
            yield BalanceFact(currency, at, closing, account_identifier=account)

    def _check_sum(
        self, watched: Watched, named: Mapping[str, Cell]
    ) -> Iterator[CheckResult]:
        rule = watched.rule
        values = self._values(watched, rule.column, named)
        for currency in self._currencies(watched, values):
            stated = self._read(watched, values, rule.column, currency)
            if stated is None:
                yield result_of(watched, None, "The file states no total.", currency)
                continue
            stated = -stated if rule.negated else stated
            found = self._sum(rule.of, currency)
            words = LABELS[rule.of]
            yield CheckResult(
                rule.name,
                difference(words, stated, found, currency, self.rejected),
                stated == found,
                str(stated),
                str(found),
                currency,
            )

    def _check_count(
        self, watched: Watched, named: Mapping[str, Cell]
    ) -> Iterator[CheckResult]:
        rule = watched.rule
        cells = [
            cell
            for found in self._values(watched, rule.column, named).values()
            for cell in found
            if cell_text(cell).strip()
        ]
        if not cells:
            yield result_of(watched, None, "The file states no number of rows.")
            return
        try:
            stated = sum((self._money.number(each) or ZERO for each in cells), ZERO)
        except ValueError as error:
            raise CellProblem(rule.column, "", str(error)) from error
        found = sum(each.rows for each in self.sums.values()) + self.rejected
        sentence = f"The file states {stated:f} rows and has {found}."
        yield CheckResult(
            rule.name, sentence, stated == found, f"{stated:f}", str(found)
        )

    def _check_balance(
        self, watched: Watched, named: Mapping[str, Cell]
    ) -> Iterator[CheckResult]:
        rule = watched.rule
        openings = self._values(watched, rule.opening, named, watched.first)
        closings = self._values(watched, rule.closing, named)
        for currency in self._currencies(watched, closings):
            opening = self._read(watched, openings, rule.opening, currency)
            closing = self._read(watched, closings, rule.closing, currency)
            if opening is None or closing is None:
                yield result_of(watched, None, "The file states no balances.", currency)
                continue
            moved = self._sum("net_amount", currency)
            found = opening + moved
            sentence = (
                f"Opening {opening} and rows of {moved} make {found} {currency}; the "
                f"file states {closing} as closing balance."
            )
            yield CheckResult(
                rule.name,
                sentence,
                found == closing,
                str(closing),
                str(found),
                currency,
            )

    def _check_running(
        self, watched: Watched, _named: Mapping[str, Cell]
    ) -> Iterator[CheckResult]:
        for (_account, currency), chain in watched.chains.items():
            if not chain.links:
                yield result_of(watched, None, "No two rows state a balance.", currency)
            elif chain.breaks:
                sentence = chain.first_break
                if chain.breaks > 1:
                    sentence += f" {chain.breaks} rows do not fit in all."
                yield result_of(watched, False, sentence, currency)
            else:
                sentence = f"The balance fits in all {chain.links + 1} rows."
                yield result_of(watched, True, sentence, currency)

    # ------------------------------------------------------------------
    # What is stated
    # ------------------------------------------------------------------

    def _values(
        self,
        watched: Watched,
        column: str,
        named: Mapping[str, Cell],
        in_rows: Mapping[str, Cell] | None = None,
    ) -> dict[str, list[Cell]]:
        """Return the cells of a column by currency, "" if they state none."""
        if watched.rule.where:
            return {
                currency: cells
                for (currency, name), cells in watched.stated.items()
                if name == column
            }
        rows = watched.last if in_rows is None else in_rows
        cell = named.get(column, rows.get(column, ""))
        return {"": [cell]} if cell != "" else {}

    def _currencies(
        self, watched: Watched, values: Mapping[str, list[Cell]]
    ) -> list[str]:
        """Return the currencies that a control is about.

        :raises CellProblem: if it states one value for several currencies.
        """
        present = sorted({currency for _account, currency in self.sums})
        named = [each for each in values if each]
        if named:
            return sorted({*named, *present})
        fixed = self._layout.constants.get("currency", "")
        if not present:
            return [fixed] if fixed else []
        if len(present) > 1 and values:
            raise CellProblem(
                "",
                "",
                f"The rows are in {', '.join(present)}, but the control does not say "
                "which currency it is in: name the column that does.",
            )
        return present[:1]

    def _read(
        self,
        watched: Watched,
        values: Mapping[str, list[Cell]],
        column: str,
        currency: str,
    ) -> Decimal | None:
        """Return what is stated for a currency, None if nothing is."""
        cells = values.get(currency) or values.get("") or []
        found: list[Decimal] = []
        for cell in cells:
            try:
                amount = self._money.read(cell, currency)
            except ValueError as error:
                raise CellProblem(column, "", str(error)) from error
            if amount is not None:
                found.append(amount)
        return sum(found, ZERO) if found else None

    def _sum(self, name: str, currency: str) -> Decimal:
        return sum(
            (
                each.amounts[name]
                for (_account, own), each in self.sums.items()
                if own == currency
            ),
            ZERO,
        )


_CHECKS: dict[
    str,
    Callable[[Controls, Watched, Mapping[str, Cell]], Iterator[CheckResult]],
] = {
    "sum": Controls._check_sum,
    "count": Controls._check_count,
    "balance": Controls._check_balance,
    "running_balance": Controls._check_running,
}
