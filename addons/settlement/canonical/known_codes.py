"""What a connector makes of the codes of its source, as data and as a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownCode:
    """One code of a source and the canonical kind of its rows, by their sign.

    :param group: the list of the source that the code belongs to.
    :param review: whether a person has to decide what its rows are.
    :param meaning: what else the code says, in a few words.
    """

    code: str
    credit: str
    debit: str
    review: bool = False
    group: str = ""
    meaning: str = ""

    @property
    def words(self) -> str:
        """Return the kinds as people read them."""
        if self.review:
            return f"review ({self.credit})"
        if self.credit == self.debit:
            return self.credit
        return f"{self.debit} (−), {self.credit} (+)"


def markdown_table(title: str, codes: Iterable[KnownCode]) -> str:
    """Return a table of codes, kinds and, if any code has one, meanings."""
    codes = sorted(codes, key=lambda known: known.code)
    has_meaning = any(known.meaning for known in codes)
    heads = [title, "kind", *(["meaning"] if has_meaning else [])]
    lines = [_row(heads), _row(["---"] * len(heads))]
    for known in codes:
        cells = [f"`{known.code}`", known.words]
        lines.append(_row(cells + ([known.meaning] if has_meaning else [])))
    return "\n".join(lines) + "\n"


def codes_page(introduction: str, codes: Iterable[KnownCode]) -> str:
    """Return the page of a manual that shows all codes, a table for each list.

    :param introduction: what stands before the tables.
    """
    groups: dict[str, list[KnownCode]] = {}
    for known in codes:
        groups.setdefault(known.group or "code", []).append(known)
    tables = (markdown_table(group, found) for group, found in groups.items())
    return f"{introduction.strip()}\n\n" + "\n".join(tables)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
