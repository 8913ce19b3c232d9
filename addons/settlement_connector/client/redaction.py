"""Take secrets and card numbers out of texts before anybody reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"
# Shorter values are no secrets worth the name and would mangle ordinary words.
_SHORTEST_SECRET = 6
_SENSITIVE = r"[\w.-]*(?:key|token|secret|signature|password|passwd|sig|code)"
_SENSITIVE_NAME = re.compile(
    r"(?:.*(?:key|token|secret|signature|password|cookie)|authorization)",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<=://)[^/\s@]*@"), f"{MASK}@"),
    (re.compile(r"\b(bearer|basic)\s+[\w.~+/=-]+", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(rf"([?&]{_SENSITIVE}=)[^&\s\"'#]*", re.IGNORECASE), rf"\1{MASK}"),
    (re.compile(r"\b((?:sk|rk|whsec|ghp|xox[abp])[_-])[\w-]{6,}"), rf"\1{MASK}"),
    (re.compile(r"(?<![\w.])(?:\d[ -]?){12,18}\d(?!\w|\.\d)"), MASK),
)
_NOT_PRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e]+")
_SPACES = re.compile(r"\s+")


def is_sensitive_name(name: str) -> bool:
    """Tell whether the value of a header or query part of this name is a secret."""
    return bool(_SENSITIVE_NAME.fullmatch(name))


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return ``text`` without the given secrets and without what looks like one."""
    for secret in sorted(set(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def one_line(text: str, longest: int = 300) -> str:
    """Return ``text`` as one short printable line."""
    text = _SPACES.sub(" ", _NOT_PRINTABLE.sub(" ", text)).strip()
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
