"""Which bank transaction codes say what a bank books for itself."""

import pytest

from odoo.addons.settlement.canonical.bank_codes import (
    is_interest,
    is_own_charge,
    known_code,
    known_codes,
)
from odoo.addons.settlement.canonical.known_codes import (
    KnownCode,
    codes_page,
    markdown_table,
)


@pytest.mark.parametrize(
    "code",
    "ACMT/MDOP/CHRG PMNT/MDOP/COMM PMNT/CCRD/FEES pmnt/mdop/chrg ACMT/MCOP/INTR "
    "NCHG FCOM SINT".split(),
)
def test_charges_and_interest(code):
    assert is_own_charge(code) and is_own_charge(f" {code} ")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "PMNT/RCDT/ESCT",
        "PMNT/MDOP",
        "CHRG",
        # The fourth part is the reason of a return.
        "PMNT/MDOP/CHRG/AC04",
        "NCHG+808+9310",
        "NTRF",
        "XCHG",
        # Broker's fees and taxes belong to a deal or to a return.
        "SECU/SETT/BROK",
        "ACMT/MDOP/TAXE",
    ],
)
def test_everything_else_is_matched(code):
    assert not is_own_charge(code)
    assert known_code(code) is None


def test_interest_is_told_from_charges():
    assert is_interest("ACMT/MCOP/INTR") and is_interest("NINT")
    assert not is_interest("ACMT/MDOP/CHRG") and not is_interest("NCHG")
    assert not is_interest("PMNT/RCDT/ESCT")


def test_what_is_shown_is_what_is_done():
    shown = known_codes()
    assert len({known.code for known in shown}) == len(shown)
    for known in shown:
        code = known.code.replace("*/*", "PMNT/MDOP")
        assert is_own_charge(code)
        assert is_interest(code) == (known.meaning == "interest")
        assert known_code(code).meaning == known.meaning


def test_kinds_in_words():
    assert KnownCode("a", "charge", "charge").words == "charge"
    assert KnownCode("a", "fee_refund", "fee").words == "fee (−), fee_refund (+)"
    both = KnownCode("a", "adjustment", "adjustment", review=True)
    assert both.words == "review (adjustment)"


def test_a_table_is_sorted_and_has_meanings_if_there_are_any():
    rows = [KnownCode("b", "charge", "charge"), KnownCode("a", "fee", "fee")]
    assert markdown_table("code", rows) == (
        "| code | kind |\n| --- | --- |\n| `a` | fee |\n| `b` | charge |\n"
    )
    rows.append(KnownCode("c", "fee", "fee", meaning="why"))
    table = markdown_table("code", rows).splitlines()
    assert table[0] == "| code | kind | meaning |"
    assert table[-1] == "| `c` | fee | why |"


def test_a_page_has_a_table_for_each_list_in_their_order():
    codes = [
        KnownCode("b", "fee_refund", "fee", group="type"),
        KnownCode("x", "charge", "charge"),
        KnownCode("a", "charge", "charge", group="type"),
    ]
    assert codes_page("\nWhat it becomes.\n", codes) == (
        "What it becomes.\n\n"
        "| type | kind |\n| --- | --- |\n"
        "| `a` | charge |\n| `b` | fee (−), fee_refund (+) |\n\n"
        "| code | kind |\n| --- | --- |\n| `x` | charge |\n"
    )
    assert codes_page("Nothing.", []) == "Nothing.\n\n"
