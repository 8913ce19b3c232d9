"""More shapes: preambles, decimal commas, yen, dinars, workbooks, nested JSON."""

from __future__ import annotations

import datetime
import io
import json

import openpyxl

from . import file_samples
from .file_samples import Sample, columns, kinds

CHECKOUT = Sample(
    "checkout",
    "settlement-breakdown.csv",
    (
        b"Type,Payment ID,Action ID,Processed On,Available On,"
        b"Holding Currency,Payout ID,"
        b"Gross In Holding Currency,Processing Fee,Scheme Fee,Tax,"
        b"Net In Holding Currency,"
        b"Processing Currency,Gross In Processing Currency,FX Rate Applied\n"
        b"Charge,pay_1,act_1,2026-06-01T23:30:00,2026-06-03T00:00:00,EUR,01F2X,"
        b"92.59,-0.80,-0.20,-0.19,91.40,USD,100.00,0.925900\n"
        b"Refund,pay_0,act_2,2026-06-02T08:00:00,2026-06-03T00:00:00,EUR,01F2X,"
        b"-10.00,-0.10,0,0,-10.10,EUR,-10.00,1\n"
        b"Chargeback,pay_9,act_3,2026-06-02T09:00:00,2026-06-03T00:00:00,EUR,01F2X,"
        b"-30.00,-15.00,0,0,-45.00,EUR,-30.00,1\n"
        b"Merchant Payout,,act_4,2026-06-03T00:00:00,2026-06-03T00:00:00,EUR,01F2X,"
        b"0,-0.25,0,0,-0.25,EUR,0,1\n"
    ),
    {
        "name": "Checkout.com breakdown",
        "file": {"encoding": "utf-8", "separator": ","},
        "dates": {"formats": ["%Y-%m-%dT%H:%M:%S"], "timezone": "Europe/London"},
        "columns": columns(
            occurred_at="Processed On",
            available_on="Available On",
            currency="Holding Currency",
            gross_amount="Gross In Holding Currency",
            net_amount="Net In Holding Currency",
            presentment_currency="Processing Currency",
            presentment_amount="Gross In Processing Currency",
            exchange_rate="FX Rate Applied",
            source_external_id="Payment ID",
        ),
        "fees": [
            {"column": "Processing Fee", "sign": "cost_negative"},
            {"column": "Scheme Fee", "sign": "cost_negative", "kind": "scheme"},
            {"column": "Tax", "sign": "cost_negative", "part": "tax"},
        ],
        "kinds": {
            "column": "Type",
            "values": [
                {"value": "charge", "kind": "charge"},
                {"value": "refund", "kind": "refund"},
                {"value": "chargeback", "kind": "dispute"},
                {"value": "merchant payout", "kind": "fee"},
            ],
        },
        "identity": {"columns": ["Action ID"]},
        "batch": {"by": "columns", "columns": ["Payout ID"]},
    },
    (
        ("act_1", "charge", "92.59", "1.00", "0.19", "91.40"),
        ("act_2", "refund", "-10.00", "0.10", "0", "-10.10"),
        ("act_3", "dispute", "-30.00", "15.00", "0", "-45.00"),
        ("act_4", "fee", "-0.25", "0", "0", "-0.25"),
    ),
    {"01F2X": "36.05"},
)

SHOPIFY = Sample(
    "shopify",
    "payouts.csv",
    (
        b"Transaction Date,Type,Order,Card Brand,Payout Status,Payout Date,Amount,Fee,"
        b"Net,Currency,Payout ID\n"
        b"2026-02-03 10:00:00 -0500,charge,#1001,visa,paid,2026-02-05,"
        b"100.00,3.20,96.80,"
        b"CAD,P1\n"
        b"2026-02-03 11:00:00 -0500,charge,#1001,visa,paid,2026-02-05,"
        b"100.00,3.20,96.80,"
        b"CAD,P1\n"
        b"2026-02-03 10:00:00 -0500,charge,#1001,visa,paid,2026-02-05,"
        b"100.00,3.20,96.80,"
        b"CAD,P1\n"
        b"2026-02-04 12:00:00 -0500,refund,#1001,visa,paid,2026-02-05,"
        b"-25.00,0.00,-25.00,"
        b"CAD,P1\n"
        b"2026-02-04 13:00:00 -0500,mystery,,,paid,2026-02-05,-1.00,0.00,-1.00,CAD,P1\n"
        b"2026-02-05 00:00:00 -0500,payout,,,paid,2026-02-05,-264.40,"
        b"0.00,-264.40,CAD,P1\n"
    ),
    {
        "name": "Shopify payouts",
        "file": {"separator": ","},
        "dates": {
            "formats": ["%Y-%m-%d %H:%M:%S %z", "iso"],
            "timezone": "America/Toronto",
        },
        "columns": columns(
            occurred_at="Transaction Date",
            order_reference="Order",
            payment_method="Card Brand",
            gross_amount="Amount",
            net_amount="Net",
            currency="Currency",
        ),
        "fees": [{"column": "Fee"}],
        "kinds": {
            "column": "Type",
            "values": kinds(charge="charge", refund="refund", payout="payout"),
        },
        "identity": {
            "mode": "fingerprint",
            "columns": ["Transaction Date", "Type", "Order", "Amount"],
        },
        "batch": {
            "by": "columns",
            "columns": ["Payout ID"],
            "total": "payout_row",
            "date_column": "Payout Date",
        },
    },
    (
        ("*", "charge", "100.00", "3.20", "0", "96.80"),
        ("*", "charge", "100.00", "3.20", "0", "96.80"),
        ("*", "charge", "100.00", "3.20", "0", "96.80"),
        ("*", "refund", "-25.00", "0", "0", "-25.00"),
        ("*", "adjustment", "-1.00", "0", "0", "-1.00"),
        ("*", "payout", "-264.40", "0", "0", "-264.40"),
    ),
    {"P1": "264.40"},
    "CAD",
)

_AMAZON_HEAD = (
    "settlement-id\tsettlement-start-date\tsettlement-end-date\tdeposit-date\t"
    "total-amount\tcurrency\ttransaction-type\torder-id\tamount-type\t"
    "amount-description\tamount\tposted-date\tposted-date-time\torder-item-code\n"
)


_OTHER = "other-transaction"
_AMAZON_ROWS = (
    ("Order", "302-1", "ItemPrice", "Principal", "84,03", "I1"),
    ("Order", "302-1", "ItemPrice", "Tax", "15,97", "I1"),
    ("Order", "302-1", "ItemFees", "Commission", "-15,00", "I1"),
    ("Refund", "302-0", "ItemPrice", "Principal", "-10,00", "I0"),
    ("Refund", "302-0", "ItemFees", "RefundCommission", "1,19", "I0"),
    (_OTHER, "", _OTHER, "Current Reserve Amount", "-10,00", ""),
    (_OTHER, "", "Vine", "Enrollment", "10,00", ""),
)


def _amazon_row(cells: tuple[str, ...]) -> str:
    kind, order, group, name, amount, item = cells
    days = "02.03.2026", "02.03.2026 10:00:00 UTC"
    head = ("11223344551", "", "", "", "", "")
    return "\t".join((*head, kind, order, group, name, amount, *days, item)) + "\n"


AMAZON = Sample(
    "amazon",
    "V2_settlement.txt",
    (
        _AMAZON_HEAD + "11223344551\t01.03.2026 00:00:00 UTC\t15.03.2026 00:00:00 UTC\t"
        "17.03.2026 00:00:00 UTC\t76,19\tEUR\t\t\t\t\t\t\t\t\n"
        + "".join(map(_amazon_row, _AMAZON_ROWS))
    ).encode(),
    {
        "name": "Amazon settlement",
        "file": {"encoding": "utf-8", "separator": "\t", "quote": ""},
        "numbers": {"decimal": ","},
        "dates": {"formats": ["%d.%m.%Y %H:%M:%S %Z", "%d.%m.%Y"]},
        "computed": [
            {
                "name": "What",
                "expression": 'if([transaction-type] = "other-transaction", '
                '[amount-description], [transaction-type] & "/" & [amount-type])',
            }
        ],
        "rows": {"fill_down": ["currency"]},
        "columns": columns(
            occurred_at="posted-date-time",
            booked_on="posted-date",
            currency="currency",
            gross_amount="amount",
            order_reference="order-id",
            description="amount-description",
        ),
        "kinds": {
            "column": "What",
            "values": [
                {"value": "Order/ItemPrice", "kind": "charge"},
                {"value": "Order/ItemFees", "kind": "fee_refund", "kind_debit": "fee"},
                {"value": "Refund/ItemPrice", "kind": "refund"},
                {"value": "Refund/ItemFees", "kind": "fee_refund", "kind_debit": "fee"},
                {
                    "value": "Current Reserve Amount",
                    "kind": "reserve_release",
                    "kind_debit": "reserve_hold",
                },
            ],
        },
        "identity": {
            "mode": "fingerprint",
            "columns": [
                "settlement-id",
                "transaction-type",
                "order-id",
                "order-item-code",
                "amount-type",
                "amount-description",
                "amount",
                "posted-date-time",
            ],
        },
        "batch": {
            "by": "columns",
            "columns": ["settlement-id"],
            "total": "column",
            "described_by": "not is_empty([total-amount])",
            "total_column": "total-amount",
            "date_column": "settlement-end-date",
            "expected_on_column": "deposit-date",
        },
    },
    (
        ("*", "charge", "84.03", "0", "0", "84.03"),
        ("*", "charge", "15.97", "0", "0", "15.97"),
        ("*", "fee", "-15.00", "0", "0", "-15.00"),
        ("*", "refund", "-10.00", "0", "0", "-10.00"),
        ("*", "fee_refund", "1.19", "0", "0", "1.19"),
        ("*", "reserve_hold", "-10.00", "0", "0", "-10.00"),
        ("*", "adjustment", "10.00", "0", "0", "10.00"),
    ),
    {"11223344551": "76.19"},
)

BRAZIL = Sample(
    "brazil",
    "extrato.csv",
    (
        "Extrato de vendas;;;;;;;\n"
        "Estabelecimento: 0012345;;;;;;;\n"
        "Período: 01/04/2026 a 30/04/2026;;;;;;;\n"
        "Data da venda;Data de pagamento;NSU;Bandeira;Lançamento;Valor bruto;Taxa;"
        "Valor líquido\n"
        "03/04/2025;03/05/2025;000123;Visa;Venda crédito;R$ 1.250,00;-R$ 31,25;"
        "R$ 1.218,75\n"
        "04/04/2025;04/05/2025;000124;Elo;Venda débito;R$ 89,90;-R$ 1,35;R$ 88,55\n"
        "05/04/2025;05/05/2025;000125;Visa;Cancelamento;-R$ 50,00;R$ 0,00;-R$ 50,00\n"
        "Total;;;;;R$ 1.289,90;-R$ 32,60;R$ 1.257,30\n"
    ).encode("cp1252"),
    {
        "name": "Adquirente",
        "file": {
            "encoding": "cp1252",
            "separator": ";",
            "header_starts": "Data da venda",
            "named_cells": [{"name": "Loja", "label": "Estabelecimento"}],
        },
        "numbers": {"decimal": ",", "thousands": "."},
        "dates": {"formats": ["%d/%m/%Y"], "timezone": "America/Sao_Paulo"},
        "columns": columns(
            occurred_at="Data da venda",
            available_on="Data de pagamento",
            gross_amount="Valor bruto",
            net_amount="Valor líquido",
            payment_method="Bandeira",
            account_identifier="Loja",
        ),
        "constants": {"currency": "BRL"},
        "fees": [{"column": "Taxa", "sign": "cost_negative"}],
        "kinds": {
            "column": "Lançamento",
            "values": [
                {"value": "Venda crédito", "kind": "charge"},
                {"value": "Venda débito", "kind": "charge"},
                {"value": "Cancelamento", "kind": "refund"},
            ],
        },
        "identity": {"columns": ["NSU"]},
        "batch": {"by": "day", "kind": "day"},
        "totals": [
            {
                "name": "Bruto",
                "of": "gross_amount",
                "column": "Valor bruto",
                "where": '[Data da venda] = "Total"',
            },
            {
                "name": "Taxas",
                "of": "fee_amount",
                "column": "Taxa",
                "negated": True,
                "where": '[Data da venda] = "Total"',
            },
            {
                "name": "Líquido",
                "column": "Valor líquido",
                "where": '[Data da venda] = "Total"',
            },
        ],
    },
    (
        ("000123", "charge", "1250.00", "31.25", "0", "1218.75"),
        ("000124", "charge", "89.90", "1.35", "0", "88.55"),
        ("000125", "refund", "-50.00", "0", "0", "-50.00"),
    ),
    {"2025-04-03": "1218.75", "2025-04-04": "88.55", "2025-04-05": "-50.00"},
    "BRL",
)

JAPAN = Sample(
    "japan",
    "入金明細.csv",
    (
        "加盟店番号,取引日,取引番号,区分,売上金額,手数料,消費税,差引金額\r\n"
        '9001,2026年1月5日,T-0001,売上,"12,000",360,36,"11,604"\r\n'
        "9001,2026年1月6日,T-0002,売上,980,29,3,948\r\n"
        "9001,2026年1月7日,T-0003,返金,△980,△29,△3,△948\r\n"
        "9001,2026年1月8日,T-0004,売上,12.5,0,0,12.5\r\n"
    ).encode("cp932"),
    {
        "name": "決済代行",
        "file": {"encoding": "cp932", "separator": ","},
        "numbers": {"thousands": ","},
        "dates": {"formats": ["%Y年%m月%d日"], "timezone": "Asia/Tokyo"},
        "columns": columns(
            occurred_at="取引日",
            account_identifier="加盟店番号",
            gross_amount="売上金額",
            net_amount="差引金額",
        ),
        "constants": {"currency": "JPY"},
        "fees": [
            {"column": "手数料"},
            {"column": "消費税", "part": "tax"},
        ],
        "kinds": {"column": "区分", "values": kinds(売上="charge", 返金="refund")},
        "identity": {"columns": ["取引番号"]},
        "batch": {"by": "file", "kind": "settlement"},
    },
    (
        ("T-0001", "charge", "12000", "360", "36", "11604"),
        ("T-0002", "charge", "980", "29", "3", "948"),
        ("T-0003", "refund", "-980", "-29", "-3", "-948"),
    ),
    {"2026-01-05..2026-01-07": "11604"},
    "JPY",
    rejected=1,
)


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Read me"
    sheet.append(["Nothing to see"])
    sheet = book.create_sheet("Transactions")
    sheet.append(["Report of Example Acquirer"])
    sheet.append([])
    sheet.append(["Id", "Booked", "Kind", "Gross", "Fee", "Net", "Order"])
    day = datetime.datetime(2026, 7, 1)
    sheet.append(["X1", day, "sale", 0.1 + 0.2, 0.1, 0.2, "=SO1"])
    sheet.cell(4, 7).data_type = "s"
    sheet.append(
        [70001, day.replace(hour=14, minute=5), "sale", 1234.5, 12.34, 1222.16, 4711]
    )
    sheet.append(["X3", "02.07.2026", "return", -5, 0, -5])
    sheet.append(["X4", "no day", "sale", True, None, 1])
    sheet.append([None, None, "Total", 1229.8, 12.44, 1217.36])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


WORKBOOK = Sample(
    "workbook",
    "report.xlsx",
    _workbook(),
    {
        "name": "Workbook",
        "file": {"kind": "xlsx", "sheet": "transactions", "skip_lines": 2},
        "dates": {"formats": ["%d.%m.%Y"], "timezone": "Europe/Vienna"},
        "columns": columns(
            booked_on="Booked",
            occurred_at="Booked",
            gross_amount="Gross",
            net_amount="Net",
            order_reference="Order",
        ),
        "constants": {"currency": "EUR"},
        "fees": [{"column": "Fee"}],
        "kinds": {
            "column": "Kind",
            "values": kinds(sale="charge", **{"return": "refund"}),
        },
        "identity": {"columns": ["Id"]},
        "batch": {"by": "file", "kind": "settlement"},
        "totals": [
            {"name": "Net", "column": "Net", "where": '[Kind] = "Total"'},
            {
                "name": "Fee",
                "of": "fee_amount",
                "column": "Fee",
                "where": '[Kind] = "Total"',
            },
        ],
    },
    (
        ("X1", "charge", "0.30", "0.10", "0", "0.20"),
        ("70001", "charge", "1234.50", "12.34", "0", "1222.16"),
        ("X3", "refund", "-5.00", "0", "0", "-5.00"),
    ),
    {"2026-07-01..2026-07-02": "1217.36"},
    rejected=1,
)

NESTED = Sample(
    "nested",
    "payouts.json",
    json.dumps(
        {
            "meta": {"generated": "2026-08-02T00:00:00Z", "skipped": [{"a": 1}]},
            "data": {
                "payouts": [
                    {
                        "id": "P-1",
                        "account": "KW-1",
                        "money": {"currency": "KWD"},
                        "entries": [
                            {"id": 1, "kind": "SALE", "at": 1785542400, "amt": 12.345},
                            {"id": 2, "kind": "SALE", "at": 1785546000, "amt": 0.1},
                        ],
                    },
                    {
                        "id": "P-2",
                        "account": "KW-1",
                        "money": {"currency": "KWD"},
                        "entries": [
                            {"id": 3, "kind": "BACK", "at": 1785549600, "amt": 1.005},
                            {"id": 4, "kind": "SALE", "at": 1785549600, "amt": 1.0005},
                        ],
                    },
                ]
            },
        }
    ).encode(),
    {
        "name": "Nested",
        "file": {"kind": "json", "records": "data.payouts", "explode": "entries"},
        "dates": {"formats": ["unix"], "timezone": "Asia/Kuwait"},
        "columns": columns(
            occurred_at="entries.at",
            currency="money.currency",
            account_identifier="account",
            gross_amount="entries.amt",
        ),
        "sign": {"mode": "by_kind"},
        "kinds": {
            "column": "entries.kind",
            "values": kinds(SALE="charge", BACK="refund"),
        },
        "identity": {"columns": ["entries.id"]},
        "batch": {"by": "columns", "columns": ["id"]},
    },
    (
        ("1", "charge", "12.345", "0", "0", "12.345"),
        ("2", "charge", "0.100", "0", "0", "0.100"),
        ("3", "refund", "-1.005", "0", "0", "-1.005"),
    ),
    {"P-1": "12.445", "P-2": "-1.005"},
    "KWD",
    rejected=1,
)

LINES = Sample(
    "lines",
    "events.jsonl",
    b'{"id": "e1", "amount": 10.10, "fee": 0.30, "on": "2026-09-01", "cur": "eur"}\n'
    b'{"id": "e2", "amount": 5, "fee": null, "on": "2026-09-02", "cur": "EUR"}\n'
    b'{"id": "e3", "amount": 7\n'
    b'["no object"]\n'
    b'{"id": "e4", "amount": "7.00", "on": "2026-09-03", "cur": "EUR"}\n',
    {
        "name": "Lines",
        "file": {"kind": "json", "json_lines": True},
        "columns": columns(booked_on="on", currency="cur", gross_amount="amount"),
        "fees": [{"column": "fee"}],
        "kinds": {"default": "charge"},
        "identity": {"columns": ["id"]},
    },
    (
        ("e1", "charge", "10.10", "0.30", "0", "9.80"),
        ("e2", "charge", "5.00", "0", "0", "5.00"),
        ("e4", "charge", "7.00", "0", "0", "7.00"),
    ),
    rejected=2,
)

BANK_LIKE = Sample(
    "bank_like",
    "kontoauszug.csv",
    (
        "Buchung|Text|Soll|Haben|Saldo\n"
        "01.10.2026|Kartenumsatz||100,00|100,00\n"
        "01.10.2026|Entgelt|1,50||98,50\n"
        "02.10.2026|Auszahlung|98,50||0,00\n"
        "02.10.2026|Kartenumsatz||20,00|20,00\n"
        "03.10.2026|Auszahlung|20,00||0,00\n"
        "04.10.2026|Kartenumsatz||7,77|7,77\n"
    ).encode("utf-16"),
    {
        "name": "Konto",
        "file": {"encoding": "utf-16", "separator": "|"},
        "numbers": {"decimal": ","},
        "dates": {"formats": ["%d.%m.%Y"], "timezone": "Europe/Berlin"},
        "columns": columns(booked_on="Buchung", description="Text"),
        "constants": {"currency": "EUR"},
        "sign": {"mode": "debit_credit", "debit": "Soll", "credit": "Haben"},
        "kinds": {
            "column": "Text",
            "values": kinds(Kartenumsatz="charge", Entgelt="fee", Auszahlung="payout"),
        },
        "identity": {
            "mode": "fingerprint",
            "columns": ["Buchung", "Text", "Soll", "Haben"],
        },
        "batch": {"by": "payout_row"},
        "totals": [{"name": "Saldo", "check": "running_balance", "column": "Saldo"}],
    },
    (
        ("*", "charge", "100.00", "0", "0", "100.00"),
        ("*", "fee", "-1.50", "0", "0", "-1.50"),
        ("*", "payout", "-98.50", "0", "0", "-98.50"),
        ("*", "charge", "20.00", "0", "0", "20.00"),
        ("*", "payout", "-20.00", "0", "0", "-20.00"),
        ("*", "charge", "7.77", "0", "0", "7.77"),
    ),
)

SAMPLES: tuple[Sample, ...] = (
    file_samples.MOLLIE,
    file_samples.KLARNA,
    file_samples.SUMUP,
    file_samples.SQUARE,
    file_samples.WORLDPAY,
    file_samples.GOCARDLESS,
    CHECKOUT,
    SHOPIFY,
    AMAZON,
    BRAZIL,
    JAPAN,
    WORKBOOK,
    NESTED,
    LINES,
    BANK_LIKE,
)
