from typing import NamedTuple

from odoo.tools import SQL

from ..chain import merkle, pinned
from ..chain.heads import read_heads
from ..seal_file import heads_path

EVENT = "settlement.event"
SEAL = "settlement.event.seal"
PERSONAL = "settlement.event.personal"

_SEAL_COLUMNS = (
    "id",
    "first_event_id",
    "last_event_id",
    "event_count",
    "events_root",
    "previous_root",
    "root",
    "sealed_at",
    "ranges",
    "prints",
)


class Finding(NamedTuple):
    """One thing that does not fit, and the row it concerns (0: none in particular)."""

    model: str
    res_id: int
    sentence: str


class ChainVerifier:
    """Recomputes events, seals and exported heads of one database."""

    def __init__(self, env):
        self.env = env
        self.heads = 0
        self._altered_events = set()

    def run(self):
        """Return the result of ``settlement.event.verify_chain``."""
        findings = [
            {"model": model, "id": res_id, "sentence": sentence}
            for model, res_id, sentence in self.findings()
        ]
        events, unsealed = self.env.execute_query(
            SQL(
                """
                SELECT count(*), count(*) FILTER (WHERE id > (
                           SELECT coalesce(max(last_event_id), 0)
                             FROM settlement_event_seal))
                  FROM settlement_event
                """
            )
        )[0]
        return {
            "ok": not findings,
            "events": events,
            "sealed": events - unsealed,
            "unsealed": unsealed,
            "heads": self.heads,
            "findings": findings,
        }

    def findings(self):
        """Yield every :class:`Finding`."""
        self.env.flush_all()
        yield from self._protection_findings()
        yield from self._event_findings()
        seals = {seal["id"]: seal for seal in self._read_seals()}
        yield from self._seal_findings(seals.values())
        yield from self._head_findings(seals)
        yield from self._personal_findings()

    # -- the tables --------------------------------------------------------------

    def _protection_findings(self):
        names = self.env.registry.descendants(["settlement.protected"], "_inherit")
        for name in names:
            if not (self.env[name]._abstract or self.env[name]._is_protected()):
                yield Finding(
                    name,
                    0,
                    self.env._(
                        "The database no longer refuses changes of the table"
                        " %(table)s: its triggers were removed or switched off. Find"
                        " out who did it; updating the addon restores them.",
                        table=self.env[name]._table,
                    ),
                )

    def _event_findings(self):
        self._altered_events.update(self.env[EVENT]._altered_rows())
        for event_id in sorted(self._altered_events):
            yield self._altered_event(event_id)

    def _altered_event(self, event_id):
        return Finding(
            EVENT,
            event_id,
            self.env._(
                "Audit event %(event)s was altered after it was written. Compare it"
                " with a backup.",
                event=event_id,
            ),
        )

    # -- the seals ---------------------------------------------------------------

    def _read_seals(self):
        query = SQL(
            "SELECT %s FROM settlement_event_seal ORDER BY id",
            SQL(", ").join(map(SQL.identifier, _SEAL_COLUMNS)),
        )
        for row in self.env.execute_query(query):
            yield dict(zip(_SEAL_COLUMNS, row, strict=True))

    def _seal_findings(self, seals):
        previous = {"id": 0, "root": merkle.GENESIS, "last_event_id": 0}
        for seal in seals:
            if seal["previous_root"] != previous["root"]:
                yield self._broken_link(seal, previous)
            if seal["root"] != self.env[SEAL]._computed_root(seal):
                yield self._altered_seal(seal)
            yield from self._sealed_findings(seal, previous["last_event_id"])
            previous = seal

    def _broken_link(self, seal, previous):
        return Finding(
            SEAL,
            seal["id"],
            self.env._(
                "Seal %(seal)s does not continue seal %(previous)s: a seal was"
                " deleted, added or altered between them.",
                seal=seal["id"],
                previous=previous["id"] or self.env._("0 (the beginning)"),
            ),
        )

    def _altered_seal(self, seal):
        return Finding(
            SEAL,
            seal["id"],
            self.env._(
                "Seal %(seal)s was altered: its content does not give its root.",
                seal=seal["id"],
            ),
        )

    def _sealed_findings(self, seal, after_id):
        """Compare the events after ``after_id`` with what the seal says of them."""
        try:
            pins = pinned.PinnedRows.restore(
                seal["ranges"], seal["prints"], seal["events_root"]
            )
        except (TypeError, ValueError):
            yield self._altered_seal(seal)
            return
        query = SQL(
            "SELECT id, row_hash FROM settlement_event"
            " WHERE id > %s AND id <= %s ORDER BY id",
            after_id,
            seal["last_event_id"],
        )
        difference = pinned.compare(pins, self.env.execute_query(query))
        if difference.root_matches != difference.rows_match:
            # Root and list of the seal contradict each other.
            yield self._altered_seal(seal)
        if not difference.root_matches:
            yield from self._event_differences(seal, difference)

    def _event_differences(self, seal, difference):
        for event_id in difference.altered:
            if event_id not in self._altered_events:
                self._altered_events.add(event_id)
                yield self._altered_event(event_id)
        for event_id in difference.missing:
            yield Finding(
                EVENT,
                event_id,
                self.env._(
                    "Audit event %(event)s is missing: it was deleted after seal"
                    " %(seal)s had been set on it.",
                    event=event_id,
                    seal=seal["id"],
                ),
            )
        for event_id in difference.added:
            yield Finding(
                EVENT,
                event_id,
                self.env._(
                    "Audit event %(event)s was added among events that seal %(seal)s"
                    " had sealed before.",
                    event=event_id,
                    seal=seal["id"],
                ),
            )

    # -- the exported heads ------------------------------------------------------

    def _head_findings(self, seals):
        path = heads_path(self.env.cr.dbname)
        if not path.exists():
            return
        horizon = self._horizon()
        reported = set()
        for number, head in read_heads(path):
            if head is None:
                yield self._unreadable_line(number, path)
                continue
            self.heads += 1
            seal = seals.get(head.seal)
            if seal["root"] == head.root if seal else head.exported_at >= horizon:
                continue
            if head.seal not in reported:
                reported.add(head.seal)
                yield self._rewritten(seal, head, path)

    def _horizon(self):
        """Return since when exported seals may be too new for this transaction.

        With a minute to spare for clocks that differ.
        """
        query = SQL(
            """
            SELECT to_char(now() AT TIME ZONE 'UTC' - interval '1 minute',
                           'YYYY-MM-DD"T"HH24:MI:SS')
            """
        )
        return self.env.execute_query(query)[0][0]

    def _unreadable_line(self, number, path):
        return Finding(
            SEAL,
            0,
            self.env._(
                "Line %(number)s of %(path)s cannot be read: the exported heads of"
                " the chain were altered.",
                number=number,
                path=path,
            ),
        )

    def _rewritten(self, seal, head, path):
        text = (
            self.env._(
                "Seal %(seal)s is not the one exported at %(when)s to %(path)s: the"
                " chain was rewritten, or the file belongs to another database of"
                " this name.",
                seal=head.seal,
                when=head.exported_at,
                path=path,
            )
            if seal
            else self.env._(
                "Seal %(seal)s, exported at %(when)s to %(path)s, is missing: the end"
                " of the chain was cut off, an older backup was restored, or the file"
                " belongs to another database of this name.",
                seal=head.seal,
                when=head.exported_at,
                path=path,
            )
        )
        return Finding(SEAL, head.seal, text)

    # -- personal data -----------------------------------------------------------

    def _personal_findings(self):
        for row_id in self.env[PERSONAL]._altered_values():
            yield Finding(
                PERSONAL,
                row_id,
                self.env._(
                    "Personal value %(row)s was altered: the audit event speaks of"
                    " another value.",
                    row=row_id,
                ),
            )
