"""Whether a row's gross amount explains its net amount, and what is said if not."""

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.money import exponent, from_minor
from odoo.addons.settlement_adyen.bench.sample_report import converted
from odoo.addons.settlement_adyen.reports.proof import Gross, Unexplained, explain

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402
from adyen_report import facts, of_account, payout, refund, sale  # noqa: E402

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD"])


def put_aside(*rows):
    return [each for each in paper.rejected(facts(*rows)) if each.number]


# ----------------------------------------------------------------------
# Amounts that contradict each other
# ----------------------------------------------------------------------


def test_fees_that_do_not_explain_the_net_are_put_aside():
    (row,) = put_aside(sale(Net_Credit_NC="97.00"))
    assert (row.number, row.code) == (2, "fee_variance")
    assert "less fees 2.50 is 97.5 EUR, but net says 97.00" in row.reason
    assert row.reason.startswith(f"{paper.PSP}: ")
    assert row.external_id == f"{paper.PSP}/{paper.CAPTURE}/settled/237/EUR"


def test_a_cent_of_rounding_is_no_contradiction():
    (fact,) = paper.transactions(facts(sale(Net_Credit_NC="97.51")))
    assert fact.gross_amount == Decimal("100.01")


def test_two_cents_are():
    assert put_aside(sale(Net_Credit_NC="97.52"))


def test_a_rate_that_is_missing():
    (row,) = put_aside(sale(Net_Currency="USD", Exchange_Rate=""))
    assert row.code == "rate_missing"
    assert "is in EUR, the net amount in USD" in row.reason


def test_a_rate_of_few_digits_is_meant_as_it_stands():
    dollars = {"Net_Currency": "USD", "Exchange_Rate": "1.1"}
    assert not put_aside(sale(**dollars, Net_Credit_NC="107.50"))
    assert put_aside(sale(**dollars, Net_Credit_NC="107.60"))


def test_the_rate_is_not_needed_within_a_currency():
    assert not put_aside(sale(Exchange_Rate=""))


def test_fees_of_a_row_without_gross_are_its_net():
    assert not put_aside(of_account("Fee", debit="2.50", Commission_NC="2.50"))
    (row,) = put_aside(of_account("Fee", debit="2.50", Commission_NC="1.50"))
    assert row.code == "fee_variance"


def test_the_name_of_a_row_that_was_put_aside_is_that_of_its_transaction():
    (row,) = put_aside(sale(Net_Credit_NC="1.00"))
    (fact,) = paper.transactions(facts(sale()))
    assert row.external_id == fact.external_id


def test_what_has_no_number_of_its_own_is_put_aside_without_a_name():
    (row,) = put_aside(of_account("Fee", debit="x"))
    assert row.external_id == ""


# ----------------------------------------------------------------------
# Gross on the wrong side
# ----------------------------------------------------------------------

TURNED = {"Gross_Credit_GC": "", "Gross_Debit_GC": "100.00"}


def test_the_net_says_in_which_direction_money_goes():
    found = facts(sale(**TURNED), payout("97.50"))
    (fact, _payout) = paper.transactions(found)
    assert (fact.kind, fact.gross_amount) == ("charge", Decimal("100.00"))
    (finding,) = paper.rejected(found)
    assert (finding.number, finding.code) == (2, "malformed_input")
    assert finding.reason.startswith("1 rows state their gross amount in the column")


def test_one_finding_for_all_such_rows():
    rows = [
        sale(**TURNED, Modification_Reference=f"85{number:014}") for number in range(9)
    ]
    (finding,) = paper.rejected(facts(sale(), *rows, payout("975.00")))
    assert finding.number == 3
    assert finding.reason.startswith("9 rows")


def test_a_gross_amount_in_both_columns_by_accident():
    row = refund(
        Gross_Credit_GC="52.00",
        Gross_Debit_GC="55.00",
        Net_Debit_NC="50.00",
        Commission_NC="-5.00",
    )
    found = facts(row, payout("1.00"))
    fact = paper.transactions(found)[0]
    assert (fact.kind, fact.gross_amount) == ("refund", Decimal("-55.00"))
    assert [each.number for each in paper.rejected(found)] == [2]


def test_the_turned_amount_of_another_currency_is_turned_back():
    row = sale(
        Gross_Credit_GC="",
        Gross_Debit_GC="5.35",
        Exchange_Rate="1.0656568",
        Net_Currency="USD",
        Net_Credit_NC="5.43",
        Commission_NC="0.27",
    )
    fact = paper.transactions(facts(row))[0]
    assert fact.presentment_amount == Decimal("5.35")


def test_a_row_that_is_put_aside_is_not_counted_as_turned():
    bad = sale(**TURNED, Creation_Date="never")
    found = facts(bad, sale(), payout("97.50"))
    assert [each.number for each in paper.rejected(found)] == [2]


# ----------------------------------------------------------------------
# Laws
# ----------------------------------------------------------------------


@given(
    CURRENCIES,
    CURRENCIES,
    st.integers(-10_000_000, 10_000_000),
    st.integers(-5_000, 5_000),
    st.integers(1_000_000, 500_000_000),
)
def test_whatever_was_rounded_once_is_explained(paid_in, currency, stated, fee, digits):
    rate = Decimal(1) if paid_in == currency else Decimal(digits).scaleb(-7)
    net = from_minor(
        converted(stated, paid_in, rate, currency) - fee, exponent(currency)
    )
    value = from_minor(abs(stated), exponent(paid_in))
    gross = Gross(
        paid_in,
        value if stated > 0 else Decimal(0),
        value if stated < 0 else Decimal(0),
        rate,
        Decimal("0.00000005"),
    )
    fees = from_minor(fee, exponent(currency))
    explained = explain(gross, currency, net, fees)
    assert abs(explained) == value
    allowed = max(Decimal("0.01"), from_minor(1, exponent(currency)))
    assert abs(explained * rate - fees - net) <= allowed + value * gross.precision


@given(st.integers(3, 10**9), st.integers(3, 10**6), st.sampled_from([1, -1]))
def test_what_is_more_than_a_cent_off_is_not(gross, off, sign):
    stated = from_minor(gross, 2)
    net = stated + sign * from_minor(off, 2)
    if abs(-stated - net) <= Decimal("0.01") or abs(net) <= Decimal("0.01"):
        return
    row = Gross("EUR", stated, Decimal(0), None, Decimal(0))
    with pytest.raises(Unexplained):
        explain(row, "EUR", net, Decimal(0))
