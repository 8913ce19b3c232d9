"""Card numbers are masked whatever a payload is packed in."""

import hashlib
import io
import random
import tracemalloc
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.card_numbers import (
    mask_card_numbers,
    mask_text,
)
from odoo.addons.settlement.canonical.errors import MalformedInput
from odoo.addons.settlement.storage.masking import masked_chunks
from odoo.addons.settlement.storage.payload import read_payload

CARD = "4111111111111111"
MASKED = "411111******1111"
PREFIXES = ("4", "51", "55", "2223", "34", "37", "6011", "65", "3530", "36")
LENGTHS = {"34": 15, "37": 15, "36": 14}


def luhn_digit(digits):
    """Return the check digit that completes ``digits``."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


@st.composite
def cards(draw):
    """Draw a card number of any large scheme."""
    prefix = draw(st.sampled_from(PREFIXES))
    length = LENGTHS.get(prefix, 16) - 1 - len(prefix)
    middle = draw(st.text("0123456789", min_size=length, max_size=length))
    return prefix + middle + luhn_digit(prefix + middle)


@st.composite
def texts_with_cards(draw):
    """Draw a text with card numbers between words, and the numbers."""
    numbers = draw(st.lists(cards(), min_size=1, max_size=4))
    words = st.text("abcäöü€ ,;:<>\n\"'", max_size=12)
    text = draw(words)
    for number in numbers:
        text += f" {number} {draw(words)}"
    return text, numbers


def masked(content, size=7):
    """Return what is stored of ``content`` when it comes in small chunks."""
    chunks = [content[at : at + size] for at in range(0, len(content), size)]
    return b"".join(masked_chunks([b"".join(chunks[:8]), *chunks[8:]]))


def zipped(members, method=zipfile.ZIP_DEFLATED, comment=b""):
    """Return an archive of (name, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6))
            archive.writestr(info, content, compress_type=method)
        archive.comment = comment
    return buffer.getvalue()


def unzipped(content):
    """Return the members of an archive as (name, content)."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


@given(texts_with_cards())
def test_no_card_number_survives_in_text(drawn):
    text, numbers = drawn
    stored = mask_text(text)
    assert len(stored) == len(text)
    for number in numbers:
        assert number not in stored
        assert f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" in stored


@given(texts_with_cards(), st.sampled_from(["utf-16", "utf-16-be", "utf-16-le"]))
@settings(deadline=None)
def test_no_card_number_survives_in_wide_text(drawn, encoding):
    text, numbers = drawn
    text = f"<{text}"
    content = text.encode(encoding)
    stored = masked(content)
    assert len(stored) == len(content)
    assert stored.decode(encoding) == mask_text(text)
    for number in numbers:
        assert number not in stored.decode(encoding)


@given(texts_with_cards(), st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))
@settings(deadline=None)
def test_no_card_number_survives_in_an_archive(drawn, method):
    text, numbers = drawn
    members = [("a.xml", text.encode()), ("b.txt", b"plain"), ("c", text.encode())]
    stored = masked(zipped(members, method))
    assert unzipped(stored) == [
        (name, mask_card_numbers(content)) for name, content in members
    ]
    for number in numbers:
        assert all(
            number.encode() not in content for _name, content in unzipped(stored)
        )


@given(st.binary(max_size=300))
def test_what_holds_no_card_number_stays_byte_for_byte(content):
    if content.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        return
    assert len(masked(content)) == len(content)
    if not content.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")):
        assert masked(content) == mask_card_numbers(content)


def test_an_archive_without_card_numbers_stays_byte_for_byte():
    content = zipped([("a.xml", b"<a/>"), ("b.xml", b"** stars **")], comment=b"hello")
    assert masked(content) == content


def test_the_same_archive_always_becomes_the_same_bytes():
    content = zipped([("a.xml", CARD.encode()), ("b.xml", b"x" * 5000)])
    assert masked(content, 3) == masked(content, 4096) != content


def test_the_hash_is_of_what_was_received():
    content = zipped([("a.xml", CARD.encode())])
    payload = read_payload(content)
    assert payload.sha256 == hashlib.sha256(content).hexdigest()
    kept = payload.inline_bytes()
    assert payload.stored_sha256 == hashlib.sha256(kept).hexdigest()
    assert payload.size == len(kept)
    assert unzipped(kept) == [("a.xml", MASKED.encode())]


def test_names_and_comments_are_masked_too():
    assert unzipped(masked(zipped([(f"card {CARD}.txt", b"x")]))) == [
        (f"card {MASKED}.txt", b"x")
    ]
    kept = masked(zipped([("a.txt", b"x")], comment=f"of {CARD} ".encode()))
    assert CARD.encode() not in kept
    assert unzipped(kept) == [("a.txt", b"x")]


def test_wide_text_inside_an_archive_is_masked():
    content = f"<a>{CARD}</a>".encode("utf-16")
    ((_name, kept),) = unzipped(masked(zipped([("a.xml", content)])))
    assert kept.decode("utf-16") == f"<a>{MASKED}</a>"


def encrypted(content):
    """Return an archive whose members claim to be encrypted."""
    changed = bytearray(content)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(signature)
        changed[at + offset] |= 1
    return bytes(changed)


def damaged(content):
    """Return an archive in which one byte of a member is another one."""
    changed = bytearray(content)
    changed[35] ^= 0xFF
    return bytes(changed)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (encrypted(zipped([("a.xml", b"x" * 99)])), "encrypted"),
        (damaged(zipped([("a.xml", b"x" * 99)], zipfile.ZIP_STORED)), "damaged"),
        (zipped([("a.xml", b"x" * 99)])[:60], "breaks off"),
        (zipped([("in.zip", b"PK\x03\x04")]), "archive again"),
        (zipped([("in.bin", zipped([("a", CARD.encode())]))]), "another archive"),
        (zipped([("in.bin", b"\x1f\x8b123")]), "another archive"),
        (zipped([("../a.xml", b"x")]), "outside"),
        (zipped([("a.xml", b"0" * (400 << 13))]), "times its size"),
        (b"\x1f\x8b\x08\x00whatever", "gzip"),
    ],
)
def test_what_cannot_be_looked_into_is_refused_with_a_sentence(content, words):
    with pytest.raises(MalformedInput, match=words):
        read_payload(content)


def test_a_large_archive_needs_little_memory():
    noise = random.Random(3).randbytes(1 << 20).hex().encode()
    content = zipped([(f"{n}.xml", noise * 4) for n in range(4)])
    source = io.BytesIO(content)
    tracemalloc.start()
    payload = read_payload(source)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert payload.size == len(content)
    assert peak < 12 << 20
