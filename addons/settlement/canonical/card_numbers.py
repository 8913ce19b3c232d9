"""Find and mask payment card numbers in bytes, without changing their length."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# Card numbers of the large schemes by length and leading digits (ISO/IEC 7812
# issuer ranges), alone or in groups of four split by one blank or hyphen. A number
# that touches a letter or a further digit is an identifier, not a card.
_CARD = re.compile(
    rb"(?<![0-9A-Za-z._/+-])(?:"
    rb"4[0-9]{3}(?:[ -]?[0-9]{4}){3}"
    rb"|(?:5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)"
    rb"(?:[ -]?[0-9]{4}){3}"
    rb"|(?:6011|64[4-9][0-9]|65[0-9]{2}|62[0-9]{2}|35[2-8][0-9])(?:[ -]?[0-9]{4}){3}"
    rb"|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}"
    rb"|3(?:0[0-5]|[68][0-9])[0-9][ -]?[0-9]{6}[ -]?[0-9]{4}"
    rb")(?![0-9A-Za-z]|[.-][0-9])"
)
_LONGEST = 40
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _passes_luhn(digits: bytes) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = digit - 48
        total += _DOUBLED[value] if position % 2 else value
    return total % 10 == 0


def _mask(match: re.Match[bytes]) -> bytes:
    text = match.group()
    positions = [at for at, byte in enumerate(text) if 48 <= byte <= 57]
    if not _passes_luhn(bytes(text[at] for at in positions)):
        return text
    masked = bytearray(text)
    for at in positions[6:-4]:
        masked[at] = 42
    return bytes(masked)


def mask_card_numbers(content: bytes) -> bytes:
    """Return ``content`` with all but the first six and last four digits starred."""
    return _CARD.sub(_mask, content)


def mask_stream(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Mask a stream whose card numbers may lie across chunk borders."""
    before = rest = b""
    for chunk in chunks:
        rest += chunk
        if len(rest) <= 2 * _LONGEST:
            continue
        data = before + rest
        cut = _safe_cut(data)
        yield mask_card_numbers(data)[len(before) : cut]
        # One byte stays as context: what stands before a number decides.
        before, rest = data[cut - 1 : cut], data[cut:]
    yield mask_card_numbers(before + rest)[len(before) :]


def _safe_cut(data: bytes) -> int:
    """Return a cut near the end of ``data`` that no card number crosses."""
    cut = len(data) - _LONGEST
    for match in _CARD.finditer(data, max(0, cut - _LONGEST)):
        if match.start() < cut < match.end():
            return match.start()
    return cut
