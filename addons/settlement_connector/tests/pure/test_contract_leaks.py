"""Secrets are found in every spelling that they travel in."""

import base64
import logging
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.contract.leaks import (
    LogRecorder,
    leaks,
    spellings,
    words_of,
)

SECRET = "s3cret/of+the tests"
# Letters that providers make keys of.
KEYS = st.text("abcXYZ019-_", min_size=12, max_size=40)


def test_plain_and_escaped():
    column = "\\x" + f"before{SECRET}after".encode().hex()
    for text in (SECRET, quote_plus(SECRET), f"x={SECRET}&y", column):
        assert leaks(f"… {text} …", [SECRET, "something else"]) == [SECRET]
    assert leaks("nothing of it", [SECRET]) == []


@given(user=st.text("ab", max_size=7), secret=KEYS, rest=st.text("cd", max_size=5))
def test_encoded_wherever_it_stands(user, secret, rest):
    encoded = base64.b64encode(f"{user}:{secret}{rest}".encode()).decode()
    assert leaks(f"Authorization: Basic {encoded}", [secret]) == [secret]


@given(secret=KEYS)
def test_other_secrets_are_not_found(secret):
    other = base64.b64encode(b"user:" + b"#" * len(secret)).decode()
    assert leaks(other, [secret]) == []


def test_a_secret_too_short_to_be_searched_for():
    with pytest.raises(ValueError, match="short"):
        spellings(["abc"])


def test_words_of_an_error_have_its_causes():
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError("refused") from error
    except ValueError as error:
        assert leaks(words_of(error), [SECRET])


def test_the_recorder_hears_debug_lines_and_tracebacks():
    logger = logging.getLogger("a.provider")
    root = logging.getLogger()
    level, other = root.level, logging.NullHandler()
    root.addHandler(other)
    try:
        with LogRecorder() as log:
            logger.debug("asked %s", SECRET)
            try:
                raise ValueError(SECRET)
            except ValueError:
                logger.exception("it broke")
            assert other.level == level
    finally:
        root.removeHandler(other)
    logger.debug("later")
    assert log.text.count(SECRET) >= 3
    assert "later" not in log.text
    assert (root.level, other.level) == (level, logging.NOTSET)
