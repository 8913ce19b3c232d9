"""Tokens as a tree of functions, by recursive descent.

What can nest counts its depth, and what can be repeated (``a + b + c``) becomes one
loop: neither reading nor computing an expression can exhaust the stack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from ..reading.cells import Cell
from . import values
from .coercion import Coercion
from .errors import ExpressionError
from .functions import FUNCTIONS, LAZY, MOST_ARGUMENTS, Function, Tables
from .tokens import COLUMN, END, NAME, NUMBER, SIGN, TEXT, Token, tokens_of
from .values import Value

Cells = Mapping[str, Cell]
Node = Callable[[Cells], Value]
DEEPEST = 30
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "nothing": None}
_ARITHMETIC = {
    "+": values.add,
    "-": values.subtract,
    "*": values.multiply,
    "/": values.divide,
}


class Parser:
    """Read one expression.

    :ivar columns: the columns that were named so far.
    """

    def __init__(self, text: str, coercion: Coercion, tables: Tables) -> None:
        self.columns: set[str] = set()
        self._tokens = tokens_of(text)
        self._place = 0
        self._depth = 0
        self._to = coercion
        self._tables = tables

    def read(self) -> Node:
        """Return the whole expression.

        :raises ExpressionError: where something else was expected.
        """
        node = self._any_of()
        if self._now.kind != END:
            raise self._unexpected()
        return node

    # ------------------------------------------------------------------
    # Tokens
    # ------------------------------------------------------------------

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._now
        self._place += 1
        return token

    def _is(self, kind: str, *texts: str) -> bool:
        return self._now.kind == kind and self._now.text in texts

    def _expect(self, sign: str) -> None:
        if not self._is(SIGN, sign):
            raise ExpressionError(self._now.position, f"{sign!r} is missing here.")
        self._place += 1

    def _unexpected(self) -> ExpressionError:
        token = self._now
        if token.kind == END:
            sentence = "The expression stops before it is complete."
        else:
            sentence = f"{token.text[:40]!r} is not expected here."
        return ExpressionError(token.position, sentence)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise ExpressionError(
                self._now.position, f"An expression is at most {DEEPEST} levels deep."
            )

    # ------------------------------------------------------------------
    # From what binds least to what binds most
    # ------------------------------------------------------------------

    def _any_of(self) -> Node:
        return self._conditions("or", self._all_of, any)

    def _all_of(self) -> Node:
        return self._conditions("and", self._not, all)

    def _conditions(
        self, word: str, inner: Callable[[], Node], together: Callable[..., bool]
    ) -> Node:
        at = self._now.position
        first = inner()
        if not self._is(NAME, word):
            return first
        nodes = [first]
        while self._is(NAME, word):
            self._take()
            nodes.append(inner())
        truth = self._to.truth
        return located(at, lambda cells: together(truth(each(cells)) for each in nodes))

    def _not(self) -> Node:
        at = self._now.position
        turns = 0
        while self._is(NAME, "not"):
            self._take()
            turns += 1
        node = self._comparison()
        if not turns:
            return node
        is_turned = bool(turns % 2)
        truth = self._to.truth
        return located(at, lambda cells: truth(node(cells)) != is_turned)

    def _comparison(self) -> Node:
        first = self._joined()
        if not self._is(SIGN, *_COMPARISONS):
            return first
        token = self._take()
        second = self._joined()
        if self._is(SIGN, *_COMPARISONS):
            raise ExpressionError(self._now.position, "Compare two values only.")
        compare, sign = self._to.compare, token.text
        return located(
            token.position, lambda cells: compare(sign, first(cells), second(cells))
        )

    def _joined(self) -> Node:
        at = self._now.position
        nodes = [self._sum()]
        while self._is(SIGN, "&"):
            self._take()
            nodes.append(self._sum())
        if len(nodes) == 1:
            return nodes[0]
        return located(
            at,
            lambda cells: values.checked_text(
                "".join(values.text_of(each(cells)) for each in nodes)
            ),
        )

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/"), self._signed)

    def _chain(self, signs: tuple[str, ...], inner: Callable[[], Node]) -> Node:
        first = inner()
        steps: list[tuple[Callable[[Decimal, Decimal], Decimal], int, Node]] = []
        while self._is(SIGN, *signs):
            token = self._take()
            steps.append((_ARITHMETIC[token.text], token.position, inner()))
        if not steps:
            return first
        number = self._to.number

        def compute(cells: Cells) -> Value:
            at = steps[0][1]
            try:
                result = number(first(cells))
                for operation, at, node in steps:  # noqa: B007
                    result = operation(result, number(node(cells)))
            except (ValueError, ArithmeticError) as error:
                raise at_position(at, error) from error
            return result

        return compute

    def _signed(self) -> Node:
        at = self._now.position
        is_negative = False
        seen = False
        while self._is(SIGN, "-", "+"):
            is_negative ^= self._take().text == "-"
            seen = True
        node = self._single()
        if not seen:
            return node
        number = self._to.number
        return located(
            at,
            lambda cells: (
                -number(node(cells)) if is_negative else number(node(cells))
            ),
        )

    def _single(self) -> Node:
        token = self._now
        if token.kind == NUMBER:
            return constant(Decimal(self._take().text))
        if token.kind == TEXT:
            return constant(self._take().text)
        if token.kind == COLUMN:
            return self._column()
        if token.kind == NAME:
            return self._name()
        if self._is(SIGN, "("):
            self._take()
            self._deeper()
            node = self._any_of()
            self._depth -= 1
            self._expect(")")
            return node
        raise self._unexpected()

    def _column(self) -> Node:
        token = self._take()
        name = token.text.strip()
        if not name:
            raise ExpressionError(token.position, "The name of a column is missing.")
        self.columns.add(name)

        def cell(cells: Cells) -> Value:
            try:
                return cells[name]
            except KeyError as error:
                raise ExpressionError(
                    token.position, f"There is no column {name!r}."
                ) from error

        return cell

    def _name(self) -> Node:
        token = self._take()
        if token.text in _CONSTANTS and not self._is(SIGN, "("):
            return constant(_CONSTANTS[token.text])
        if token.text not in FUNCTIONS and token.text not in LAZY:
            raise ExpressionError(
                token.position,
                f"There is no function {token.text[:40]!r}. Columns stand in square "
                "brackets, texts in quotes.",
            )
        nodes = self._arguments()
        if token.text in LAZY:
            return self._lazy(token, nodes)
        return self._call(token, FUNCTIONS[token.text], nodes)

    # ------------------------------------------------------------------
    # Functions
    # ------------------------------------------------------------------

    def _arguments(self) -> list[Node]:
        self._expect("(")
        self._deeper()
        nodes: list[Node] = []
        if not self._is(SIGN, ")"):
            nodes.append(self._any_of())
            while self._is(SIGN, ","):
                self._take()
                nodes.append(self._any_of())
        if len(nodes) > MOST_ARGUMENTS:
            raise ExpressionError(
                self._now.position, f"There are more than {MOST_ARGUMENTS} arguments."
            )
        self._depth -= 1
        self._expect(")")
        return nodes

    def _lazy(self, token: Token, nodes: list[Node]) -> Node:
        if token.text == "coalesce":
            _check_count(token, LAZY["coalesce"][0], len(nodes), 1, MOST_ARGUMENTS)
            return lambda cells: _first_filled(nodes, cells)
        _check_count(token, LAZY["if"][0], len(nodes), 2, 3)
        truth = self._to.truth
        condition = located(token.position, lambda cells: truth(nodes[0](cells)))
        otherwise = nodes[2] if len(nodes) > 2 else constant(None)
        return lambda cells: (nodes[1] if condition(cells) else otherwise)(cells)

    def _call(self, token: Token, function: Function, nodes: list[Node]) -> Node:
        _check_count(
            token, function.signature, len(nodes), function.least, function.most
        )
        run, to, tables = function.run, self._to, self._tables
        return located(
            token.position,
            lambda cells: run([each(cells) for each in nodes], to, tables),
        )


def _first_filled(nodes: list[Node], cells: Cells) -> Value:
    for node in nodes:
        value = node(cells)
        if not values.is_empty(value):
            return value
    return None


def _check_count(
    token: Token, signature: str, count: int, least: int, most: int
) -> None:
    if not least <= count <= most:
        raise ExpressionError(token.position, f"It is called like this: {signature}.")


def constant(value: Value) -> Node:
    """Return a node that is always the same value."""
    return lambda _cells: value


def located(position: int, node: Node) -> Node:
    """Return a node whose errors say where in the expression they happened."""

    def evaluate(cells: Cells) -> Value:
        try:
            return node(cells)
        except (ValueError, ArithmeticError) as error:
            raise at_position(position, error) from error

    return evaluate


def at_position(position: int, error: Exception) -> ExpressionError:
    """Return an error with the place it happened at, unless it has one."""
    if isinstance(error, ExpressionError):
        return error
    if isinstance(error, ArithmeticError):
        return ExpressionError(position, "The number has too many digits: use round().")
    return ExpressionError(position, str(error))
