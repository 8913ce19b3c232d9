"""Cards of customers, and what Stripe takes of a charge by card and country."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from . import stripe_objects as objects
from .records import Party, Pricing
from .stripe_objects import Raw

# Brands and how often they are drawn.
BRANDS = {"visa": 55, "mastercard": 35, "amex": 10}
PREMIUM_BRAND = "amex"
# Inside of such an area a card is cheaper than from outside.
AREAS: tuple[frozenset[str], ...] = (
    frozenset({"DE", "AT", "FR"}),
    frozenset({"KW", "AE"}),
)
_GUEST_COUNTRY = "US"


@dataclass(frozen=True, slots=True)
class Card:
    """A customer's card; ``country`` is that of its bank."""

    brand: str
    country: str


def draw(random: Random, payer: Party | None) -> Card:
    """Return the card with which somebody pays; ``None`` is a guest from abroad."""
    brand = random.choices(list(BRANDS), list(BRANDS.values()))[0]
    return Card(brand, payer.country if payer else _GUEST_COUNTRY)


def processing_fees(
    pricing: Pricing,
    amount: int,
    currency: str,
    card: Card | None,
    home: str,
    *,
    converts: bool = False,
) -> list[Raw]:
    """Return the fee lines of a charge of ``amount`` minor units.

    :param card: ``None`` where no card was used.
    :param home: country of the merchant.
    """
    points = pricing.basis_points + (_surcharge(pricing, card, home) if card else 0)
    fees = [objects.fee_detail(_share(amount, points) + pricing.fixed, currency)]
    if converts:
        conversion = _share(amount, pricing.conversion_basis_points)
        text = "Stripe currency conversion fee"
        fees.append(objects.fee_detail(conversion, currency, text=text))
    if pricing.tax_percent:
        whole = sum(detail["amount"] for detail in fees)
        tax = _share(whole, 100 * pricing.tax_percent)
        fees.append(objects.fee_detail(tax, currency, "tax", "Tax on fees"))
    return [detail for detail in fees if detail["amount"]]


def _surcharge(pricing: Pricing, card: Card, home: str) -> int:
    premium = pricing.premium_basis_points if card.brand == PREMIUM_BRAND else 0
    return premium + _distance(pricing, card.country, home)


def _distance(pricing: Pricing, country: str, home: str) -> int:
    is_near = country == home or any({country, home} <= area for area in AREAS)
    return 0 if is_near else pricing.foreign_basis_points


def rounded(amount: Decimal) -> int:
    """Return the nearest integer, half away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def _share(amount: int, basis_points: int) -> int:
    return rounded(Decimal(amount * basis_points) / 10_000)
