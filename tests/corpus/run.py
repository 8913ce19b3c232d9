"""Lives through the corpus inside Odoo's shell and writes the report.

run.main(env, output, seeds=(5,), history=(0,), repetitions=1, …)
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .build import build
from .desk import Desk
from .table import as_data, as_table

# Whoever tunes the engine looks at these seeds; the others are only measured.
HISTORY_SEEDS = (0, 1, 2)
SEEDS = (5, 6, 7, 8, 9)
# A hundred thousand items in all. The usual limit of proof, 99.9 %, would take three
# thousand examples of each kind of match; 99.5 % takes six hundred.
REPETITIONS = 10
LEARNT_REPETITIONS = 60
PRECISION_LIMIT = 99.5


def main(
    env,
    output,
    seeds=SEEDS,
    history=HISTORY_SEEDS,
    repetitions=1,
    learnt_repetitions=0,
    precision_limit=None,
    names=(),
    examples=2,
    **options,
):
    """Play history with people, then the seeds that count, and report on those.

    :param output: path of the JSON to write.
    :param learnt_repetitions: how often history plays what it has to prove.
    :param precision_limit: the company's limit of proof, by default Odoo's.
    """
    desk = Desk(env, precision_limit)
    past = [
        build(seed, repetitions, learnt_repetitions, names, **options)
        for seed in history
    ]
    desk.live(past)
    decided = desk.decide([row for world in past for row in world.rows])
    worlds = [build(seed, repetitions, 0, names, **options) for seed in seeds]
    desk.live(worlds)
    report = desk.report(worlds)
    data = {
        "seeds": list(seeds),
        "history": list(history),
        "items": sum(world.items() for world in past + worlds),
        "decided": {"confirmed": decided[0], "refused": decided[1]},
        "seconds": {name: round(each, 1) for name, each in desk.seconds.items()},
        "stages": desk.stages,
        "history_report": as_data(desk.report(past)),
        "findings": desk.verify(),
        **as_data(report),
    }
    Path(output).write_text(json.dumps(data, indent=1, default=str))
    sys.stdout.write(as_table(report, examples) + "\n")
    total = data["total"]
    sys.stdout.write(
        f"\nautomatic of what can be matched: {total['recall']:.4f} by number, "
        f"{total['recall_by_amount']:.4f} by amount; false: {total['false']}\n"
    )
    for name in ("items", "decided", "seconds", "stages"):
        sys.stdout.write(f"{name}: {data[name]}\n")
    sys.stdout.write(f"findings of verify: {len(data['findings'])}\n")
    for finding in data["findings"][:5]:
        sys.stdout.write(f"  {finding}\n")
    sys.stdout.flush()
