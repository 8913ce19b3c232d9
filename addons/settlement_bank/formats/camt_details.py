"""What one detail (TxDtls) of a camt entry says: parties, references, texts, FX."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal

from odoo.addons.settlement.canonical.errors import MalformedInput

from . import account_number, creditor_reference
from .values import is_currency, parse_amount, parse_number
from .xml_tree import Node, child, first_text, nodes, text, texts

Reference = tuple[str, str]

# Banks cut remittance text into pieces of these widths, in the middle of words.
_FULL_WIDTHS = frozenset((35, 65, 70, 140))
MAX_TEXT = 2000
MAX_REFERENCES = 500
_NO_REFERENCE = frozenset(
    ("NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NOTGIVEN", "NICHTANGEGEBEN")
)
_BANK_REFERENCES = frozenset(
    (
        "AcctSvcrRef",
        "AcctSvcrTxId",
        "TxId",
        "InstrId",
        "UETR",
        "ClrSysRef",
        "PmtInfId",
        "MsgId",
        "ChqNb",
    )
)
_FILLING = re.compile(r"[\s_.-]+")
_RATE_STEP = Decimal("1e-12")
_LOWEST_RATE, _HIGHEST_RATE = Decimal("1e-9"), Decimal("1e9")


@dataclass(slots=True)
class Particulars:
    """The words of a detail, money apart.

    ``payment_text`` is the payer's own text, ``text`` falls back to the bank's.
    """

    end_to_end: str = ""
    mandate: str = ""
    invoice: str = ""
    structured: str = ""
    others: list[Reference] = field(default_factory=list)
    name: str = ""
    account: str = ""
    email: str = ""
    payment_text: str = ""
    text: str = ""


@dataclass(slots=True)
class Conversion:
    """An amount in another currency; ``rate`` turns it into the account's."""

    amount: Decimal
    currency: str
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Side:
    """From where a detail is looked at.

    ``sign`` is +1 for money that comes, ``undoes`` tells that the entry takes an
    earlier one back: then the parties keep the roles they had in that one.
    """

    own_account: str
    sign: int
    undoes: bool


def read(detail: Node, side: Side) -> Particulars:
    """Return the words of a detail."""
    found = Particulars()
    _read_party(detail, side, found)
    references = _References(found)
    _read_identifiers(detail, references)
    _read_structured(detail, side.own_account[:2], references)
    found.payment_text = remittance_text(detail)
    found.text = found.payment_text or text(detail, "AddtlTxInf")[:MAX_TEXT]
    if not found.structured:
        found.structured = creditor_reference.belgian_in_text(found.payment_text)
    return found


def remittance_text(detail: Node) -> str:
    """Return the unstructured remittance information in one piece.

    A piece that fills its width was cut there, so the next one follows directly;
    after a shorter one there was a blank or a new line.
    """
    joined = ""
    for piece in texts(detail, "RmtInf", "Ustrd"):
        joined += piece if len(piece) in _FULL_WIDTHS else piece + " "
        if len(joined) > MAX_TEXT:
            break
    return joined[:MAX_TEXT].strip()


def identity_facts(detail: Node) -> list[str]:
    """Return the raw facts that tell one detail from another."""
    return [
        text(detail, "Refs", "EndToEndId"),
        text(detail, "Refs", "TxId"),
        *texts(detail, "RmtInf", "Ustrd"),
        *texts(detail, "RmtInf", "Strd", "CdtrRefInf", "Ref"),
        *texts(detail, "Amt"),
        *texts(detail, "RltdPties", "DbtrAcct", "Id", "IBAN"),
        *texts(detail, "RltdPties", "CdtrAcct", "Id", "IBAN"),
    ]


def is_filler(reference: str) -> bool:
    """Say whether a text only fills the place of a reference, as NOTPROVIDED does."""
    return _FILLING.sub("", reference).upper() in _NO_REFERENCE


def signed_amount(detail: Node, currency: str, entry_sign: int) -> Decimal | None:
    """Return the detail's amount in the currency of the account, None if not given.

    :raises MalformedInput: if it is no amount of the currency.
    """
    sign = read_sign(text(detail, "CdtDbtInd")) or entry_sign
    for path in (
        ("Amt",),
        ("AmtDtls", "TxAmt", "Amt"),
        ("AmtDtls", "CntrValAmt", "Amt"),
        ("AmtDtls", "InstdAmt", "Amt"),
    ):
        amount = child(detail, *path)
        if text(amount, "@Ccy") == currency:
            return sign * parse_amount(text(amount, "#"), currency)
    return None


def read_sign(indicator: str) -> int:
    """Return +1 for CRDT, -1 for DBIT, 0 if nothing is said.

    :raises MalformedInput: for anything else.
    """
    signs = {"CRDT": 1, "DBIT": -1, "": 0}
    if indicator not in signs:
        raise MalformedInput(
            f"{indicator[:20]!r} says neither credit (CRDT) nor debit (DBIT)."
        )
    return signs[indicator]


def conversion(detail: Node, amount: Decimal, currency: str) -> Conversion | None:
    """Return what was paid in another currency, if the detail tells it.

    :param amount: signed amount in ``currency``, that of the account.
    """
    amounts = child(detail, "AmtDtls")
    for name in ("InstdAmt", "TxAmt", "CntrValAmt"):
        given = child(amounts, name)
        foreign = text(given, "Amt", "@Ccy")
        if foreign == currency or not is_currency(foreign):
            continue
        try:
            paid = parse_amount(text(given, "Amt"), foreign)
        except MalformedInput:
            # A note beside the booking; the booking itself stands.
            continue
        rate = _rate(detail, given, paid, foreign, abs(amount), currency)
        return Conversion(paid if amount >= 0 else -paid, foreign, rate)
    return None


def _rate(
    detail: Node,
    given: Node,
    paid: Decimal,
    foreign: str,
    booked: Decimal,
    currency: str,
) -> Decimal | None:
    """Return how much of the account's currency one foreign unit is worth."""
    exchange = child(given, "CcyXchg") or child(detail, "AmtDtls", "TxAmt", "CcyXchg")
    quoted = parse_number(text(exchange, "XchgRate"))
    if quoted is None or not _LOWEST_RATE < quoted < _HIGHEST_RATE:
        return None
    inverse = (1 / quoted).quantize(_RATE_STEP, ROUND_HALF_EVEN)
    unit = text(exchange, "UnitCcy")
    if unit == foreign:
        return quoted
    if unit == currency:
        return inverse
    # The unit is not told: the direction that explains the two amounts.
    return min((quoted, inverse), key=lambda rate: abs(paid * rate - booked))


class _References:
    """Fill the reference fields of particulars, each identifier once."""

    def __init__(self, found: Particulars) -> None:
        self._found = found
        self._known: set[Reference] = set()

    def add(self, reference_type: str, content: str, main_field: str = "") -> None:
        """Keep a reference: in its field if that is free, else with the others."""
        content = " ".join(content.split())[:140]
        if not content or (reference_type, content) in self._known:
            return
        if is_filler(content):
            return
        self._known.add((reference_type, content))
        if main_field and not getattr(self._found, main_field):
            setattr(self._found, main_field, content)
        elif len(self._found.others) < MAX_REFERENCES:
            self._found.others.append((reference_type, content))


def _read_identifiers(detail: Node, references: _References) -> None:
    given = child(detail, "Refs")
    references.add("end_to_end", text(given, "EndToEndId"), "end_to_end")
    references.add("mandate", text(given, "MndtId"), "mandate")
    for name in given:
        if name in _BANK_REFERENCES:
            references.add("bank", text(given, name))
    for proprietary in texts(given, "Prtry", "Ref"):
        references.add("bank", proprietary)


def _read_structured(detail: Node, country: str, references: _References) -> None:
    for remittance in nodes(detail, "RmtInf", "Strd"):
        for creditor in nodes(remittance, "CdtrRefInf"):
            _read_creditor_reference(creditor, country, references)
        for number in texts(remittance, "RfrdDocInf", "Nb"):
            references.add("invoice", number, "invoice")


def _read_creditor_reference(
    creditor: Node, country: str, references: _References
) -> None:
    given = text(creditor, "Ref")
    bare = creditor_reference.verified(
        given,
        first_text(creditor, ("Tp", "CdOrPrtry", "Cd"), ("Tp", "CdOrPrtry", "Prtry")),
        text(creditor, "Tp", "Issr"),
        country,
    )
    if not bare:
        references.add("invoice", given, "invoice")
        return
    references.add("structured", bare, "structured")
    # A reference that was filled up with zeros is known in both forms.
    references.add("structured", creditor_reference.SEPARATORS.sub("", given).upper())


def _read_party(detail: Node, side: Side, found: Particulars) -> None:
    parties = child(detail, "RltdPties")
    role = "Dbtr" if (side.sign > 0) != side.undoes else "Cdtr"
    other = "Cdtr" if role == "Dbtr" else "Dbtr"
    if _account(parties, role) == side.own_account and other in parties:
        role = other
    party = child(parties, role)
    found.name = _name(party) or _name(child(parties, f"Ultmt{role}"))
    found.account = _account(parties, role)
    found.email = first_text(
        party, ("Pty", "CtctDtls", "EmailAdr"), ("CtctDtls", "EmailAdr")
    )


def _name(party: Node) -> str:
    return first_text(
        party,
        ("Nm",),
        ("Pty", "Nm"),
        ("Agt", "FinInstnId", "Nm"),
    )


def _account(parties: Node, role: str) -> str:
    return account_identifier(child(parties, f"{role}Acct"))


def account_identifier(account: Node) -> str:
    """Return an account's IBAN without spaces, else its other number, else ""."""
    given = "".join(text(account, "Id", "IBAN").split()).upper()
    return given or account_number.normalise(text(account, "Id", "Othr", "Id"))
