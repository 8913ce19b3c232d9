"""Exact money: Decimal in major units or integers in minor units, never float."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from .errors import MalformedInput

# ISO 4217 exponents that are not 2 (ISO 4217 amendment 177, list one). A provider
# that counts differently keeps its own table beside its mapper.
_EXPONENTS: dict[str, int] = {
    **dict.fromkeys(
        ("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF").split(),
        0,
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}


def exponent(currency: str) -> int:
    """Return the number of decimals of an ISO 4217 currency code."""
    return _EXPONENTS.get(currency, 2)


def from_minor(amount: int, decimals: int) -> Decimal:
    """Return integer minor units as a Decimal in major units."""
    return Decimal(amount).scaleb(-decimals)


def to_minor(amount: Decimal, currency: str) -> int:
    """Return a Decimal in major units as integer minor units of ``currency``.

    :raises MalformedInput: if the amount is finer than the currency allows.
    """
    scaled = amount.scaleb(exponent(currency))
    minor = int(scaled)
    if minor != scaled:
        raise MalformedInput(
            f"{amount} has more decimals than {currency} allows ({exponent(currency)})."
        )
    return minor


def parse_amount(text: str, currency: str) -> Decimal:
    """Read a plain decimal text (point as separator, optional sign) exactly.

    :raises MalformedInput: if the text is no finite number or is finer than the
        currency allows.
    """
    try:
        amount = Decimal(text.strip())
    except InvalidOperation as error:
        raise MalformedInput(f"{text!r} is not an amount.") from error
    if not amount.is_finite():
        raise MalformedInput(f"{text!r} is not a finite amount.")
    return from_minor(to_minor(amount, currency), exponent(currency))
