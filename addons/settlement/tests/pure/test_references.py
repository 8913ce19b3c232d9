from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.references import normalise


def test_spelling_of_invoice_numbers_does_not_matter():
    spellings = ("INV/2026/00012", "inv 2026-00012", " INV.2026.00012 ")
    assert {normalise("invoice", text) for text in spellings} == {"INV202600012"}


def test_identifiers_of_machines_keep_their_case():
    assert normalise("provider", " pi_Abc ") == "pi_Abc"


def test_addresses_compare_in_lower_case():
    assert normalise("email", " Ann@Example.COM") == "ann@example.com"


@given(st.sampled_from(["provider", "invoice", "email", "iban"]), st.text())
def test_spelling_twice_changes_nothing(kind, text):
    once = normalise(kind, text)
    assert normalise(kind, once) == once
