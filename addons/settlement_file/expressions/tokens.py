"""Expressions as tokens, character by character."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import ExpressionError

LONGEST_EXPRESSION = 4000
MOST_TOKENS = 1000
LONGEST_NUMBER = 30
NUMBER, TEXT, COLUMN, NAME, SIGN, END = "number", "text", "column", "name", "sign", ""
_DIGITS = frozenset("0123456789")
_QUOTES = {'"': "text", "'": "text", "[": "column"}
_TWO_SIGNS = frozenset(("<=", ">=", "<>", "!=", "=="))
_ONE_SIGN = frozenset("+-*/&=<>(),;")
# As they look on paper, and how one column of two spellings is told apart.
_SAME = {"×": "*", "·": "*", "÷": "/", "−": "-", "≤": "<=", "≥": ">=", "≠": "!="}
_EQUAL = {"==": "=", "<>": "!=", ";": ","}


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of an expression and where it begins."""

    kind: str
    text: str
    position: int


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of an expression, an empty one last.

    :raises ExpressionError: where no token begins or a quote is not closed.
    """
    if len(text) > LONGEST_EXPRESSION:
        raise ExpressionError(
            LONGEST_EXPRESSION,
            f"An expression has at most {LONGEST_EXPRESSION} characters.",
        )
    tokens: list[Token] = []
    place = 0
    while (place := _after_blanks(text, place)) < len(text):
        token, place = _token(text, place)
        tokens.append(token)
        if len(tokens) > MOST_TOKENS:
            raise ExpressionError(
                place, f"An expression has at most {MOST_TOKENS} parts."
            )
    tokens.append(Token(END, "", len(text)))
    return tokens


def _after_blanks(text: str, place: int) -> int:
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _token(text: str, place: int) -> tuple[Token, int]:
    first = text[place]
    if first in _QUOTES:
        return _quoted(text, place)
    if first in _DIGITS:
        return _number(text, place)
    if first.isalpha() or first == "_":
        end = place
        while end < len(text) and (text[end].isalnum() or text[end] == "_"):
            end += 1
        return Token(NAME, text[place:end].lower(), place), end
    return _sign(text, place)


def _quoted(text: str, place: int) -> tuple[Token, int]:
    """Read a text or the name of a column; its closing sign doubled is itself."""
    opening = text[place]
    closing = "]" if opening == "[" else opening
    pieces: list[str] = []
    at = place + 1
    while at < len(text):
        if text[at] != closing:
            pieces.append(text[at])
        elif text[at + 1 : at + 2] == closing:
            pieces.append(closing)
            at += 1
        else:
            return Token(_QUOTES[opening], "".join(pieces), place), at + 1
        at += 1
    raise ExpressionError(place, f"{opening} is opened here and never closed.")


def _number(text: str, place: int) -> tuple[Token, int]:
    end = place
    while end < len(text) and text[end] in _DIGITS:
        end += 1
    if text[end : end + 1] == "." and text[end + 1 : end + 2] in _DIGITS:
        end += 1
        while end < len(text) and text[end] in _DIGITS:
            end += 1
    if end - place > LONGEST_NUMBER:
        raise ExpressionError(place, f"A number has at most {LONGEST_NUMBER} digits.")
    return Token(NUMBER, text[place:end], place), end


def _sign(text: str, place: int) -> tuple[Token, int]:
    two, one = text[place : place + 2], text[place]
    if two in _TWO_SIGNS:
        return Token(SIGN, _EQUAL.get(two, two), place), place + 2
    one = _SAME.get(one, one)
    if one in _ONE_SIGN or one in _TWO_SIGNS:
        return Token(SIGN, _EQUAL.get(one, one), place), place + 1
    raise ExpressionError(place, f"{one!r} means nothing here.")
