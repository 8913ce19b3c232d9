from collections import defaultdict
from contextlib import suppress

from odoo.tools import SQL

from ..chain import pinned
from .chain import EVENT, Finding

_BATCH = 100_000
"""Pinned rows compared at a time."""


def _batches(events):
    """Cut ``(event, number of rows)`` into lists of events of about equal weight."""
    batch, weight = [], 0
    for event_id, count in events:
        batch.append(event_id)
        # An event costs something too, even with a single row.
        weight += (count or 0) + 100
        if weight >= _BATCH:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


class RowsVerifier:
    """Recomputes the row hashes of every model that has them.

    First each row against its own hash, then the rows that events have pinned: these
    name a row even if whoever altered it wrote a fitting hash beside it.
    """

    def __init__(self, env):
        self.env = env
        # Rows that were named already, for their own hash.
        self._named = set()
        # Rows that are not as an event has them: {(model, id): (event, missing)}.
        self._suspects = {}

    def findings(self):
        """Yield every :class:`~.chain.Finding`."""
        for name in self._hashed_models():
            for res_id in self.env[name]._altered_rows():
                self._named.add((name, res_id))
                yield self._altered(name, res_id)
        yield from self._pinned_findings()

    def _hashed_models(self):
        names = self.env.registry.descendants(["settlement.hashed"], "_inherit")
        return [
            name for name in names if not self.env[name]._abstract and name != EVENT
        ]

    def _altered(self, name, res_id):
        return Finding(
            name,
            res_id,
            self.env._(
                "Row %(row)s of %(type)s was altered after it was recorded: its"
                " content no longer has the fingerprint taken then. Compare it with a"
                " backup.",
                row=res_id,
                type=self._title(name),
            ),
        )

    def _title(self, name):
        return f"{self.env[name]._description} ({name})"

    # -- rows pinned by events ---------------------------------------------------

    def _pinned_findings(self):
        query = SQL(
            "SELECT id, count FROM settlement_event WHERE rows_model IS NOT NULL"
            " ORDER BY id"
        )
        # Oldest first: what is suspect by one event may be cleared by a later one.
        for event_ids in _batches(self.env.execute_query(query)):
            self._compare_events(event_ids)
        for (name, res_id), (event_id, is_missing) in self._suspects.items():
            if name == EVENT:
                yield self._set_altered(res_id)
            elif is_missing:
                yield self._missing(name, res_id, event_id)
            elif (name, res_id) not in self._named:
                yield self._altered(name, res_id)

    def _compare_events(self, event_ids):
        """Compare the rows of a few events, reading each model once."""
        pins_of_events = self._pins(event_ids)
        wanted = defaultdict(set)
        for name, pins in pins_of_events.values():
            wanted[name].update(pins.ids())
        now = {
            name: dict(self.env[name]._stored_hashes(ids))
            for name, ids in wanted.items()
        }
        for event_id, (name, pins) in pins_of_events.items():
            hashes = now[name]
            rows = ((row, hashes[row]) for row in pins.ids() if row in hashes)
            self._clear_suspects(name, pins)
            self._suspect(event_id, name, pinned.compare(pins, rows))

    def _pins(self, event_ids):
        """Return ``{event: (name of the model, PinnedRows)}`` as far as readable."""
        query = SQL(
            "SELECT id, rows_model, rows_ranges, rows_prints, root"
            "  FROM settlement_event WHERE id = ANY(%s) ORDER BY id",
            event_ids,
        )
        result = {}
        for event_id, name, *pins in self.env.execute_query(query):
            # An altered event is named by the chain, an addon may be gone.
            with suppress(TypeError, ValueError):
                if name in self.env:
                    result[event_id] = name, pinned.PinnedRows.restore(*pins)
        return result

    def _clear_suspects(self, name, pins):
        """Forget what earlier events say of rows that were sealed anew since."""
        if self.env[name]._can_be_resealed:
            for key in [key for key in self._suspects if key[0] == name]:
                if key[1] in pins:
                    del self._suspects[key]

    def _suspect(self, event_id, name, difference):
        if difference.root_matches:
            return
        for res_id in difference.altered:
            self._suspects.setdefault((name, res_id), (event_id, False))
        for res_id in difference.missing:
            self._suspects.setdefault((name, res_id), (event_id, True))
        if difference.rows_match:
            self._suspects[EVENT, event_id] = (event_id, False)

    def _set_altered(self, event_id):
        return Finding(
            EVENT,
            event_id,
            self.env._(
                "The rows that audit event %(event)s recorded are no longer the same.",
                event=event_id,
            ),
        )

    def _missing(self, name, res_id, event_id):
        return Finding(
            name,
            res_id,
            self.env._(
                "Row %(row)s of %(type)s is missing: it was deleted after audit event"
                " %(event)s had recorded it.",
                row=res_id,
                type=self._title(name),
                event=event_id,
            ),
        )
