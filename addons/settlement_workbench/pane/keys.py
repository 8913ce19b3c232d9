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
}
# The verb that a key press on a candidate means.
MATCH = "match"
ACCEPT = "accept"
