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
        self._named = set()

    def findings(self):
        """Yield every :class:`~.chain.Finding`."""
        for name in self._hashed_models():
            for res_id in self.env[name]._altered_rows():
                yield self._altered(name, res_id)
        yield from self._pinned_findings()

    def _hashed_models(self):
        names = self.env.registry.descendants(["settlement.hashed"], "_inherit")
        return [
            name
            for name in names
            if not self.env[name]._abstract and name != EVENT
        ]

    def _altered(self, name, res_id):
        self._named.add((name, res_id))
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
        for event_ids in _batches(self.env.execute_query(query)):
            yield from self._events_findings(event_ids)

    def _events_findings(self, event_ids):
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
            difference = pinned.compare(pins, rows)
            if not difference.root_matches:
                yield from self._differences(event_id, name, difference)

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

    def _differences(self, event_id, name, difference):
        if difference.rows_match:
            yield self._set_altered(event_id, name)
        for res_id in difference.altered:
            if (name, res_id) not in self._named:
                yield self._altered(name, res_id)
        for res_id in difference.missing:
            if (name, res_id) not in self._named:
                yield self._missing(event_id, name, res_id)

    def _set_altered(self, event_id, name):
        return Finding(
            EVENT,
            event_id,
            self.env._(
                "The rows of %(type)s that audit event %(event)s recorded are no"
                " longer the same.",
                type=self._title(name),
                event=event_id,
            ),
        )

    def _missing(self, event_id, name, res_id):
        self._named.add((name, res_id))
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
