"""Files of many shapes, of our own making, each with the layout that reads it.

The shapes are those of real providers; names, ids and amounts are invented.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Sample:
    """One file, its layout, and what it has to become.

    :ivar facts: (external id, kind, gross, fee, tax, net) of each row, as texts.
    :ivar batches: total by id of the batch.
    :ivar rejected: number of rows that cannot be read.
    """

    name: str
    filename: str
    content: bytes
    layout: dict[str, Any]
    facts: tuple[tuple[str, str, str, str, str, str], ...]
    batches: dict[str, str] = field(default_factory=dict)
    currency: str = "EUR"
    rejected: int = 0


def kinds(**values: str) -> list[dict[str, str]]:
    """Return kinds by value, ``credit_kind/debit_kind`` where the sign decides."""
    found = []
    for value, kind in values.items():
        credit, _slash, debit = kind.partition("/")
        each = {"value": value, "kind": credit}
        if debit:
            each["kind_debit"] = debit
        found.append(each)
    return found


def columns(**fields: str) -> list[dict[str, str]]:
    """Return columns by the field that they fill."""
    return [{"column": column, "field": name} for name, column in fields.items()]


MOLLIE = Sample(
    "mollie",
    "settlement.csv",
    (
        b"Date,Payment method,Currency,Amount,Status,ID,Description,Consumer name,"
        b"Settlement currency,Settlement amount,Settlement reference,Amount refunded\n"
        b'2026-03-02 09:15:11,ideal,EUR,49.95,paid,tr_7UhSN1zuXS,"Order #1001",'
        b"J. Jansen,EUR,49.95,1234567.2603.03,0.00\n"
        b"2026-03-02 10:02:45,creditcard,EUR,120.00,paid,tr_WDqYK6vllg,"
        b'"Order ""A"", 2",'
        b"M. Muster,EUR,120.00,1234567.2603.03,20.00\n"
        b"2026-03-02 12:30:00,refund,EUR,-20.00,refunded,re_4qqhO89gsT,Order #0990,"
        b"M. Muster,EUR,-20.00,1234567.2603.03,0.00\n"
        b"2026-03-02 23:59:59,,EUR,-1.37,withheld,fee_2603_1,"
        b"Withheld transaction fees,,EUR,-1.37,1234567.2603.03,0.00\n"
    ),
    {
        "name": "Mollie settlement",
        "file": {"encoding": "utf-8", "separator": ","},
        "dates": {"formats": ["%Y-%m-%d %H:%M:%S"], "timezone": "Europe/Amsterdam"},
        "columns": columns(
            occurred_at="Date",
            payment_method="Payment method",
            currency="Settlement currency",
            gross_amount="Settlement amount",
            description="Description",
            counterparty_name="Consumer name",
        ),
        "kinds": {
            "column": "Status",
            "values": kinds(paid="charge", refunded="refund", withheld="fee"),
        },
        "identity": {"columns": ["ID"]},
        "batch": {
            "by": "columns",
            "columns": ["Settlement reference"],
            "reference_column": "Settlement reference",
        },
    },
    (
        ("tr_7UhSN1zuXS", "charge", "49.95", "0", "0", "49.95"),
        ("tr_WDqYK6vllg", "charge", "120.00", "0", "0", "120.00"),
        ("re_4qqhO89gsT", "refund", "-20.00", "0", "0", "-20.00"),
        ("fee_2603_1", "fee", "-1.37", "0", "0", "-1.37"),
    ),
    {"1234567.2603.03": "148.58"},
)

KLARNA = Sample(
    "klarna",
    "payout-with-transactions.csv",
    (
        b"short_order_id;type;detailed_type;amount;vat_amount;capture_id;refund_id;"
        b"sale_date;capture_date;payment_reference;currency_code;merchant_reference1\r\n"
        b"AAAA1111;SALE;PURCHASE;129900;;cap-1;;2026-02-01T10:00:00Z;"
        b"2026-02-01T11:30:00Z;98712345;SEK;SO-501\r\n"
        b"AAAA1111;FEE;PURCHASE_FEE_PERCENTAGE;-3871;;cap-1;;2026-02-01T10:00:00Z;"
        b"2026-02-01T11:30:00Z;98712345;SEK;SO-501\r\n"
        b"AAAA1111;TAX;PURCHASE_FEE_PERCENTAGE;-968;;cap-1;;2026-02-01T10:00:00Z;"
        b"2026-02-01T11:30:00Z;98712345;SEK;SO-501\r\n"
        b"BBBB2222;RETURN;PURCHASE_RETURN;-20000;;cap-2;ref-2;2026-01-20T10:00:00Z;"
        b"2026-02-02T08:00:00Z;98712345;SEK;SO-480\r\n"
        b"CCCC3333;REVERSAL;FRAUD_POLICY_CHARGE;-5000;;cap-3;;2026-01-10T10:00:00Z;"
        b"2026-02-02T09:00:00Z;98712345;SEK;SO-455\r\n"
        b"CCCC3333;REVERSAL;FRAUD_POLICY_CREDIT_NET;5000;;cap-3;;2026-01-10T10:00:00Z;"
        b"2026-02-03T09:00:00Z;98712345;SEK;SO-455\r\n"
        b";HOLDBACK;ROLLING_RESERVE;-10000;;;;;2026-02-03T00:00:00Z;98712345;SEK;\r\n"
    ),
    {
        "name": "Klarna payout",
        "file": {"encoding": "utf-8", "separator": ";"},
        "numbers": {"unit": "minor"},
        "dates": {"formats": ["iso"], "timezone": "Europe/Stockholm"},
        "columns": columns(
            occurred_at="capture_date",
            currency="currency_code",
            gross_amount="amount",
            order_reference="merchant_reference1",
            source_external_id="capture_id",
        ),
        "kinds": {
            "column": "type",
            "values": kinds(
                SALE="charge",
                RETURN="refund",
                REVERSAL="dispute_reversal/dispute",
                FEE="fee",
                TAX="tax",
                HOLDBACK="reserve_hold",
                RELEASE="reserve_release",
            ),
        },
        "identity": {
            "columns": ["type", "detailed_type", "capture_id", "refund_id"],
            "repeats": "count",
        },
        "batch": {"by": "columns", "columns": ["payment_reference"]},
    },
    (
        ("SALE:PURCHASE:cap-1:", "charge", "1299.00", "0", "0", "1299.00"),
        ("FEE:PURCHASE_FEE_PERCENTAGE:cap-1:", "fee", "-38.71", "0", "0", "-38.71"),
        ("TAX:PURCHASE_FEE_PERCENTAGE:cap-1:", "tax", "-9.68", "0", "0", "-9.68"),
        (
            "RETURN:PURCHASE_RETURN:cap-2:ref-2",
            "refund",
            "-200.00",
            "0",
            "0",
            "-200.00",
        ),
        (
            "REVERSAL:FRAUD_POLICY_CHARGE:cap-3:",
            "dispute",
            "-50.00",
            "0",
            "0",
            "-50.00",
        ),
        (
            "REVERSAL:FRAUD_POLICY_CREDIT_NET:cap-3:",
            "dispute_reversal",
            "50.00",
            "0",
            "0",
            "50.00",
        ),
        ("HOLDBACK:ROLLING_RESERVE::", "reserve_hold", "-100.00", "0", "0", "-100.00"),
    ),
    {"98712345": "950.61"},
    "SEK",
)

SUMUP = Sample(
    "sumup",
    "Umsatzbericht.csv",
    (
        "E-Mail;Datum;Transaktionscode;Transaktionstyp;Status;Kartentyp;Gesamt;Netto;"
        "Gebühr;Auszahlung;Auszahlungsdatum;Beschreibung\r\n"
        "laden@example.org;5. Jan;;;;;;;;;;\r\n"
        "laden@example.org;05.01.2026 09:12;TAAA4ABC;Verkauf;Erfolgreich;VISA;"
        '"1.012,50";"998,33";"14,17";12345;06.01.2026;"Tisch; groß"\r\n'
        "laden@example.org;05.01.2026 10:40;TAAA5DEF;Verkauf;Erfolgreich;MAESTRO;"
        "4,00;3,94;0,06;12345;06.01.2026;Kaffee\r\n"
        "laden@example.org;05.01.2026 11:00;TAAA6GHI;Rückerstattung;Erfolgreich;VISA;"
        "-10,00;-10,00;0,00;12345;06.01.2026;Tasse\r\n"
    ).encode("cp1252"),
    {
        "name": "SumUp",
        "file": {"encoding": "cp1252", "separator": ";"},
        "numbers": {"decimal": ",", "thousands": "."},
        "dates": {
            "formats": ["%d.%m.%Y %H:%M", "%d.%m.%Y"],
            "timezone": "Europe/Berlin",
        },
        "columns": columns(
            occurred_at="Datum",
            gross_amount="Gesamt",
            net_amount="Netto",
            payment_method="Kartentyp",
            description="Beschreibung",
            available_on="Auszahlungsdatum",
        ),
        "constants": {"currency": "EUR", "account_identifier": "MDE12345"},
        "rows": {"skip_if": "is_empty([Transaktionscode])"},
        "fees": [{"column": "Gebühr"}],
        "kinds": {
            "column": "Transaktionstyp",
            "values": kinds(Verkauf="charge", Rückerstattung="refund"),
        },
        "identity": {"columns": ["Transaktionscode"]},
        "batch": {
            "by": "columns",
            "columns": ["Auszahlung"],
            "expected_on_column": "Auszahlungsdatum",
        },
    },
    (
        ("TAAA4ABC", "charge", "1012.50", "14.17", "0", "998.33"),
        ("TAAA5DEF", "charge", "4.00", "0.06", "0", "3.94"),
        ("TAAA6GHI", "refund", "-10.00", "0", "0", "-10.00"),
    ),
    {"12345": "992.27"},
)

SQUARE = Sample(
    "square",
    "items.csv",
    (
        '"Date","Time","Time Zone","Gross Sales","Fees","Net Total","Transaction ID",'
        '"Event Type","Deposit ID","Deposit Date","Customer Name"\n'
        '"01/30/26","2:05:09 PM","Eastern Time (US & Canada)","$1,250.00","($32.75)",'
        '"$1,217.25","Xq1","Payment","DEP1","01/31/26","Ann Lee"\n'
        '"01/30/26","12:05:00 AM","Eastern Time (US & Canada)","$4.50","($0.22)",'
        '"$4.28","Xq2","Payment","DEP1","01/31/26",""\n'
        '"01/31/26","9:00:00 AM","Eastern Time (US & Canada)","($50.00)","$1.31",'
        '"($48.69)","Xq3","Refund","DEP2","02/02/26","Ann Lee"\n'
    ).encode("utf-8-sig"),
    {
        "name": "Square",
        "file": {"separator": ","},
        "numbers": {"thousands": ","},
        "dates": {
            "formats": ["%m/%d/%y %I:%M:%S %p", "%m/%d/%y"],
            "timezone": "America/New_York",
        },
        "computed": [{"name": "When", "expression": '[Date] & " " & [Time]'}],
        "columns": columns(
            occurred_at="When",
            gross_amount="Gross Sales",
            net_amount="Net Total",
            counterparty_name="Customer Name",
        ),
        "constants": {"currency": "USD"},
        "fees": [{"column": "Fees", "sign": "cost_negative"}],
        "kinds": {
            "column": "Event Type",
            "values": kinds(Payment="charge", Refund="refund"),
        },
        "identity": {"columns": ["Transaction ID"]},
        "batch": {
            "by": "columns",
            "columns": ["Deposit ID"],
            "expected_on_column": "Deposit Date",
        },
    },
    (
        ("Xq1", "charge", "1250.00", "32.75", "0", "1217.25"),
        ("Xq2", "charge", "4.50", "0.22", "0", "4.28"),
        ("Xq3", "refund", "-50.00", "-1.31", "0", "-48.69"),
    ),
    {"DEP1": "1221.53", "DEP2": "-48.69"},
    "USD",
)

WORLDPAY = Sample(
    "worldpay",
    "statement.csv",
    (
        b"Account number:,ACC-778899\n"
        b"Currency:,GBP\n"
        b"Opening balance:,100.00\n"
        b"\n"
        b"statementItemId,transactionReference,transferType,fundingType,timestamp,amount,"
        b"balance\n"
        b"i-1,ORD-1,settlement,credit,2026-04-01T08:00:00Z,250.00,350.00\n"
        b"i-2,ORD-2,refund,debit,2026-04-01T09:00:00Z,40.00,310.00\n"
        b"i-3,FEE-1,charges,debit,2026-04-01T10:00:00Z,5.25,304.75\n"
        b"i-4,PAY-1,payout,debit,2026-04-02T01:00:00Z,300.00,4.75\n"
        b"Total items,4,,,,,\n"
        b"Closing balance:,,,,,,4.75\n"
    ),
    {
        "name": "Worldpay statement",
        "file": {
            "encoding": "utf-8",
            "separator": ",",
            "skip_lines": 4,
            "footer_lines": 2,
            "named_cells": [
                {"name": "Account", "label": "Account number"},
                {"name": "Currency", "line": 2, "cell": 2},
                {"name": "Opening", "label": "Opening balance"},
                {"name": "Closing", "line": -1, "cell": 7},
                {"name": "Items", "line": -2, "cell": 2},
            ],
        },
        "columns": columns(
            occurred_at="timestamp",
            gross_amount="amount",
            account_identifier="Account",
            currency="Currency",
            order_reference="transactionReference",
        ),
        "sign": {
            "mode": "by_value",
            "column": "fundingType",
            "negative": ["debit"],
            "positive": ["credit"],
        },
        "kinds": {
            "column": "transferType",
            "values": kinds(
                settlement="charge", refund="refund", charges="fee", payout="payout"
            ),
        },
        "identity": {"columns": ["statementItemId"]},
        "totals": [
            {
                "name": "Balances",
                "check": "balance",
                "opening": "Opening",
                "closing": "Closing",
            },
            {"name": "Items", "check": "count", "column": "Items"},
            {"name": "Running", "check": "running_balance", "column": "balance"},
        ],
    },
    (
        ("i-1", "charge", "250.00", "0", "0", "250.00"),
        ("i-2", "refund", "-40.00", "0", "0", "-40.00"),
        ("i-3", "fee", "-5.25", "0", "0", "-5.25"),
        ("i-4", "payout", "-300.00", "0", "0", "-300.00"),
    ),
    {"payout:i-4": "300.00"},
    "GBP",
)

GOCARDLESS = Sample(
    "gocardless",
    "2026-05-04_PO123_items.json",
    json.dumps(
        {
            "payout_items": [
                {
                    "type": "payment_paid_out",
                    "amount": "4500.0",
                    "taxes": [],
                    "links": {"payment": "PM1"},
                },
                {
                    "type": "gocardless_fee",
                    "amount": "-45.0",
                    "taxes": [{"amount": "-9.0", "currency": "GBP"}],
                    "links": {"payment": "PM1"},
                },
                {
                    "type": "payment_refunded",
                    "amount": "-1000.0",
                    "taxes": [],
                    "links": {"refund": "RF1", "payment": "PM0"},
                },
                {
                    "type": "payment_failed",
                    "amount": "-250.0",
                    "taxes": [],
                    "links": {"payment": "PM9"},
                },
            ],
            "payout": {"id": "PO123", "currency": "GBP", "amount": 3205},
            "meta": {"limit": 50, "date": "2026-05-04"},
        }
    ).encode(),
    {
        "name": "GoCardless payout items",
        "file": {
            "kind": "json",
            "records": "payout_items",
            "named_cells": [{"name": "Stated", "label": "payout.amount"}],
        },
        "numbers": {"unit": "minor"},
        "columns": columns(
            booked_on="Day", gross_amount="amount", source_external_id="links.payment"
        ),
        "computed": [
            {"name": "Day", "expression": "left([File name], 10)"},
            {"name": "Payout", "expression": 'split([File name], "_", 2)'},
        ],
        "constants": {"currency": "GBP"},
        "kinds": {
            "column": "type",
            "values": kinds(
                payment_paid_out="charge",
                gocardless_fee="fee",
                payment_refunded="refund",
                payment_failed="refund",
            ),
        },
        "identity": {
            "columns": ["Payout", "type", "links.payment", "links.refund"],
            "repeats": "count",
        },
        "batch": {"by": "columns", "columns": ["Payout"]},
        "totals": [{"name": "Payout", "check": "sum", "column": "Stated"}],
    },
    (
        ("PO123:payment_paid_out:PM1:", "charge", "45.00", "0", "0", "45.00"),
        ("PO123:gocardless_fee:PM1:", "fee", "-0.45", "0", "0", "-0.45"),
        ("PO123:payment_refunded:PM0:RF1", "refund", "-10.00", "0", "0", "-10.00"),
        ("PO123:payment_failed:PM9:", "refund", "-2.50", "0", "0", "-2.50"),
    ),
    {"PO123": "32.05"},
    "GBP",
)
