import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import names

LETTERS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzäöüßéèø", min_size=2, max_size=9)
NAMES = st.lists(LETTERS, min_size=1, max_size=4).map(" ".join)
ANYTHING = st.text(max_size=200)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Jonas Keller", "KELLER, JONAS"),
        ("Jonas Keller", "Herr Dr. Jonas Keller"),
        ("Müller GmbH", "Mueller G.m.b.H."),
        ("Müller GmbH", "MULLER GMBH"),
        ("Büro Lindner OHG", "Buero Lindner"),
        ("Société Générale S.A.", "SOCIETE GENERALE"),
        ("Novo Nordisk A/S", "Novo Nordisk"),
        ("Łódź Trade Sp. z o.o.", "Lodz Trade"),
        ("O'Neill & Sons Ltd.", "ONeill Sons Limited"),
        ("Ada Tec AG", "AdaTec"),
        ("Straße und Söhne KG", "STRASSE SOEHNE"),
    ],
)
def test_spellings_of_the_same_name(first, second):
    assert names.similarity(first, second) == names.SAME


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Spedition Weser KG", "Spediton Weser KG"),
        ("Mietwerk Immobilien GmbH", "Mietwerk Immobil"),
        ("Anna Albrecht", "Anna Ablrecht"),
        ("Stadtwerke Aachen", "Stadtwerke Achen"),
    ],
)
def test_slips_and_shortened_names_are_close(first, second):
    assert names.CLOSE <= names.similarity(first, second) < names.SAME


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Anna Albrecht", "Ben Albrecht"),
        ("Kontor Papier GmbH", "Rhein Energie GmbH"),
        ("Jonas Keller", "Jonas Kelter-Brandt"),
        ("Order of Odd Fellows", "Vera Winkler"),
        ("Ben Ott", "Tim Ott"),
        ("", "Ada"),
        ("GmbH", "Ltd"),
        ("...", "Ada"),
        ("田中商店", "佐藤商店"),
    ],
)
def test_other_people(first, second):
    assert names.similarity(first, second) < names.CLOSE


def test_initials_are_not_enough_alone():
    assert names.similarity("J. Keller", "Jonas Keller") < names.CLOSE
    assert names.similarity("J. Keller", "Jonas Keller") > names.similarity(
        "J. Keller", "Anna Keller"
    )


def test_names_made_of_legal_forms_keep_them():
    assert names.words("Die Company") == ("die",)
    assert names.words("Co. KG") == ("co", "kg")


@given(ANYTHING, ANYTHING)
@settings(deadline=None, max_examples=500)
def test_any_text_is_compared_and_both_ways_alike(first, second):
    there, back = names.similarity(first, second), names.similarity(second, first)
    assert there == back
    assert 0 <= there <= 100
    assert len(names.words(first)) <= names.MOST_WORDS


@given(NAMES, st.randoms())
@settings(deadline=None, max_examples=300)
def test_order_case_and_spaces_change_nothing(name, random):
    shuffled = name.split()
    random.shuffle(shuffled)
    other = "  ".join(shuffled).title()
    if names.words(name):
        assert names.similarity(name, other) == names.SAME


@given(NAMES, NAMES)
@example("ae ae", "aa")
@settings(deadline=None, max_examples=500)
def test_same_names_share_a_key(first, second):
    if names.similarity(first, second) == names.SAME:
        assert names.keys(first) & names.keys(second)


@given(NAMES, st.data())
@settings(deadline=None, max_examples=300)
def test_one_letter_less_in_a_long_name_stays_close(name, data):
    text = f"bergstromholm {name}"
    at = data.draw(st.integers(4, 11))
    other = text[:at] + text[at + 1 :]
    assert names.similarity(text, other) >= names.CLOSE
    assert names.keys(text) & names.keys(other)
