"""The outcome of one check of a period, and the proof that it leaves behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

OK = "ok"
WARNING = "warning"
BLOCKING = "blocking"
UNKNOWN = "unknown"
STATES = (OK, WARNING, BLOCKING, UNKNOWN)
# What a person has to vouch for before a period can be closed.
TO_SIGN = (WARNING, UNKNOWN)

# Records of one check that are kept by number; more are found by their domain again.
LISTED = 10_000


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found in a period.

    :ivar code: name of the check.
    :ivar state: one of ``STATES``.
    :ivar sentence: what was found, for people, with its arithmetic.
    :ivar figures: pairs of label and value that prove it, values as people read them.
    :ivar notes: pairs that help to read it and change by themselves, such as ages.
    :ivar amount_minor: money in the way, minor units of the company's currency,
        never negative; 0 where no money is in the way.
    :ivar model: type of the records behind the figure, "" for none.
    :ivar ids: these records.
    :ivar domain: how they are found where they are too many to be named.
    :ivar subject: number of what the check is about, where it looks at several.
    :ivar label: name of that subject.
    """

    code: str
    state: str
    sentence: str
    figures: tuple[tuple[str, str], ...] = ()
    amount_minor: int = 0
    model: str = ""
    ids: tuple[int, ...] = ()
    domain: tuple = ()
    subject: int = 0
    label: str = ""
    notes: tuple[tuple[str, str], ...] = ()

    def proof(self) -> dict:
        """Return what is frozen when somebody signs, as plain JSON values."""
        return {
            "state": self.state,
            "sentence": self.sentence,
            "figures": [list(pair) for pair in self.figures],
            "notes": [list(pair) for pair in self.notes],
            "amount_minor": self.amount_minor,
            "model": self.model,
            "count": len(self.ids),
            "records": digest_of_ids(self.ids),
        }


def digest_of_ids(ids: Iterable[int]) -> str:
    """Return a digest that tells one set of records from another, "" for none."""
    text = ",".join(map(str, sorted(ids)))
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def proof_hash(proof: Mapping) -> str:
    """Return the SHA-256 of a proof, the same for the same content.

    Notes do not count.
    """
    content = {name: value for name, value in proof.items() if name != "notes"}
    text = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def worst(states: Iterable[str]) -> str:
    """Return the state that counts where several things were looked at."""
    found = set(states)
    for state in (BLOCKING, UNKNOWN, WARNING):
        if state in found:
            return state
    return OK
