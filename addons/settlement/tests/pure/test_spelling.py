from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.references import normalise
from odoo.addons.settlement.canonical.spelling import CONFUSED, squeeze


def squeezed(text):
    return squeeze(normalise("invoice", text))


def test_bad_spellings_of_one_number_are_squeezed_alike():
    spellings = (
        "INV/2026/00012",
        "inv 2026-12",
        "INV/2O26/00l2",
        "lNV-2026-0012",
        "INV/Z026/OOO12",
        "INV202612",
    )
    assert {squeezed(text) for text in spellings} == {"1NV22612"}


def test_a_wrong_digit_is_squeezed_otherwise():
    assert squeezed("INV/2026/00012") != squeezed("INV/2026/00013")
    assert squeezed("INV/2026/00012") != squeezed("INV/2026/00021")


@given(st.text())
def test_twice_is_once(text):
    once = squeezed(text)
    assert squeeze(once) == once
    assert not set(once) & {*CONFUSED, "0"}
