"""Which key stands for which verb. Other keys of the pane move, mark or show."""

from __future__ import annotations

VERB_KEYS: dict[str, str] = {
    "group": "g",
    "split": "s",
    "write_off": "w",
    "post_fee_variance": "f",
    "mark_duplicate": "d",
    "map": "m",
    "assign": "a",
    "escalate": "e",
    "ignore": "i",
    "allocate": "l",
    "retry": "r",
}
# The verb that a key press on a candidate means.
MATCH = "match"
ACCEPT = "accept"
# What the second person says to a request, with its key.
APPROVE, REFUSE = "approve", "refuse"
DECISIONS: dict[str, str] = {APPROVE: "y", REFUSE: "x"}
# Verbs with a form of their own whose few values the pane asks for in place.
INLINE: dict[str, tuple[str, ...]] = {"map": ("kind", "note")}
# Which of them have to be given.
INLINE_NEEDS: dict[str, tuple[str, ...]] = {"map": ("kind",)}
