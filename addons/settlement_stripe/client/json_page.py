"""One page of a list of Stripe: elements with ids, and whether more follow."""

from __future__ import annotations

from dataclasses import dataclass

from odoo.addons.settlement.canonical.errors import TransientError
from odoo.addons.settlement_connector.client import json_list


@dataclass(frozen=True, slots=True)
class Element(json_list.Element):
    """One element of ``data``: decoded, and the bytes it was made of."""

    @property
    def id(self) -> str:
        """Return the id of the object."""
        return str(self.raw["id"])


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, in its order."""

    elements: tuple[Element, ...]
    has_more: bool

    @property
    def last_id(self) -> str:
        """Return the id to continue after, "" of an empty page."""
        return self.elements[-1].id if self.elements else ""


def read_page(content: bytes) -> Page:
    """Return the page in a list answer.

    :raises TransientError: if it is no complete list: an answer that was cut or
        replaced on its way, so that asking again may help.
    """
    page = json_list.read_list(content, "data", "Stripe")
    if not page.is_there or "has_more" not in page.members:
        raise TransientError(
            "The list of Stripe cannot be read: it has no data or does not say whether "
            "there is more."
        )
    elements = tuple(Element(one.raw, one.content) for one in page.elements)
    if not all(isinstance(one.raw.get("id"), str) for one in elements):
        raise TransientError(
            "The list of Stripe cannot be read: an element of the list has no id."
        )
    return Page(elements, page.members["has_more"] is True)
