"""A whole, successful answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from odoo.addons.settlement.canonical.errors import TransientError


@dataclass(frozen=True, slots=True)
class Response:
    """What the provider answered, read to its end.

    :param headers: names compare without case.
    :param content: the body, decompressed, otherwise as sent.
    :param url: the address that answered, secrets taken out.
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    content: bytes = field(repr=False)
    url: str

    def json(self) -> Any:
        """Return the body read as JSON, fractions as Decimal.

        :raises TransientError: if the body is no JSON.
        """
        try:
            return json.loads(self.content, parse_float=Decimal)
        except (ValueError, RecursionError):
            raise TransientError(f"{self.url} did not answer with JSON.") from None
