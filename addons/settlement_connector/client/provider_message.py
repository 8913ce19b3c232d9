"""The provider's own words out of the body of an error answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from .redaction import one_line, redact

# The places where common APIs put the sentence for people, best first.
_KEYS = (
    "message",
    "error_description",
    "detail",
    "description",
    "title",
    "error",
    "errors",
    "fault",
)
_DEEPEST = 5
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.IGNORECASE | re.DOTALL)


def provider_message(content: bytes, secrets: Iterable[str] = ()) -> str:
    """Return one short clean sentence, or "" if the body has none.

    :param content: body of the answer, JSON or anything else.
    :param secrets: values that must not come back in the sentence.
    """
    text = content[:65536].decode("utf-8", "replace")
    try:
        sentence = _sentence(json.loads(text))
    except (ValueError, RecursionError):
        sentence = _TAGS.sub(" ", text)
    return one_line(redact(sentence, secrets))


def _sentence(value: Any, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if depth > _DEEPEST:
        return ""
    if isinstance(value, list):
        return _sentence(value[0], depth + 1) if value else ""
    if isinstance(value, dict):
        inner = (_sentence(value.get(key), depth + 1) for key in _KEYS)
        return next(filter(None, inner), "")
    return ""
