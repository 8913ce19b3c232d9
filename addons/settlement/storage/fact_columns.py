"""How a TransactionFact becomes a row: one list of columns, used everywhere."""

from __future__ import annotations

from decimal import Decimal

from ..canonical import money
from ..canonical.card_numbers import SHORTEST, mask_text
from ..canonical.errors import MalformedInput
from ..canonical.facts import TransactionFact

# Columns of settlement_transaction that are texts or dates of the fact as they are.
COPIED = (
    "external_id",
    "occurrence",
    "source_version_at",
    "kind",
    "gross_amount",
    "fee_amount",
    "tax_amount",
    "net_amount",
    "presentment_amount",
    "exchange_rate",
    "occurred_at",
    "booked_on",
    "available_on",
    "value_date",
    "provider_state",
    "source_external_id",
    "source_code",
    "parent_external_id",
    "entry_reference",
    "payment_reference",
    "order_reference",
    "invoice_reference",
    "structured_reference",
    "mandate_reference",
    "end_to_end_reference",
    "bank_reference",
    "counterparty_name",
    "counterparty_account",
    "counterparty_email",
    "card_country",
    "payment_method",
    "description",
)
RESOLVED = (
    "message_id",
    "wallet_id",
    "currency_id",
    "presentment_currency_id",
    "fee_summary",
    "extra_references",
    "mapping_id",
    "reading",
)
# Texts in which people write what they like. A payload is masked when it is stored,
# but a parser may undo the spelling (``&#52;``) in which a card number was hidden.
FREE_TEXTS = frozenset(
    (
        "payment_reference",
        "order_reference",
        "invoice_reference",
        "structured_reference",
        "mandate_reference",
        "end_to_end_reference",
        "bank_reference",
        "counterparty_name",
        "counterparty_account",
        "description",
    )
)
_FREE_PLACES = tuple(place for place, name in enumerate(COPIED) if name in FREE_TEXTS)
# Columns of the stage that do not exist on the transaction.
STAGE_ONLY = ("batch_kind", "batch_external_id", "net_minor", "gross_minor")
STAGE_COLUMNS = COPIED + RESOLVED + STAGE_ONLY

# Where the different facts keep their money and their day.
_AMOUNTS = ("gross_amount", "total", "available", "amount")
_DAYS = ("booked_on", "date", "due_on", "observed_at")

# Fields of a fact that become references, with the type they are known by.
REFERENCE_FIELDS = (
    ("provider", "source_external_id"),
    ("provider", "payment_reference"),
    ("end_to_end", "end_to_end_reference"),
    ("invoice", "invoice_reference"),
    ("order", "order_reference"),
    ("structured", "structured_reference"),
    ("mandate", "mandate_reference"),
    ("bank", "bank_reference"),
    ("iban", "counterparty_account"),
    ("email", "counterparty_email"),
)


def fee_summary(fact: TransactionFact) -> str | None:
    """Return the fee lines as one text; it is part of the row hash."""
    lines = (
        f"{fee.kind}:{plain(fee.amount)}:{plain(fee.tax_amount)}" for fee in fact.fees
    )
    return ";".join(lines) or None


def extra_references(fact: TransactionFact) -> str | None:
    """Return further references as lines ``type=text``."""
    lines = (f"{kind}={text}" for kind, text in fact.extra_references if text)
    return mask_text("\n".join(lines)) or None


def plain(amount: Decimal) -> str:
    """Return a Decimal without exponent notation."""
    return format(amount, "f")


def in_words(fact: object) -> str:
    """Return what people need to find a fact in its source: kind, id, money, day."""
    kind = getattr(fact, "kind", "") or type(fact).__name__.removesuffix("Fact").lower()
    identity = getattr(fact, "external_id", "")
    if occurrence := getattr(fact, "occurrence", 0):
        identity = f"{identity} ({occurrence})"
    amounts = (getattr(fact, name, None) for name in _AMOUNTS)
    amount = next((each for each in amounts if each is not None), None)
    days = (getattr(fact, name, None) for name in _DAYS)
    day = next((each for each in days if each is not None), None)
    words = [kind, identity, "" if amount is None else plain(amount)]
    words += [getattr(fact, "currency", ""), "" if day is None else day.isoformat()]
    return " ".join(word for word in words if word)


def stage_row(
    fact: TransactionFact,
    message_id: int,
    wallet_id: int,
    currency_ids: dict[str, int],
) -> tuple[object, ...]:
    """Return the values of one stage row, in the order of STAGE_COLUMNS.

    :raises MalformedInput: if an amount is finer than its currency allows, or
        net is not gross less fee less tax.
    """
    _check_amounts(fact)
    return (
        *_copied(fact),
        message_id,
        wallet_id,
        currency_ids[fact.currency],
        currency_ids.get(fact.presentment_currency),
        fee_summary(fact),
        extra_references(fact),
        getattr(fact, "mapping_id", 0) or None,
        getattr(fact, "reading", 0),
        fact.batch_kind or None,
        fact.batch_external_id or None,
        money.to_minor(fact.net_amount, fact.currency),
        money.to_minor(fact.gross_amount, fact.currency),
    )


def _copied(fact: TransactionFact) -> list[object]:
    """Return the copied columns: nothing for an empty text, no card number."""
    values = [
        None if value == "" else value
        for value in [getattr(fact, name) for name in COPIED]
    ]
    for place in _FREE_PLACES:
        value = values[place]
        # A mass load calls this for millions of texts, of which hardly one is long.
        if value is not None and len(value) >= SHORTEST:  # type: ignore[arg-type]
            values[place] = mask_text(value)  # type: ignore[arg-type]
    return values


def _check_amounts(fact: TransactionFact) -> None:
    """Refuse a fact whose money does not add up."""
    for amount in (fact.fee_amount, fact.tax_amount):
        money.to_minor(amount, fact.currency)
    if fact.net_amount != fact.gross_amount - fact.fee_amount - fact.tax_amount:
        raise MalformedInput(
            f"{fact.external_id}: net {plain(fact.net_amount)} is not gross "
            f"{plain(fact.gross_amount)} less fee {plain(fact.fee_amount)} less tax "
            f"{plain(fact.tax_amount)}."
        )
    if fact.fees and (
        sum(fee.amount for fee in fact.fees) != fact.fee_amount
        or sum(fee.tax_amount for fee in fact.fees) != fact.tax_amount
    ):
        raise MalformedInput(
            f"{fact.external_id}: its fee lines do not sum to fee "
            f"{plain(fact.fee_amount)} and tax {plain(fact.tax_amount)}."
        )
