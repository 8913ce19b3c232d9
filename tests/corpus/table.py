"""A report as a table for people and as data for programs."""

from __future__ import annotations

from . import judgement
from .judgement import Report, Tally
from .registry import SCENARIOS

COLUMNS = (
    judgement.RIGHT,
    judgement.FALSE,
    judgement.MISSED,
    judgement.PROPOSED,
    judgement.PROPOSED_WRONG,
    judgement.TYPED,
    judgement.MISTYPED,
)
HEADINGS = ("right", "FALSE", "missed", "propo", "wrong", "typed", "mist.")


def as_table(report: Report, examples: int = 2) -> str:
    """Return the report as text.

    :param examples: how many of the bad rows of each scenario to show.
    """
    lines = [_heading("scenario")]
    lines += [
        _line(name, report.scenarios[name])
        for name in sorted(report.scenarios, key=lambda name: (_group(name), name))
    ]
    lines += [_line("ALL", report.total), "", _heading("kind of match")]
    lines += [_line(kind, tally) for kind, tally in sorted(report.kinds.items())]
    for name, rows in sorted(report.examples.items()):
        lines += ["", f"{name}: {len(rows)}"]
        lines += [f"  {row}" for row in rows[:examples]]
    return "\n".join(lines)


def _group(name: str) -> str:
    return SCENARIOS[name].group if name in SCENARIOS else ""


def _heading(first: str) -> str:
    cells = "".join(f"{name:>7}" for name in HEADINGS)
    return f"{first:42}{'rows':>7}{cells}{'no rsn':>7}{'precis.':>9}{'recall':>8}"


def _line(name: str, tally: Tally) -> str:
    cells = "".join(f"{tally.count(column):>7}" for column in COLUMNS)
    group = f"{_group(name)}: " if _group(name) else ""
    return (
        f"{group + name:42}{tally.rows:>7}{cells}{tally.without_reason:>7}"
        f"{_percent(tally.precision):>9}{_percent(tally.recall):>8}"
    )


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}"


def as_data(report: Report) -> dict:
    """Return the report as JSON-able data."""
    return {
        "total": _tally(report.total),
        "scenarios": {name: _tally(each) for name, each in report.scenarios.items()},
        "kinds": {name: _tally(each) for name, each in report.kinds.items()},
        "examples": {name: rows[:20] for name, rows in report.examples.items()},
    }


def _tally(tally: Tally) -> dict:
    return {
        "rows": tally.rows,
        **{column: tally.count(column) for column in COLUMNS},
        "without_reason": tally.without_reason,
        "must": tally.must,
        "precision": tally.precision,
        "recall": tally.recall,
        "recall_by_amount": tally.recall_by_amount,
    }
