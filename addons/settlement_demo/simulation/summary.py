"""What a simulation was and what became of it, as lines for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ..world.truth import Truth
from .stopwatch import Stopwatch

_BANK_KINDS = ("bank_credit", "bank_debit")


def world_lines(truth: Truth) -> list[str]:
    """Return how much happened."""
    kinds = Counter(row.kind for row in truth.rows)
    companies = len({document.company for document in truth.documents})
    banks = sum(kinds[kind] for kind in _BANK_KINDS)
    seen = [fault for fault in truth.faults if fault.seen]
    return [
        f"seed {truth.seed}, {truth.months} months from {truth.start}, "
        f"{companies} companies",
        f"{len(truth.documents):,} documents, {kinds['charge']:,} charges, "
        f"{kinds['refund']:,} refunds, {kinds['dispute']:,} disputes",
        f"{len(truth.payouts):,} payouts, {banks:,} bank rows in "
        f"{len(truth.statements):,} statements",
        f"{len(truth.faults)} faults of the outside world, {len(seen)} of them to be "
        "seen by a person, the others to be healed",
    ]


def status_lines(backends: Iterable[dict[str, Any]]) -> list[str]:
    """Return matches, exceptions and proofs of all backends together.

    :param backends: as the status of the suite tells them.
    """
    methods: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    needed = matched = proved = wallets = 0
    for backend in backends:
        matching = backend.get("matching") or {}
        methods.update(matching.get("by_method") or {})
        needed += matching.get("needed") or 0
        matched += matching.get("matched") or 0
        reasons.update(backend.get("exceptions") or {})
        for wallet in backend.get("wallets") or ():
            for proof in (wallet.get("proof"), wallet.get("in_transit")):
                wallets += bool(proof)
                proved += bool(proof and proof.get("holds"))
    share = 100 * matched / needed if needed else 0
    return [
        f"{matched:,} of {needed:,} rows matched ({share:.1f} %): {_listed(methods)}",
        f"{sum(reasons.values())} open exceptions: {_listed(reasons)}",
        f"{proved} of {wallets} proofs of wallets and of money in transit hold",
    ]


def watch_lines(watch: Stopwatch, truth: Truth) -> list[str]:
    """Return seconds and rows per second of each stage.

    All rows go through each stage of the pipeline, some of them more than once.
    """
    for stage in ("fetch", "parse", "match", "post"):
        if stage in watch.seconds:
            watch.rows[stage] = len(truth.rows)
    return watch.lines()


def _listed(counts: Counter[str]) -> str:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in ordered) or "none"
