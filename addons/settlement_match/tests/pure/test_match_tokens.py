import string

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_match.engine.tokens import Token, tokens


def texts(*given_texts, attempt=1):
    return {token.text for token in tokens(given_texts) if token.attempt == attempt}


def test_number_between_words():
    assert "INV202600012" in texts("Invoice INV/2026/00012 thank you")


def test_punctuation_around_a_number():
    for text in ("(INV/2026/00012)", "INV/2026/00012.", '"INV/2026/00012",'):
        assert "INV202600012" in texts(text)


def test_number_broken_into_pieces():
    assert "INV202600012" in texts("INV/20 26/00012")
    assert "INV202600012" in texts("INV/ 2026/ 00012")


def test_numbers_in_a_list():
    found = texts("INV/2026/00012,INV/2026/00013;INV/2026/00014")
    assert {"INV202600012", "INV202600013", "INV202600014"} <= found


def test_retry_suffix_is_a_second_attempt():
    assert "INV202600012" not in texts("INV/2026/00012-1")
    assert "INV2026000121" in texts("INV/2026/00012-1")
    assert "INV202600012" in texts("INV/2026/00012-1", attempt=2)
    assert "S00042" in texts("S00042-12", attempt=2)


def test_long_suffix_is_part_of_the_number():
    assert texts("4711-123", attempt=2) == set()


def test_words_without_enough_digits_name_nothing():
    assert texts("Thank you very much 2026 12") <= {
        "MUCH2026",
        "VERYMUCH2026",
        "202612",
        "MUCH202612",
    }
    assert texts("Order of Odd Fellows") == set()
    assert texts("2026") == set()


def test_nothing_to_read():
    assert tokens([None, "", "   "]) == set()


def test_same_word_twice_is_one_token():
    assert len(tokens(["4711000", "4711000"])) == 1


@given(
    st.text(alphabet=string.ascii_uppercase + string.digits, min_size=5, max_size=35),
    st.lists(st.sampled_from(["paid", "for", "thanks", "invoice"]), max_size=4),
    st.lists(st.sampled_from(["paid", "for", "thanks", "invoice"]), max_size=4),
)
def test_every_plausible_number_is_found_wherever_it_stands(number, before, after):
    text = " ".join([*before, number, *after])
    plausible = sum(character.isdigit() for character in number) >= 3
    assert (Token(number) in tokens([text])) or not plausible


@given(st.lists(st.text(), max_size=5))
def test_any_text_can_be_read(given_texts):
    for token in tokens(given_texts):
        assert 5 <= len(token.text) <= 35
        assert token.text.isascii() and token.text.isalnum()
