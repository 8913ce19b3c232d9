"""Which columns a layout reads, and where it says so."""

from __future__ import annotations

from collections.abc import Iterator

from .definition import FileLayout

FILE_NAME = "File name"


def named_columns(layout: FileLayout) -> Iterator[tuple[str, str]]:
    """Yield (path in the layout, name) of each column that is named outright."""
    for number, column in enumerate(layout.columns):
        yield f"columns.{number}.column", column.column
    for number, fee in enumerate(layout.fees):
        yield f"fees.{number}.column", fee.column
    yield from _listed("identity.columns", layout.identity.columns)
    yield from _listed("identity.otherwise", layout.identity.otherwise)
    yield from _listed("batch.columns", layout.batch.columns)
    yield from _listed("rows.fill_down", layout.rows.fill_down)
    for name in _BATCH:
        yield f"batch.{name}", getattr(layout.batch, name)
    yield "kinds.column", layout.kinds.column
    for name in ("debit", "credit", "column"):
        yield f"sign.{name}", getattr(layout.sign, name)
    for number, check in enumerate(layout.totals):
        for name in ("column", "currency_column", "opening", "closing"):
            yield f"totals.{number}.{name}", getattr(check, name)


_BATCH = (
    "total_column",
    "date_column",
    "expected_on_column",
    "reference_column",
    "descriptor_column",
    "opening_column",
    "closing_column",
)


def _listed(path: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(names):
        yield f"{path}.{number}", name


def expressions(layout: FileLayout) -> Iterator[tuple[str, str]]:
    """Yield (path in the layout, text) of each expression, computed columns first."""
    for number, computed in enumerate(layout.computed):
        yield f"computed.{number}.expression", computed.expression
    conditions = {
        "rows.only_if": layout.rows.only_if,
        "rows.skip_if": layout.rows.skip_if,
        "batch.described_by": layout.batch.described_by,
    }
    for number, check in enumerate(layout.totals):
        conditions[f"totals.{number}.where"] = check.where
    yield from ((path, text) for path, text in conditions.items() if text)


def made_columns(layout: FileLayout) -> frozenset[str]:
    """Return the columns that are in no row of the file: computed and named ones."""
    return frozenset(
        (
            FILE_NAME,
            *(each.name for each in layout.file.named_cells),
            *(each.name for each in layout.computed),
        )
    )
