"""Build camt.053 documents for tests: any version, any number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.sax.saxutils import escape

ACCOUNT = "DE02120300000000202051"


@dataclass
class Detail:
    """One TxDtls; ``amount`` is signed."""

    amount: str | None = None
    end_to_end: str = ""
    text: str = ""
    name: str = ""
    account: str = ""
    extra: str = ""


@dataclass
class Entry:
    """One Ntry; ``amount`` is signed and written as it is."""

    amount: str
    reference: str = ""
    number: str = ""
    day: str = "2026-01-05"
    text: str = ""
    status: str = "BOOK"
    details: Sequence[Detail] = ()
    extra: str = ""
    currency: str = ""


@dataclass
class Statement:
    """One Stmt; balances are signed texts, ``None`` leaves them out."""

    entries: Sequence[Entry] = ()
    opening: str | None = "0.00"
    closing: str | None = None
    identifier: str = "S-1"
    sequence: str = "1"
    account: str = ACCOUNT
    currency: str = "EUR"
    day: str = "2026-01-05"
    created: str = "2026-01-06T02:00:00"
    extra: str = ""
    after: str = ""
    codes: tuple[str, str] = field(default=("OPBD", "CLBD"))


def footing(statement: Statement) -> Statement:
    """Give a statement the closing balance to which its booked entries lead."""
    booked = [Decimal(one.amount) for one in statement.entries if one.status == "BOOK"]
    statement.closing = f"{Decimal(statement.opening) + sum(booked):f}"
    return statement


def document(*statements: Statement, version: str = "08", header: str = "") -> bytes:
    """Return the bytes of a camt.053 document."""
    body = "".join(_statement(one, version) for one in statements)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}">'
        "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>"
        f"<CreDtTm>2026-01-06T02:00:00</CreDtTm>{header}</GrpHdr>"
        f"{body}</BkToCstmrStmt></Document>"
    ).encode()


def _statement(one: Statement, version: str) -> str:
    opening, closing = one.codes
    balances = _balance(opening, one.opening, one) + _balance(closing, one.closing, one)
    entries = "".join(entry(row, one.currency, version) for row in one.entries)
    number = f"<ElctrncSeqNb>{one.sequence}</ElctrncSeqNb>" if one.sequence else ""
    return (
        f"<Stmt><Id>{one.identifier}</Id>{number}<CreDtTm>{one.created}</CreDtTm>"
        f"{one.extra}<Acct><Id><IBAN>{one.account}</IBAN></Id>"
        f"<Ccy>{one.currency}</Ccy></Acct>{balances}{one.after}{entries}</Stmt>"
    )


def _balance(code: str, amount: str | None, one: Statement) -> str:
    if amount is None:
        return ""
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f"{_amount(amount, one.currency)}<Dt><Dt>{one.day}</Dt></Dt></Bal>"
    )


def _amount(signed: str, currency: str) -> str:
    direction = "DBIT" if signed.startswith("-") else "CRDT"
    return (
        f'<Amt Ccy="{currency}">{signed.lstrip("-")}</Amt>'
        f"<CdtDbtInd>{direction}</CdtDbtInd>"
    )


def entry(one: Entry, currency: str = "EUR", version: str = "08") -> str:
    """Return the XML of one entry."""
    status = f"<Cd>{one.status}</Cd>" if version >= "08" else one.status
    details = "".join(_detail(row, currency, version) for row in one.details)
    return (
        "<Ntry>"
        + _leaf("NtryRef", one.number)
        + _amount(one.amount, one.currency or currency)
        + f"<Sts>{status}</Sts>"
        + (f"<BookgDt><Dt>{one.day}</Dt></BookgDt>" if one.day else "")
        + _leaf("AcctSvcrRef", one.reference)
        + "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd>"
        + f"</Fmly></Domn></BkTxCd>{one.extra}"
        + (f"<NtryDtls>{details}</NtryDtls>" if details else "")
        + _leaf("AddtlNtryInf", one.text)
        + "</Ntry>"
    )


def _leaf(tag: str, content: str) -> str:
    return f"<{tag}>{escape(content)}</{tag}>" if content else ""


def _detail(one: Detail, currency: str, version: str) -> str:
    amount = ""
    if one.amount is not None and version > "02":
        amount = _amount(one.amount, currency)
    elif one.amount is not None:
        amount = (
            f'<AmtDtls><TxAmt><Amt Ccy="{currency}">{one.amount.lstrip("-")}</Amt>'
            "</TxAmt></AmtDtls>"
        )
    role = "Cdtr" if (one.amount or "").startswith("-") else "Dbtr"
    name = f"<Nm>{escape(one.name)}</Nm>"
    party = f"<Pty>{name}</Pty>" if version >= "08" else name
    return (
        f"<TxDtls><Refs>{_leaf('EndToEndId', one.end_to_end or 'NOTPROVIDED')}</Refs>"
        + amount
        + (
            f"<RltdPties><{role}>{party}</{role}><{role}Acct><Id><IBAN>{one.account}"
            f"</IBAN></Id></{role}Acct></RltdPties>"
            if one.name
            else ""
        )
        + (f"<RmtInf><Ustrd>{escape(one.text)}</Ustrd></RmtInf>" if one.text else "")
        + f"{one.extra}</TxDtls>"
    )
