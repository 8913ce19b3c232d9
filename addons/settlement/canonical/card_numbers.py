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
# Digits of the shortest card number.
SHORTEST = 14
_LONGEST = 40
# What a text must hold for a look at it to be worth while: twelve digits.
_MAYBE = re.compile(r"[0-9](?:[ -]?[0-9]){11}")
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _passes_luhn(digits: bytes) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = digit - 48
        total += _DOUBLED[value] if position % 2 else value
    return total % 10 == 0


def _mask(digits_and_gaps: bytes) -> bytes:
    positions = [at for at, byte in enumerate(digits_and_gaps) if 48 <= byte <= 57]
    if not _passes_luhn(bytes(digits_and_gaps[at] for at in positions)):
        return digits_and_gaps
    masked = bytearray(digits_and_gaps)
    for at in positions[6:-4]:
        masked[at] = 42
    return bytes(masked)


def mask_card_numbers(content: bytes) -> bytes:
    """Return ``content`` with all but the first six and last four digits starred."""
    return _CARD.sub(lambda match: _mask(match.group()), content)


def mask_text(text: str) -> str:
    """Return ``text`` masked like :func:`mask_card_numbers`."""
    if not _MAYBE.search(text):
        return text
    return mask_card_numbers(text.encode(errors="surrogatepass")).decode(
        errors="surrogatepass"
    )


def mask_stream(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Mask a stream whose card numbers may lie across chunk borders."""
    before = rest = b""
    for chunk in chunks:
        rest += chunk
        if len(rest) <= 2 * _LONGEST:
            continue
        masked, cut = _mask_after(before, rest, len(rest) - _LONGEST)
        yield masked
        # One byte stays as context: what stands before a number decides.
        before, rest = rest[cut - 1 : cut], rest[cut:]
    yield _mask_after(before, rest, len(rest))[0]


def _mask_after(before: bytes, data: bytes, cut: int) -> tuple[bytes, int]:
    """Mask ``data`` up to about ``cut``; return it and where it really ends.

    ``before`` is context only: no number starts in it. A number that crosses the
    cut is left for the next turn.
    """
    whole = before + data
    end = cut + len(before)
    pieces, at = [], len(before)
    for match in _CARD.finditer(whole, at):
        if match.end() > end:
            end = min(end, match.start())
            break
        pieces += [whole[at : match.start()], _mask(match.group())]
        at = match.end()
    pieces.append(whole[at:end])
    return b"".join(pieces), end - len(before)
