"""The table of a morning: what each reason took, in keys and milliseconds."""

import re
from collections import defaultdict

HEAD = """# A morning at the pane

This table is written by the test that does it
(`settlement_demo` `test_morning`, seed {seed}): {count} exceptions of {reasons} reasons
are handled to zero in Chromium, by one accountant and one approver, with the keyboard
only; afterwards the ledger is compared with what really happened. *Keys* counts each
press, typed letters included. *Computing* is what the server's own code took for all
requests of one: look, preview and act. *Waiting* is until the answers were there, with
the database, on the machine that wrote this table and all else that it had to do.
`SETTLEMENT_MORNING_TABLE=` names a file to write it to.

| reason | way out | times | keys each | requests each | computing ms | waiting ms |
|---|---|---:|---:|---:|---:|---:|
"""


def table(acts, seed):
    """Return the table of acts as Markdown."""
    groups = defaultdict(list)
    for act in acts:
        groups[act.reason, act.verb].append(act)
    handled = [act for act in acts if act.verb != "approve"]
    lines = [_line(*key, groups[key]) for key in sorted(groups)]
    head = HEAD.format(
        seed=seed,
        count=len(handled) + CLOSED_BY_OTHERS,
        reasons=len({act.reason for act in acts}),
    )
    return f"{head}{''.join(lines)}{_line('**all**', '', acts)}"


# The bank row of a late payout is explained by what is done about the payout.
CLOSED_BY_OTHERS = 2


def _line(reason, verb, acts):
    cells = (
        reason,
        verb,
        len(acts),
        _mean(act.keys for act in acts),
        _mean(act.requests for act in acts),
        round(sum(act.computed for act in acts) / len(acts)),
        round(sum(act.milliseconds for act in acts) / len(acts)),
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |\n"


def _mean(numbers):
    numbers = list(numbers)
    return f"{sum(numbers) / len(numbers):.1f}"


def rows_of(text):
    """Return (reason, way out, times, keys) of each row: what does not vary."""
    cells = re.findall(r"^\| (\S+) \| (\S*) \| (\d+) \| ([\d.]+) \|", text, re.M)
    return sorted(cells)
