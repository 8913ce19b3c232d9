"""The canonical fields that a column of a file can fill."""

from __future__ import annotations

from dataclasses import dataclass

MONEY, MOMENT, DAY, TEXT, RATE = "money", "moment", "day", "text", "rate"


@dataclass(frozen=True, slots=True)
class CanonicalField:
    """One field of a transaction that a file can state.

    :ivar name: its name in :class:`TransactionFact`.
    :ivar type: money, moment, day, text or rate.
    :ivar label: what people call it, in English.
    :ivar is_required: whether no row can do without it.
    """

    name: str
    type: str
    label: str
    is_required: bool = False


FIELDS: dict[str, CanonicalField] = {
    each.name: each
    for each in (
        CanonicalField("gross_amount", MONEY, "Gross amount"),
        CanonicalField("net_amount", MONEY, "Net amount"),
        CanonicalField("currency", TEXT, "Currency", True),
        CanonicalField("account_identifier", TEXT, "Account at the provider"),
        CanonicalField("occurred_at", MOMENT, "Date and time"),
        CanonicalField("booked_on", DAY, "Booking date"),
        CanonicalField("available_on", DAY, "Available on"),
        CanonicalField("value_date", DAY, "Value date"),
        CanonicalField("source_version_at", MOMENT, "Last changed at"),
        CanonicalField("source_external_id", TEXT, "Payment or refund id"),
        CanonicalField("parent_external_id", TEXT, "Id of the original payment"),
        CanonicalField("payment_reference", TEXT, "Payment reference"),
        CanonicalField("order_reference", TEXT, "Order number"),
        CanonicalField("invoice_reference", TEXT, "Invoice number"),
        CanonicalField("structured_reference", TEXT, "Structured reference"),
        CanonicalField("mandate_reference", TEXT, "Mandate"),
        CanonicalField("end_to_end_reference", TEXT, "End-to-end reference"),
        CanonicalField("bank_reference", TEXT, "Bank reference"),
        CanonicalField("counterparty_name", TEXT, "Customer"),
        CanonicalField("counterparty_account", TEXT, "Customer's account (IBAN)"),
        CanonicalField("counterparty_email", TEXT, "Customer's e-mail"),
        CanonicalField("card_country", TEXT, "Country of the card"),
        CanonicalField("payment_method", TEXT, "Payment method"),
        CanonicalField("description", TEXT, "Description"),
        CanonicalField("presentment_amount", MONEY, "Amount the customer paid"),
        CanonicalField("presentment_currency", TEXT, "Currency the customer paid in"),
        CanonicalField("exchange_rate", RATE, "Exchange rate"),
    )
}
