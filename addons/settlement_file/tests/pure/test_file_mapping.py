"""What rows mean: signs, kinds, fees, identity, batches and controls."""

import copy
import io
from decimal import Decimal

import pytest

from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    RejectedRow,
    TransactionFact,
)
from odoo.addons.settlement_file.layout.definition import FileLayout
from odoo.addons.settlement_file.mapping.identity import SeenKeys, fingerprint, joined
from odoo.addons.settlement_file.mapping.parse import (
    check_totals,
    parse,
    preview,
    recognises,
)

BASE = {
    "name": "Test",
    "file": {"encoding": "utf-8", "separator": ";"},
    "columns": [
        {"column": "Day", "field": "booked_on"},
        {"column": "Amount", "field": "gross_amount"},
    ],
    "constants": {"currency": "EUR"},
    "kinds": {"default": "charge"},
    "identity": {"columns": ["Id"]},
}


def layout(**members):
    return FileLayout.from_data({**copy.deepcopy(BASE), **members})


def facts(made, *lines, filename=""):
    content = "\n".join(lines).encode()
    return list(parse(made, io.BytesIO(content), filename))


def of(found, kind):
    return [fact for fact in found if isinstance(fact, kind)]


def money(made, *lines):
    """Return (kind, gross, net) of each transaction."""
    return [
        (row.kind, str(row.gross_amount), str(row.net_amount))
        for row in of(facts(made, *lines), TransactionFact)
    ]


def reasons(made, *lines):
    return [row.reason for row in of(facts(made, *lines), RejectedRow)]


def plus(*columns):
    return [
        *BASE["columns"],
        *({"column": column, "field": field} for column, field in columns),
    ]


# ----------------------------------------------------------------------
# Signs and kinds
# ----------------------------------------------------------------------


def test_amounts_that_are_positive_when_money_leaves():
    made = layout(
        sign={"mode": "negated"},
        kinds={"default": "charge", "default_debit": "refund"},
    )
    assert money(made, "Id;Day;Amount", "1;2026-01-01;-5", "2;2026-01-01;3") == [
        ("charge", "5.00", "5.00"),
        ("refund", "-3.00", "-3.00"),
    ]


def test_a_column_says_the_direction():
    made = layout(
        sign={
            "mode": "by_value",
            "column": "DC",
            "negative": ["DR"],
            "positive": ["cr"],
        },
        kinds={"default": "charge", "default_debit": "refund"},
    )
    lines = ["Id;Day;Amount;DC", "1;2026-01-01;5;CR", "2;2026-01-01;3; dr "]
    assert money(made, *lines) == [
        ("charge", "5.00", "5.00"),
        ("refund", "-3.00", "-3.00"),
    ]
    (reason,) = reasons(made, *lines, "3;2026-01-01;3;XX")
    assert "DC: 'xx' says no direction" in reason


def test_the_kind_says_the_direction():
    made = layout(
        sign={"mode": "by_kind"},
        kinds={
            "column": "Type",
            "values": [
                {"value": "Sale", "kind": "charge"},
                {"value": "Back", "kind": "refund"},
                {"value": "Out", "kind": "payout"},
                {"value": "Info", "kind": "skip"},
            ],
        },
    )
    lines = [
        "Id;Day;Amount;Type",
        "1;2026-01-01;5;SALE",
        "2;2026-01-01;3;back",
        "3;2026-01-01;2;Out",
        "4;2026-01-01;9;info",
        "5;2026-01-01;1;Odd",
    ]
    found = facts(made, *lines)
    rows = of(found, TransactionFact)
    assert [row.gross_amount for row in rows] == [5, -3, -2, 1]
    assert [row.source_code for row in rows] == ["SALE", "back", "Out", "unknown:Odd"]
    assert rows[3].kind == "adjustment"
    shown = preview(made, "\n".join(lines).encode(), "")
    assert shown.counts == {"rows": 5, "accepted": 4, "rejected": 0, "skipped": 1}
    assert shown.unknown_values == {"Odd": 1}
    assert "move no money" in shown.rows[3].skipped


def test_debit_and_credit_columns():
    made = layout(
        columns=[{"column": "Day", "field": "booked_on"}],
        sign={"mode": "debit_credit", "debit": "Out", "credit": "In"},
        kinds={"default": "bank_credit", "default_debit": "bank_debit"},
    )
    lines = [
        "Id;Day;Out;In",
        "1;2026-01-01;;5.00",
        "2;2026-01-01;3.00;",
        "3;2026-01-01;-3.00;0.00",
        "4;2026-01-01;1;1",
        "5;2026-01-01;;",
    ]
    assert money(made, *lines) == [
        ("bank_credit", "5.00", "5.00"),
        ("bank_debit", "-3.00", "-3.00"),
        ("bank_debit", "-3.00", "-3.00"),
    ]
    both, neither = reasons(made, *lines)
    assert "a debit and a credit" in both
    assert "The amount is empty" in neither


def test_a_kind_with_the_wrong_sign_is_refused():
    made = layout(kinds={"default": "refund"})
    (reason,) = reasons(made, "Id;Day;Amount", "1;2026-01-01;5")
    assert "With a refund money leaves us, but the amount is 5.00" in reason


# ----------------------------------------------------------------------
# Fees
# ----------------------------------------------------------------------


def test_gross_or_net_is_worked_out():
    fees = [{"column": "Fee"}]
    lines = ["Id;Day;Amount;Fee", "1;2026-01-01;100;2.50"]
    assert money(layout(fees=fees), *lines) == [("charge", "100.00", "97.50")]
    columns = [BASE["columns"][0], {"column": "Amount", "field": "net_amount"}]
    made = layout(fees=fees, columns=columns)
    assert money(made, *lines) == [("charge", "102.50", "100.00")]


def test_gross_less_fee_and_tax_is_proved_for_each_row():
    made = layout(
        fees=[{"column": "Fee"}, {"column": "Tax", "part": "tax"}],
        columns=plus(("Net", "net_amount")),
    )
    lines = [
        "Id;Day;Amount;Fee;Tax;Net",
        "1;2026-01-01;100;2.50;0.50;97.00",
        "2;2026-01-01;100;2.50;0.50;97.01",
    ]
    assert money(made, *lines) == [("charge", "100.00", "97.00")]
    (reason,) = reasons(made, *lines)
    assert "Gross 100.00 less fees and taxes of 3.00 is 97.00" in reason
    assert "states 97.01" in reason


def test_signs_and_kinds_of_fees():
    made = layout(
        fees=[
            {"column": "A", "sign": "cost_negative"},
            {"column": "B", "sign": "absolute", "kind": "scheme"},
            {"column": "C", "kind": "interchange"},
            {"column": "T", "part": "tax", "kind": "interchange"},
        ]
    )
    found = facts(made, "Id;Day;Amount;A;B;C;T", "1;2026-01-01;10;-1;-2;3;0.5")
    (row,) = of(found, TransactionFact)
    assert [(fee.kind, fee.amount, fee.tax_amount) for fee in row.fees] == [
        ("processing", 1, 0),
        ("scheme", 2, 0),
        ("interchange", 3, Decimal("0.50")),
    ]
    assert (row.fee_amount, row.tax_amount) == (6, Decimal("0.50"))
    assert row.net_amount == Decimal("3.50")


def test_a_fee_that_includes_its_tax():
    made = layout(
        fees=[
            {"column": "Fee", "includes_tax": True},
            {"column": "Tax", "part": "tax"},
        ]
    )
    (row,) = of(
        facts(made, "Id;Day;Amount;Fee;Tax", "1;2026-01-01;100;1.19;0.19"),
        TransactionFact,
    )
    assert (row.fee_amount, row.tax_amount) == (1, Decimal("0.19"))
    assert row.net_amount == Decimal("98.81")


def test_a_row_that_is_a_fee_has_no_fee_line():
    made = layout(
        fees=[{"column": "Fee"}],
        kinds={"default": "fee"},
    )
    found = facts(made, "Id;Day;Amount;Fee", "1;2026-01-01;0;2.50")
    (row,) = of(found, TransactionFact)
    assert (row.gross_amount, row.net_amount, row.fees) == (
        Decimal("-2.50"),
        Decimal("-2.50"),
        (),
    )


def test_a_row_that_is_only_a_fee_goes_the_way_of_the_fee():
    made = layout(
        fees=[{"column": "Fee"}],
        kinds={"default": "fee_refund", "default_debit": "fee"},
    )
    lines = ["1;2026-01-01;0;2.50", "2;2026-01-01;0;-2.50", "3;2026-01-01;1;2.50"]
    assert money(made, "Id;Day;Amount;Fee", *lines) == [
        ("fee", "-2.50", "-2.50"),
        ("fee_refund", "2.50", "2.50"),
        ("fee", "-1.50", "-1.50"),
    ]


def test_sub_cents_are_refused_unless_a_rule_rounds_them():
    lines = ["Id;Day;Amount;Fee", "1;2026-01-01;10;0.125"]
    (reason,) = reasons(layout(fees=[{"column": "Fee"}]), *lines)
    assert "Fee: 0.125 has more decimals than EUR allows" in reason
    made = layout(
        fees=[{"column": "Rounded"}],
        computed=[{"name": "Rounded", "expression": "round([Fee], 2)"}],
    )
    assert money(made, *lines) == [("charge", "10.00", "9.87")]


# ----------------------------------------------------------------------
# Texts and dates
# ----------------------------------------------------------------------


def test_the_first_column_that_is_not_empty_fills_a_field():
    made = layout(
        columns=plus(("Order", "order_reference"), ("Basket", "order_reference"))
    )
    found = of(
        facts(
            made,
            "Id;Day;Amount;Order;Basket",
            "1;2026-01-01;1;A;B",
            "2;2026-01-01;1; ;B",
        ),
        TransactionFact,
    )
    assert [row.order_reference for row in found] == ["A", "B"]


def test_structured_references_only_with_their_check_digits():
    made = layout(columns=plus(("Ref", "structured_reference")))
    found = of(
        facts(
            made,
            "Id;Day;Amount;Ref",
            "1;2026-01-01;1;RF18 5390 0754 7034",
            "2;2026-01-01;1;+++010/8068/17183+++",
            "3;2026-01-01;1;RF19 5390 0754 7034",
            "4;2026-01-01;1;",
        ),
        TransactionFact,
    )
    assert [row.structured_reference for row in found] == [
        "RF18539007547034",
        "010806817183",
        "",
        "",
    ]
    assert found[2].payment_reference == "RF19 5390 0754 7034"


def test_rare_fields():
    made = layout(
        columns=plus(
            ("Changed", "source_version_at"),
            ("Land", "card_country"),
            ("Rate", "exchange_rate"),
            ("Paid", "presentment_amount"),
            ("In", "presentment_currency"),
            ("Value", "value_date"),
        )
    )
    head = "Id;Day;Amount;Changed;Land;Rate;Paid;In;Value"
    found = facts(
        made,
        head,
        "1;2026-01-01;-1;2026-01-02T03:04:05Z;de;0.925;1.10;usd;2026-01-03",
        "2;2026-01-01;1;;Germany;;;;",
        "3;2026-01-01;1;soon;DE;0;1.10;dollar;later",
    )
    first, second = of(found, TransactionFact)
    assert str(first.source_version_at) == "2026-01-02 03:04:05"
    assert (first.card_country, second.card_country) == ("DE", "")
    assert first.exchange_rate == Decimal("0.925")
    assert (first.presentment_amount, first.presentment_currency) == (
        Decimal("-1.10"),
        "USD",
    )
    assert str(first.value_date) == "2026-01-03"
    assert second.presentment_amount is None
    (reason,) = [row.reason for row in of(found, RejectedRow)]
    assert "Value: 'later' is no date" in reason
    shown = preview(made, f"{head}\n3;x;1;soon;DE;0;1;dollar;later".encode(), "")
    assert {error.column for error in shown.rows[0].errors} >= {"Day", "Value"}


def test_all_wrong_cells_of_a_row_are_told():
    made = layout(
        fees=[{"column": "Fee"}],
        columns=plus(("Currency", "currency")),
        constants={},
    )
    content = b"Id;Day;Amount;Fee;Currency\n;soon;much;some;E\n"
    shown = preview(made, content, "")
    assert {error.column: error.field for error in shown.rows[0].errors} == {
        "Currency": "currency",
        "Amount": "gross_amount",
        "Fee": "fee_amount",
        "Day": "booked_on",
        "Id": "external_id",
    }
    (reason,) = reasons(made, *content.decode().split("\n"))
    assert reason.startswith("Row 2: ")
    assert "2 more cells are wrong" in reason


def test_every_row_needs_its_currency():
    made = layout(columns=plus(("Currency", "currency")))
    found = of(
        facts(
            made,
            "Id;Day;Amount;Currency",
            "1;2026-01-01;1;jpy",
            "2;2026-01-01;1;",
            "3;2026-01-01;1;Yens",
        ),
        TransactionFact,
    )
    # The constant fills what the column leaves open.
    assert [row.currency for row in found] == ["JPY", "EUR"]


# ----------------------------------------------------------------------
# Rows that count
# ----------------------------------------------------------------------


def test_rows_that_are_left_out():
    made = layout(rows={"only_if": "[State] = 'paid'", "skip_if": "[Amount] = 0"})
    content = (
        b"Id;Day;Amount;State\n1;2026-01-01;1;paid\n2;x;y;open\n"
        b"3;2026-01-01;0;paid\nTotal;1\n"
    )
    shown = preview(made, content, "")
    assert shown.counts == {"rows": 4, "accepted": 1, "rejected": 0, "skipped": 3}
    assert not reasons(made, *content.decode().split("\n"))


def test_a_condition_without_a_value_puts_the_row_aside():
    made = layout(rows={"skip_if": "[Amount] > 10"})
    (reason,) = reasons(made, "Id;Day;Amount", "1;2026-01-01;x", "2;2026-01-01;1")
    assert "'x' is no number" in reason


def test_empty_cells_mean_what_the_row_above_means():
    made = layout(
        rows={"fill_down": ["Day", "Shop"]}, columns=plus(("Shop", "description"))
    )
    found = of(
        facts(
            made,
            "Shop;Id;Day;Amount",
            "A;1;2026-01-01;1",
            ";2;;2",
            "B;3; ;3",
            ";4;2026-01-02;4",
        ),
        TransactionFact,
    )
    assert [row.description for row in found] == ["A", "A", "B", "B"]
    assert [row.booked_on.day for row in found] == [1, 1, 1, 2]


def test_computed_columns_and_tables():
    made = layout(
        tables=[{"name": "Shops", "values": {"01": "North", "02": "South"}}],
        computed=[
            {"name": "Shop", "expression": 'lookup("Shops", left([Id], 2))'},
            {"name": "Text", "expression": '[Shop] & " " & [File name]'},
        ],
        columns=plus(("Text", "description")),
    )
    found = facts(
        made,
        "Id;Day;Amount",
        "01-1;2026-01-01;1",
        "09-1;2026-01-01;1",
        filename="may.csv",
    )
    (row,) = of(found, TransactionFact)
    assert row.description == "North may.csv"
    (wrong,) = of(found, RejectedRow)
    assert "Shop: '09' is not in the table" in wrong.reason
    assert wrong.external_id == "09-1"


def test_a_missing_column_refuses_the_file():
    with pytest.raises(MalformedInput, match="no column 'Amount'.*'Id', 'Day'"):
        facts(layout(), "Id;Day", "1;2026-01-01")
    assert not recognises(layout(), "x", b"Id;Day\n")
    assert recognises(layout(), "x", b"Id;Day;Amount\n")


def test_a_computed_column_takes_no_name_of_the_file():
    made = layout(computed=[{"name": "Note", "expression": "1"}])
    with pytest.raises(MalformedInput, match="a column 'Note' of its own"):
        facts(made, "Id;Day;Amount;Note", "1;2026-01-01;1;x")


# ----------------------------------------------------------------------
# Identity
# ----------------------------------------------------------------------


def test_an_id_that_comes_twice():
    lines = ["Id;Day;Amount", "1;2026-01-01;1", "1;2026-01-01;2", "2;2026-01-01;3"]
    assert money(layout(), *lines) == [
        ("charge", "1.00", "1.00"),
        ("charge", "3.00", "3.00"),
    ]
    (reason,) = reasons(layout(), *lines)
    assert "The id '1' came before in this file" in reason
    made = layout(identity={"columns": ["Id"], "repeats": "count"})
    found = of(facts(made, *lines), TransactionFact)
    assert [(row.external_id, row.occurrence) for row in found] == [
        ("1", 0),
        ("1", 1),
        ("2", 0),
    ]


def test_a_row_that_was_put_aside_does_not_take_an_id():
    lines = ["Id;Day;Amount", "1;2026-01-01;x", "1;2026-01-01;2"]
    assert money(layout(), *lines) == [("charge", "2.00", "2.00")]


def test_rows_without_an_id():
    made = layout(identity={"columns": ["Id"], "otherwise": ["Day", "Amount"]})
    lines = ["Id;Day;Amount", ";2026-01-01;1", ";2026-01-01;1", "7;2026-01-01;1"]
    found = of(facts(made, *lines), TransactionFact)
    assert found[0].external_id == found[1].external_id
    assert found[0].external_id.startswith("fp-")
    assert [row.occurrence for row in found] == [0, 1, 0]
    (first, second) = reasons(layout(), *lines)
    assert "Nothing says which row this is" in first
    assert second


def test_rows_in_another_order_are_the_same_rows():
    made = layout(identity={"mode": "fingerprint", "columns": ["Day", "Amount", "Id"]})
    lines = ["1;2026-01-01;1", "1;2026-01-01;1", "2;2026-01-02;5", ";2026-01-01;1"]
    once = {
        (row.external_id, row.occurrence): row
        for row in of(facts(made, "Id;Day;Amount", *lines), TransactionFact)
    }
    again = {
        (row.external_id, row.occurrence): row
        for row in of(facts(made, "Id;Day;Amount", *reversed(lines)), TransactionFact)
    }
    assert once == again
    assert len(once) == 4


def test_ids_of_several_columns_cannot_be_confused():
    assert joined(["a:b", "c"]) != joined(["a", "b:c"])
    assert joined(["a%3A", "c"]) != joined(["a:", "c"])
    assert joined(["", ""]) == ""
    assert joined(["only"]) == "only"
    long = "x" * 500
    assert len(joined([long])) < 120
    assert joined([long]) != joined([long + "y"])
    assert fingerprint(["a", "b"]) != fingerprint(["ab", ""])
    assert fingerprint(["a  b"]) == fingerprint(["a b"])


def test_keys_are_counted_exactly():
    seen = SeenKeys()
    for turn in range(3):
        assert {seen.number(str(n)) for n in range(5000)} == {turn}


# ----------------------------------------------------------------------
# Batches
# ----------------------------------------------------------------------

PAID = {
    "column": "Type",
    "values": [
        {"value": "sale", "kind": "charge"},
        {"value": "back", "kind": "refund"},
        {"value": "out", "kind": "payout"},
    ],
}


def batches(made, *lines):
    return {
        (fact.account_identifier, fact.currency, fact.external_id): fact
        for fact in of(facts(made, *lines), BatchFact)
    }


def test_currencies_and_accounts_are_batches_of_their_own():
    made = layout(
        columns=plus(("Currency", "currency"), ("Shop", "account_identifier")),
        batch={"by": "columns", "columns": ["Payout"]},
    )
    found = batches(
        made,
        "Id;Day;Amount;Currency;Shop;Payout",
        "1;2026-01-01;1;EUR;A;P",
        "2;2026-01-01;2;USD;A;P",
        "3;2026-01-02;4;EUR;B;P",
        "4;2026-01-03;8;EUR;A;P",
        "5;2026-01-03;16;EUR;A;",
    )
    assert {key: fact.total for key, fact in found.items()} == {
        ("A", "EUR", "P"): 9,
        ("A", "USD", "P"): 2,
        ("B", "EUR", "P"): 4,
    }
    assert str(found["A", "EUR", "P"].date) == "2026-01-03"


def test_a_payout_row_is_the_total_of_its_lines():
    made = layout(
        kinds=PAID,
        batch={"by": "columns", "columns": ["Payout"], "total": "payout_row"},
    )
    head = "Id;Day;Amount;Type;Payout"
    lines = ["1;2026-01-01;10;sale;P", "2;2026-01-01;-3;back;P"]
    ((_key, batch),) = batches(made, head, *lines, "3;2026-01-02;-7;out;P").items()
    assert (batch.total, batch.complete, batch.payout_external_id) == (7, True, "3")
    # What does not add up shows in the batch, for its total is that of the payout.
    ((_key, batch),) = batches(made, head, *lines, "3;2026-01-02;-8;out;P").items()
    assert batch.total == 8
    # Nobody has been paid yet.
    ((_key, batch),) = batches(made, head, *lines).items()
    assert (batch.total, batch.complete) == (7, False)


@pytest.mark.parametrize("first", [False, True])
def test_rows_between_payout_rows(first):
    made = layout(kinds=PAID, batch={"by": "payout_row", "payout_row_first": first})
    lines = [
        "1;2026-01-01;10;sale",
        "2;2026-01-01;-10;out",
        "3;2026-01-02;5;sale",
        "4;2026-01-02;-5;out",
        "5;2026-01-03;1;sale",
    ]
    if first:
        lines = ["5;2026-01-03;1;sale", *reversed(lines[:-1])]
    found = facts(made, "Id;Day;Amount;Type", *lines)
    inside = {
        row.external_id: row.batch_external_id for row in of(found, TransactionFact)
    }
    assert inside == {"1": "2", "2": "2", "3": "4", "4": "4", "5": ""}
    assert {fact.external_id: fact.total for fact in of(found, BatchFact)} == {
        "2": 10,
        "4": 5,
    }


def test_payouts_without_a_list_are_batches_of_their_own():
    made = layout(kinds=PAID)
    found = facts(
        made, "Id;Day;Amount;Type", "1;2026-01-01;5;sale", "2;2026-01-02;-5;out"
    )
    (batch,) = of(found, BatchFact)
    assert (batch.total, batch.lists_rows, batch.payout_external_id) == (5, False, "2")
    made = layout(kinds=PAID, batch={"by": "day", "kind": "day"})
    found = facts(
        made, "Id;Day;Amount;Type", "1;2026-01-01;5;sale", "2;2026-01-02;-5;out"
    )
    assert {(fact.kind, fact.external_id) for fact in of(found, BatchFact)} == {
        ("day", "2026-01-01"),
        ("payout", "payout:2"),
    }


def test_the_batch_of_a_file_is_named_by_its_days_or_by_the_file():
    made = layout(batch={"by": "file", "kind": "statement"})
    lines = ["Id;Day;Amount", "1;2026-01-05;1", "2;2026-01-03;2"]
    ((key, batch),) = batches(made, *lines).items()
    assert key[2] == "2026-01-03..2026-01-05"
    assert (batch.kind, batch.total) == ("statement", 3)
    made = layout(
        file={
            **BASE["file"],
            "skip_lines": 1,
            "named_cells": [{"name": "Number", "label": "No"}],
        },
        batch={"by": "file", "kind": "statement", "columns": ["Number"]},
    )
    ((key, _batch),) = batches(made, "No: 2026/17", *lines).items()
    assert key[2] == "2026/17"


def test_what_the_rows_state_of_their_batch():
    made = layout(
        batch={
            "by": "columns",
            "columns": ["Payout"],
            "total": "column",
            "total_column": "Total",
            "date_column": "Paid",
            "expected_on_column": "Due",
            "reference_column": "Trace",
            "descriptor_column": "Text",
            "opening_column": "Open",
            "closing_column": "Close",
        }
    )
    head = "Id;Day;Amount;Payout;Total;Paid;Due;Trace;Text;Open;Close"
    rest = "2026-02-01;2026-02-03;TR1;SHOP;0;3"
    ((_key, batch),) = batches(
        made, head, f"1;2026-01-01;1;P;3;{rest}", f"2;2026-01-01;2;P;3;{rest}"
    ).items()
    assert (batch.total, str(batch.date), str(batch.expected_on)) == (
        3,
        "2026-02-01",
        "2026-02-03",
    )
    assert (batch.reference, batch.descriptor) == ("TR1", "SHOP")
    assert (batch.opening_balance, batch.closing_balance) == (0, 3)
    found = facts(
        made, head, f"1;2026-01-01;1;P;3;{rest}", f"2;2026-01-01;2;P;4;{rest}"
    )
    (wrong,) = of(found, RejectedRow)
    assert wrong.code == "batch_unbalanced"
    assert "different values in 'Total'" in wrong.reason
    assert not of(found, BatchFact)[0].complete


def test_a_bad_row_never_changes_the_sum_of_the_good_ones():
    made = layout(batch={"by": "columns", "columns": ["Payout"]})
    head = "Id;Day;Amount;Payout"
    found = facts(made, head, "1;2026-01-01;1;P", "2;soon;2;P", "3;2026-01-01;4;Q")
    kept = {fact.external_id: fact for fact in of(found, BatchFact)}
    assert (kept["P"].total, kept["P"].complete) == (1, False)
    assert (kept["Q"].total, kept["Q"].complete) == (4, True)
    # Where nobody knows which batch the row was in, none is complete.
    found = facts(made, head, "1;2026-01-01;1;P", "2;2;P", "3;2026-01-01;4;Q")
    assert [fact.complete for fact in of(found, BatchFact)] == [False, False]


def test_a_row_that_describes_no_batch_is_put_aside():
    made = layout(
        batch={
            "by": "columns",
            "columns": ["Payout"],
            "described_by": "[Id] = 'H'",
            "date_column": "Day",
        }
    )
    head = "Id;Day;Amount;Payout"
    found = facts(made, head, "H;2026-01-09;;P", "1;2026-01-01;1;P", "H;2026-01-09;;")
    (batch,) = of(found, BatchFact)
    assert str(batch.date) == "2026-01-09"
    (wrong,) = of(found, RejectedRow)
    assert "Nothing says which batch" in wrong.reason


# ----------------------------------------------------------------------
# Controls
# ----------------------------------------------------------------------


def checks(made, *lines):
    stream = io.BytesIO("\n".join(lines).encode())
    return {each.name: each for each in check_totals(made, stream)}


SUM = {"name": "Sum", "column": "Amount", "where": "[Id] = 'T'"}


def test_a_sum_that_is_right_and_one_that_is_not():
    made = layout(totals=[SUM])
    lines = ["Id;Day;Amount", "1;2026-01-01;1", "2;2026-01-01;2"]
    assert checks(made, *lines, "T;;3")["Sum"].is_right
    wrong = checks(made, *lines, "T;;3.50")["Sum"]
    assert wrong.is_right is False
    assert (wrong.stated, wrong.found) == ("3.50", "3.00")
    assert "its rows have 3.00: 0.50 too little" in wrong.sentence
    assert checks(made, *lines)["Sum"].is_right is None
    found = facts(made, *lines, "T;;3.50")
    (row,) = of(found, RejectedRow)
    assert (row.code, row.number) == ("batch_unbalanced", 4)
    assert len(of(found, TransactionFact)) == 2


def test_a_wrong_file_may_be_refused_as_a_whole():
    made = layout(totals=[SUM], refuse_wrong_totals=True)
    with pytest.raises(MalformedInput, match="The file is refused.*0.50 too little"):
        facts(made, "Id;Day;Amount", "1;2026-01-01;1", "T;;1.50")
    assert len(facts(made, "Id;Day;Amount", "1;2026-01-01;1", "T;;1.00")) == 1


def test_sums_of_several_currencies():
    made = layout(
        columns=plus(("Currency", "currency")),
        totals=[{**SUM, "currency_column": "Currency"}],
    )
    lines = [
        "Id;Day;Amount;Currency",
        "1;2026-01-01;1;EUR",
        "2;2026-01-01;2;USD",
        "T;;1;EUR",
        "T;;3;USD",
    ]
    results = check_totals(made, io.BytesIO("\n".join(lines).encode()))
    assert [(each.currency, each.is_right) for each in results] == [
        ("EUR", True),
        ("USD", False),
    ]
    made = layout(columns=plus(("Currency", "currency")), totals=[SUM])
    result = checks(made, *lines)["Sum"]
    assert result.is_right is None
    assert "name the column that does" in result.sentence


def test_a_number_of_rows():
    made = layout(
        totals=[
            {"name": "Rows", "check": "count", "column": "Day", "where": "[Id] = 'T'"}
        ]
    )
    lines = ["Id;Day;Amount", "1;2026-01-01;1", "2;x;2"]
    # A row that could not be read is a row.
    assert checks(made, *lines, "T;2;")["Rows"].is_right
    assert checks(made, *lines, "T;3;")["Rows"].is_right is False
    (_bad, row) = of(facts(made, *lines, "T;3;"), RejectedRow)
    assert row.code == "missing_data"
    assert checks(made, *lines, "T;many;")["Rows"].is_right is None


def test_balances_of_the_first_and_last_row():
    made = layout(
        totals=[
            {"name": "Saldo", "check": "balance", "opening": "Old", "closing": "New"},
        ]
    )
    lines = ["Id;Day;Amount;Old;New", "1;2026-01-01;1;10;11", "2;2026-01-01;2;11;13"]
    assert checks(made, *lines)["Saldo"].is_right
    (balance,) = of(facts(made, *lines), BalanceFact)
    assert (balance.available, str(balance.observed_at)) == (13, "2026-01-01 23:59:59")
    wrong = checks(made, *lines, "3;2026-01-01;2;13;16")["Saldo"]
    assert wrong.is_right is False
    assert "Opening 10.00 and rows of 5.00 make 15.00 EUR" in wrong.sentence
    assert not of(facts(made, *lines, "3;2026-01-01;2;13;16"), BalanceFact)


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_running_balance(newest_first):
    made = layout(
        totals=[
            {
                "name": "Run",
                "check": "running_balance",
                "column": "Bal",
                "newest_first": newest_first,
            }
        ],
        kinds={"default": "charge", "default_debit": "refund"},
    )

    def run(*lines):
        lines = lines[::-1] if newest_first else lines
        return checks(made, "Id;Day;Amount;Bal", *lines)["Run"]

    good = ("1;2026-01-01;1;11", "2;2026-01-01;2;13", "3;2026-01-01;-4;9")
    assert run(*good).is_right
    wrong = run(good[0], "2;2026-01-01;2.5;13", good[2])
    assert wrong.is_right is False
    assert "the balance is" in wrong.sentence
    # Behind a row that cannot be read the balance begins anew.
    assert run(good[0], "2;2026-01-01;x;13", good[2]).is_right is None


def test_a_file_that_is_cut_compares_nothing():
    made = layout(totals=[SUM])
    shown = preview(
        made, b"Id;Day;Amount\n1;2026-01-01;1\n2;2026-01-", "", is_whole=False
    )
    assert shown.counts["accepted"] == 1
    assert shown.counts["rejected"] == 0
    assert shown.checks[0].is_right is None


def test_json_that_breaks_off_says_so():
    made = layout(file={"kind": "json"}, batch={"by": "day", "kind": "day"})
    content = b'[{"Id": "1", "Day": "2026-01-01", "Amount": 1}, {"Id": "2", '
    found = list(parse(made, io.BytesIO(content), ""))
    (row,) = of(found, RejectedRow)
    assert row.code == "missing_data"
    assert "Fetch the file again" in row.reason
    (batch,) = of(found, BatchFact)
    assert not batch.complete


def test_a_preview_of_what_cannot_be_read():
    assert "no column" in preview(layout(), b"A;B\n1;2\n", "").problem
    assert preview(layout(), b"", "").problem
    assert "no XLSX" in preview(layout(file={"kind": "xlsx"}), b"x", "").problem
