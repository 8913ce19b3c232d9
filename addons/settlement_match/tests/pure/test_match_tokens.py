import string
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine import tokens
from odoo.addons.settlement_match.engine.tokens import scan


def texts(*given_texts, how=tokens.PLAIN):
    return {token.text for token in scan(given_texts).tokens if token.how == how}


def test_number_between_words():
    assert texts("Invoice INV/2026/00012 thank you") == {
        "INVOICEINV202600012",
        "INV202600012",
    }


@pytest.mark.parametrize(
    "text",
    [
        "(INV/2026/00012)",
        "INV/2026/00012.",
        '"INV/2026/00012",',
        "Re:INV/2026/00012",
        "SVWZ+INV/2026/00012+",
        "INV:2026:00012",
        "inv 2026 00012",
        "paid: INV_2026_00012!",
        "#INV/2026/00012#",
        "INV/2026/00012\nAda",
        "5 INV/2026/00012 7",
        "INV/2026/00011 INV/2026/00012 INV/2026/00013",
        "\u202eINV/2026/00012\u202c",
        "👍INV/2026/00012👍",
    ],
)
def test_number_of_its_own(text):
    assert "INV202600012" in texts(text)


@pytest.mark.parametrize(
    "text",
    [
        "INV/20 26/00012",
        "INV/ 2026/ 00012",
        "INV/2026/00\n012",
        "IN V/2026/0 0012",
        "INV/2026\r\n/00012 Ada",
        "INV - 2026 - 00012",
    ],
)
def test_number_broken_into_pieces(text):
    assert "INV202600012" in texts(text)


def test_what_was_joined_is_told():
    by_text = {token.text: token for token in scan(["INV/20 26/00012"]).tokens}
    assert by_text["INV202600012"].is_joined
    assert by_text["INV202600012"].read == "INV/20 26/00012"


def test_numbers_in_a_list():
    found = texts("INV/2026/00012,INV/2026/00013;INV/2026/00014")
    assert found == {"INV202600012", "INV202600013", "INV202600014"}


def test_retry_suffix():
    assert "INV202600012" not in texts("INV/2026/00012-1")
    assert "INV2026000121" in texts("INV/2026/00012-1")
    assert "INV202600012" in texts("INV/2026/00012-1", how=tokens.RETRY)
    assert "S00042" in texts("S00042-12", how=tokens.RETRY)
    assert not texts("4711-123", how=tokens.RETRY)


@pytest.mark.parametrize(
    "text",
    [
        "RENRINV202600012",
        "Re.Nr.INV/2026/00012",
        "RECHNUNGSNR.INV/2026/00012",
        "InvoiceINV/2026/00012",
        "InvoiceNoINV/2026/00012",
        "INV/2026/00012vom",
        "INV/2026/00012VOM05.01.2026",
        "05.01.2026INV/2026/00012",
        "99-INV/2026/00012/A",
        "éINV/2026/00012",
        "INV/2026/00012é",
    ],
)
def test_number_inside_something_longer(text):
    assert "INV202600012" not in texts(text)
    assert "INV202600012" in texts(text, how=tokens.INSIDE)


@pytest.mark.parametrize("width", [27, 35])
def test_line_that_was_joined_without_a_blank(width):
    before = "thanks for all the goods you sent to us"[:width]
    assert "INV202600012" in texts(before + "INV/2026/00012", how=tokens.INSIDE)
    glued = "x" * (width - 14) + "INV/2026/00012"
    assert "INV202600012" not in texts(glued, how=tokens.PLAIN)
    number_first = "#" * (width - 14) + "INV/2026/00012" + "7thanks"
    assert "INV202600012" in texts(number_first, how=tokens.INSIDE)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INV/2026/0012, 13 und 15", {"INV20260013", "INV20260015"}),
        ("INV/2026/0012 + 13", {"INV20260013"}),
        ("INV/2026/0012 & 0013", {"INV20260013"}),
        ("INV/2026/0112, 13", {"INV20260113", "INV20260013"}),
        ("INV/2026/0012, 13.50", set()),
        ("INV/2026/0012, 13/01", set()),
        ("INV/2026/0012, 13 items", {"INV20260013"}),
        ("INV/2026/0012, 12345", set()),
        ("INV/2026/0012 13", set()),
        ("4711000, 13", set()),
        ("INV/2026/0012, 13th", set()),
    ],
)
def test_list_of_last_numbers(text, found):
    assert texts(text, how=tokens.LISTED) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("INV/2026/0012-0014", {"INV20260013", "INV20260014"}),
        ("INV/2026/0012 bis 14", {"INV20260013", "INV20260014"}),
        ("INV/2026/0012 \u2013 13", {"INV20260013"}),
        ("INV/2026/0012-1", set()),
        ("INV/2026/0012-0012", set()),
        ("INV/2026/0012-0099", set()),
    ],
)
def test_range_of_numbers(text, found):
    assert texts(text, how=tokens.RANGE) == found


@pytest.mark.parametrize(
    "text", ["Thank you very much", "2026", "Order of Odd Fellows", "1.00"]
)
def test_words_without_enough_digits_name_nothing(text):
    assert scan([text]).tokens == []


def test_words_behind_a_number_are_no_part_of_it():
    assert texts("4711000 for the fence") == {"4711000"}
    assert texts("4711000/A") == {"4711000A"}


def test_nothing_to_read():
    assert scan([None, "", "   "]) == tokens.Reading([], False)


def test_texts_do_not_run_into_each_other():
    assert texts("INV/2026", "00012") == {"INV2026", "00012"}
    first, second = scan(["4711000", "4711000"]).tokens
    assert first.end < second.start


@given(
    st.text(alphabet=string.ascii_uppercase + string.digits, min_size=5, max_size=35),
    st.lists(st.sampled_from(["paid", "for", "thanks", "invoice"]), max_size=4),
    st.lists(st.sampled_from(["paid", "for", "thanks", "invoice"]), max_size=4),
)
def test_every_plausible_number_is_found_wherever_it_stands(number, before, after):
    text = " ".join([*before, number, *after])
    plausible = sum(character.isdigit() for character in number) >= 3
    assert (number in texts(text)) == plausible


# ----------------------------------------------------------------------
# Hostile texts
# ----------------------------------------------------------------------

ALPHABETS = [
    st.characters(),
    st.sampled_from("0123456789"),
    st.sampled_from("0O1IlS5B8Z2 /-.,\n"),
    st.sampled_from("%_\\'\";()*+?[]{}|^$.&<>=#@!~`"),
    st.characters(categories=["Mn", "Cf", "Zs", "Nd", "So", "Cc"]),
    st.sampled_from("INV/2026-0012, und bis\u202e\u0660\u00b2\u2460\uff11\u0410\u0418"),
]


@given(
    st.lists(
        st.sampled_from(range(len(ALPHABETS))).flatmap(
            lambda place: st.text(ALPHABETS[place], max_size=120)
        ),
        max_size=5,
    )
)
def test_any_text_can_be_read(given_texts):
    reading = scan(given_texts)
    assert len(reading.tokens) <= tokens.MOST_TOKENS
    for token in reading.tokens:
        assert tokens.SHORTEST <= len(token.text) <= tokens.LONGEST + 6
        assert token.text.isascii() and token.text.isalnum()
        assert token.text == token.text.upper()
        read = tokens.printable(token.read)
        assert len(read) <= 60 and read.isascii() and read.isprintable()
        assert token.start < token.end


MONSTERS = {
    "one long number": "1" * 10_000,
    "many numbers": "12345 " * 5_000,
    "single digits": "1 " * 5_000,
    "single letters and digits": "a1" * 5_000,
    "digits and words": "1ab" * 5_000,
    "glued words": "NR" * 5_000 + "12345",
    "lists": "INV/2026/0012" + ", 13" * 5_000,
    "ranges": "INV/2026/0012-0031 " * 1_000,
    "lines": "INV/2026/00012\n" * 1_000,
    "separators": "/-." * 5_000 + "INV/2026/00012",
    "blanks": " " * 50_000 + "INV/2026/00012",
    "combining": "I\u0301N\u0301V\u0301/2026/00012" * 500,
    "right to left": "\u202e\u05d0\u05d1 2026/00012 " * 500,
    "nul": "INV\0/2026/\x0000012" * 500,
    "patterns": "%_(.*)+$[a-z]{1,9}\\d" * 800,
    "emoji": "🧾12345🧾" * 1_500,
}


@pytest.mark.parametrize("name", MONSTERS)
def test_monsters_are_read_quickly_and_up_to_a_bound(name):
    started = time.process_time()
    reading = scan([MONSTERS[name]] * 3)
    assert time.process_time() - started < 10
    assert reading.is_cut
    assert len(reading.tokens) <= tokens.MOST_TOKENS


def test_an_ordinary_text_is_not_cut():
    assert not scan(["Invoice INV/2026/00012"] * 5).is_cut
