import logging
import time
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..chain import merkle, pinned
from ..chain.heads import Head, append_heads, last_head
from ..seal_file import heads_path
from ..verify.chain import ChainVerifier

_logger = logging.getLogger(__name__)

SEAL_SIZE = 50_000
"""Events per seal at most."""

WAIT_SECONDS = 10
"""How long the sealer waits for transactions that write events."""

POLL_SECONDS = 0.1

_LAST_NUMBER = 2**31 - 1


class SettlementEventSeal(models.Model):
    """A link of the chain: the events up to a number, and all seals before."""

    _name = "settlement.event.seal"
    _inherit = "settlement.protected"
    _description = "Seal of audit events"
    _order = "id desc"
    _rec_name = "root"
    _log_access = False

    first_event_id = fields.Integer("First event", readonly=True, required=True)
    last_event_id = fields.Integer("Last event", readonly=True, required=True)
    event_count = fields.Integer("Events", readonly=True, required=True)
    events_root = fields.Char("Root of the events", readonly=True, required=True)
    previous_root = fields.Char(
        "Previous root",
        readonly=True,
        required=True,
        help="Root of the seal before this one; 64 zeros for the first.",
    )
    root = fields.Char(
        readonly=True,
        required=True,
        help="Vouches for the events of this seal and for all seals before it.",
    )
    sealed_at = fields.Datetime(readonly=True, required=True)
    ranges = fields.Text("Numbers of the events", readonly=True, required=True)
    prints = fields.Text(
        "Prints of the events", readonly=True, required=True, prefetch=False
    )

    _one_successor = models.Constraint(
        "UNIQUE (previous_root)", "A seal can be followed by one seal only."
    )
    _one_beginning = models.Constraint(
        "UNIQUE (first_event_id)", "An event can be sealed only once."
    )

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse: a seal is never changed."""
        raise UserError(self.env._("Seals cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Seals cannot be deleted."))

    # -- sealing -----------------------------------------------------------------

    @api.model
    def _head(self):
        """Return the newest seal, or none."""
        return self.search([], order="id desc", limit=1)

    @api.model
    def _seal_pending(self, up_to=None):
        """Seal every event after the head, as this transaction sees them.

        An event that is committed later with a lower number would look smuggled in.
        So call this without ``up_to`` only where nobody else writes events: in tests
        and in maintenance.

        :param up_to: the highest event number to be sealed
        :return: the new seals, oldest first
        """
        seals = self.browse()
        while seal := self._seal_next(up_to):
            seals += seal
        return seals

    @api.model
    def _seal_next(self, up_to):
        # The trail is sealed for everybody, whatever the caller may read of it.
        head = self.sudo()._head()
        query = SQL(
            "SELECT id, row_hash FROM settlement_event"
            " WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",
            head.last_event_id or 0,
            _LAST_NUMBER if up_to is None else up_to,
            SEAL_SIZE,
        )
        rows = self.env.execute_query(query)
        if not rows:
            return self.browse()
        values = self._seal_values(head.root or merkle.GENESIS, pinned.pin(rows))
        return self.sudo().create(values).sudo(self.env.su)

    @api.model
    def _seal_values(self, previous_root, pins):
        values = {
            "first_event_id": pins.ranges[0][0],
            "last_event_id": pins.ranges[-1][1],
            "event_count": pins.count,
            "events_root": pins.root,
            "previous_root": previous_root,
            "sealed_at": fields.Datetime.now(),
            "ranges": pins.ranges_text,
            "prints": pins.prints_text,
        }
        return {**values, "root": self._computed_root(values)}

    @api.model
    def _computed_root(self, values):
        """Return the root that a seal of these values must have."""
        return merkle.seal_root(
            values["previous_root"],
            values["events_root"],
            values["first_event_id"],
            values["last_event_id"],
            values["event_count"],
            values["sealed_at"].isoformat(),
        )

    @api.model
    def _cron_seal(self):
        """Seal all events in a transaction of its own, then export the heads.

        :return: whether sealing got its turn; else the next run tries again
        """
        number = self._settled_number()
        if number is None:
            _logger.info("Sealing waits for transactions that write audit events.")
        else:
            with self.env.registry.cursor() as cr:
                # One sealer at a time.
                cr.execute(
                    "LOCK TABLE settlement_event_seal IN SHARE ROW EXCLUSIVE MODE"
                )
                self.with_env(self.env(cr=cr))._seal_pending(number)
        # Only what is committed may be exported.
        with self.env.registry.cursor() as cr:
            self.with_env(self.env(cr=cr))._export_heads()
        return number is not None

    @api.model
    def _settled_number(self):
        """Return a number up to which every event is visible to a new transaction.

        The number of an event is drawn under a lock on the table that its
        transaction keeps to its end. So once the transactions have ended that hold
        the lock after the number was read, each number up to it is either committed
        or void for ever. Nobody is held up meanwhile, unlike with a lock of our own.

        :return: None if those transactions did not end in time
        """
        with self.env.registry.cursor() as cr:
            cr.execute("SELECT last_value FROM settlement_event_id_seq")
            (number,) = cr.fetchone()
            writers = self._writers(cr)
            deadline = time.monotonic() + WAIT_SECONDS
            while writers:
                if time.monotonic() > deadline:
                    return None
                time.sleep(POLL_SECONDS)
                writers &= self._writers(cr)
        return number

    @api.model
    def _writers(self, cr):
        """Return the other transactions that may have written events by now."""
        # The view shows the locks of this instant, not those of a snapshot.
        cr.execute(
            """
            SELECT virtualtransaction FROM pg_locks
             WHERE locktype = 'relation' AND granted AND mode = 'RowExclusiveLock'
               AND relation = 'settlement_event'::regclass
               AND database = (SELECT oid FROM pg_database
                                WHERE datname = current_database())
               AND pid IS DISTINCT FROM pg_backend_pid()
            """
        )
        return {writer for (writer,) in cr.fetchall()}

    # -- export ------------------------------------------------------------------

    @api.model
    def _unexported(self):
        """Return the seals that the file does not have yet, oldest first."""
        last = last_head(heads_path(self.env.cr.dbname))
        # Sealing and exporting concern the chain as a whole.
        return self.sudo().search([("id", ">", last.seal if last else 0)], order="id")

    @api.model
    def _export_heads(self):
        """Append the seals since the last export to the file; once a day the head.

        :return: how many lines were written
        """
        path = heads_path(self.env.cr.dbname)
        now = datetime.now(timezone.utc)
        seals = self._unexported()
        last = last_head(path)
        if not seals and last and last.exported_at[:10] < now.date().isoformat():
            seals = self._head()
        try:
            append_heads(path, [seal._exported(now) for seal in seals])
        except OSError as error:
            # Sealing goes on; what is not exported shows as lag and is tried again.
            _logger.error("The head of the chain cannot be exported: %s", error)
            return 0
        return len(seals)

    def _exported(self, now):
        """Return this seal as it is exported at ``now``."""
        self.ensure_one()
        return Head(
            database=self.env.cr.dbname,
            seal=self.id,
            first_event=self.first_event_id,
            last_event=self.last_event_id,
            events=self.event_count,
            root=self.root,
            previous_root=self.previous_root,
            sealed_at=self.sealed_at.isoformat(),
            exported_at=now.isoformat(timespec="seconds"),
        )

    # -- verification ------------------------------------------------------------

    @api.model
    def _verify_chain(self):
        """Return the result of ``settlement.event.verify_chain``."""
        return ChainVerifier(self.env).run()
