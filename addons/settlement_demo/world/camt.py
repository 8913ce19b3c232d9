"""Write statements as camt.053 files of the versions 001.02 and 001.08."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from lxml import etree

from odoo.addons.settlement.canonical import money

from .records import BankDetail, BankEntry, Statement

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"
_BANK_NAME = "Demo Bank"


def write(statement: Statement, attempt: int = 1) -> bytes:
    """Return the file of one statement, the same bytes for the same statement.

    :param attempt: the bank's system made the file so many times.
    """
    writer = _Writer(statement, attempt)
    return etree.tostring(
        writer.document(), xml_declaration=True, encoding="UTF-8", pretty_print=True
    )


class _Writer:
    """Builds the document; elements come in the order of the schema."""

    def __init__(self, statement: Statement, attempt: int) -> None:
        self._statement = statement
        self._attempt = attempt
        self._is_new = statement.version == "08"
        self._namespace = _NAMESPACE.format(version=statement.version)

    def document(self) -> etree._Element:
        """Return the root of the document."""
        root = etree.Element(
            f"{{{self._namespace}}}Document", nsmap={None: self._namespace}
        )
        message = self._add(root, "BkToCstmrStmt")
        header = self._add(message, "GrpHdr")
        self._add(header, "MsgId", f"MSG{self._identity()}{self._attempt}")
        self._add(header, "CreDtTm", self._created())
        pages = self._add(header, "MsgPgntn")
        self._add(pages, "PgNb", "1")
        self._add(pages, "LastPgInd", "true")
        self._write_statement(message)
        return root

    def _identity(self) -> str:
        statement = self._statement
        return f"{statement.currency}{statement.day:%Y%m%d}{statement.sequence:05d}"

    def _created(self) -> str:
        """Return when the bank made the file: on the morning after the day."""
        morning = self._statement.day + timedelta(days=1)
        return datetime.combine(morning, time(5 + self._attempt, 30)).isoformat()

    def _write_statement(self, message: etree._Element) -> None:
        statement = self._statement
        node = self._add(message, "Stmt")
        self._add(node, "Id", f"STMT{self._identity()}")
        self._add(node, "ElctrncSeqNb", str(statement.sequence))
        self._add(node, "CreDtTm", self._created())
        self._write_account(node)
        self._write_balance(node, "OPBD", statement.opening)
        self._write_balance(node, "CLBD", statement.closing)
        self._write_summary(node)
        for entry in statement.entries:
            self._write_entry(node, entry)

    def _write_account(self, parent: etree._Element) -> None:
        account = self._add(parent, "Acct")
        self._write_number(account, self._statement.account)
        self._add(account, "Ccy", self._statement.currency)
        institution = self._add(account, "Svcr/FinInstnId")
        self._add(institution, "Nm", _BANK_NAME)

    def _write_number(self, parent: etree._Element, number: str) -> None:
        """Write an account number: an IBAN, or another where there are none."""
        identification = self._add(parent, "Id")
        if number[:2].isalpha():
            self._add(identification, "IBAN", number)
        else:
            self._add(identification, "Othr/Id", number)

    def _write_balance(self, parent: etree._Element, code: str, amount: int) -> None:
        balance = self._add(parent, "Bal")
        self._add(balance, "Tp/CdOrPrtry/Cd", code)
        self._write_amount(balance, amount)
        self._write_sign(balance, amount)
        self._add(balance, "Dt/Dt", self._statement.day.isoformat())

    def _write_summary(self, parent: etree._Element) -> None:
        """Write number and sum of the booked entries."""
        booked = [e.amount for e in self._statement.entries if e.status == "BOOK"]
        totals = self._add(parent, "TxsSummry/TtlNtries")
        self._add(totals, "NbOfNtries", str(len(booked)))
        self._add(totals, "Sum", self._text(sum(map(abs, booked))))

    def _write_entry(self, parent: etree._Element, entry: BankEntry) -> None:
        node = self._add(parent, "Ntry")
        self._write_amount(node, entry.amount)
        self._write_sign(node, entry.amount)
        self._add(node, "Sts/Cd" if self._is_new else "Sts", entry.status)
        self._write_day(node, "BookgDt", entry.day)
        self._write_day(node, "ValDt", entry.value_date)
        self._add(node, "AcctSvcrRef", entry.reference)
        self._write_code(node, entry.code)
        if entry.details:
            details = self._add(node, "NtryDtls")
            for detail in entry.details:
                self._write_detail(details, detail, len(entry.details) > 1)
        if entry.text:
            self._add(node, "AddtlNtryInf", entry.text)

    def _write_code(self, parent: etree._Element, code: tuple[str, str, str]) -> None:
        domain, family, sub_family = code
        node = self._add(parent, "BkTxCd/Domn")
        self._add(node, "Cd", domain)
        family_node = self._add(node, "Fmly")
        self._add(family_node, "Cd", family)
        self._add(family_node, "SubFmlyCd", sub_family)

    def _write_detail(
        self, parent: etree._Element, detail: BankDetail, is_one_of_several: bool
    ) -> None:
        node = self._add(parent, "TxDtls")
        references = self._add(node, "Refs")
        self._add(references, "EndToEndId", detail.end_to_end or "NOTPROVIDED")
        if is_one_of_several:
            self._write_detail_amount(node, detail.amount)
        if detail.name:
            self._write_party(node, detail)
        self._write_remittance(node, detail)

    def _write_detail_amount(self, parent: etree._Element, amount: int) -> None:
        if self._is_new:
            self._write_amount(parent, amount)
            self._write_sign(parent, amount)
        else:
            self._write_amount(self._add(parent, "AmtDtls/TxAmt"), amount)

    def _write_party(self, parent: etree._Element, detail: BankDetail) -> None:
        """Write who paid, or who was paid."""
        role = "Dbtr" if detail.amount > 0 else "Cdtr"
        parties = self._add(parent, "RltdPties")
        self._add(
            parties, f"{role}/Pty/Nm" if self._is_new else f"{role}/Nm", detail.name
        )
        if detail.account:
            self._write_number(self._add(parties, f"{role}Acct"), detail.account)

    def _write_remittance(self, parent: etree._Element, detail: BankDetail) -> None:
        if not (detail.text or detail.structured):
            return
        remittance = self._add(parent, "RmtInf")
        if detail.text:
            self._add(remittance, "Ustrd", detail.text)
        if detail.structured:
            reference = self._add(remittance, "Strd/CdtrRefInf")
            kind = self._add(reference, "Tp")
            self._add(kind, "CdOrPrtry/Cd", "SCOR")
            self._add(kind, "Issr", "ISO")
            self._add(reference, "Ref", detail.structured)

    # ------------------------------------------------------------------
    # Values
    # ------------------------------------------------------------------

    def _add(
        self, parent: etree._Element, path: str, text: str | None = None
    ) -> etree._Element:
        """Add one element, or several inside of each other; return the innermost."""
        for name in path.split("/"):
            parent = etree.SubElement(parent, f"{{{self._namespace}}}{name}")
        parent.text = text
        return parent

    def _text(self, amount: int) -> str:
        currency = self._statement.currency
        return format(money.from_minor(amount, money.exponent(currency)), "f")

    def _write_amount(self, parent: etree._Element, amount: int) -> None:
        node = self._add(parent, "Amt", self._text(abs(amount)))
        node.set("Ccy", self._statement.currency)

    def _write_sign(self, parent: etree._Element, amount: int) -> None:
        self._add(parent, "CdtDbtInd", "DBIT" if amount < 0 else "CRDT")

    def _write_day(self, parent: etree._Element, name: str, day: date) -> None:
        self._add(parent, f"{name}/Dt", day.isoformat())
