import json

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..chain import document

CORRELATION_KEY = "settlement_correlation_id"
"""Context key of the id that ties together what one act caused."""
# Events that one statement writes.
CHUNK = 1000


def _as_text(value):
    """Return a value of a column as PostgreSQL reads it from text, None for NULL."""
    return None if value is None else str(value)


class SettlementEvent(models.Model):
    """Audit trail: who did what to which record, when, and why."""

    _name = "settlement.event"
    _inherit = ["settlement.hashed", "settlement.protected"]
    _description = "Audit event"
    _order = "id desc"
    _rec_name = "action"
    _log_access = False

    _hashed_fields = (
        "id",
        "occurred_at",
        "user_id",
        "action",
        "model",
        "res_id",
        "company_id",
        "reason",
        "before",
        "after",
        "correlation_id",
        "count",
        "root",
        "rows_model",
        "rows_ranges",
        "rows_prints",
    )

    occurred_at = fields.Datetime("When", readonly=True, required=True)
    user_id = fields.Many2one(
        "res.users", "Who", readonly=True, required=True, ondelete="restrict"
    )
    action = fields.Char("What", readonly=True, required=True)
    model = fields.Char("Record type", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="model", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, ondelete="restrict")
    reason = fields.Text("Why", readonly=True)
    before = fields.Json(readonly=True)
    after = fields.Json(readonly=True)
    correlation_id = fields.Char(
        "Correlation", readonly=True, help="Events with the same value belong together."
    )
    count = fields.Integer(
        "Rows", readonly=True, help="How many rows the event speaks of."
    )
    root = fields.Char(
        "Root of the rows",
        readonly=True,
        help="Merkle root of the fingerprints of those rows at that moment.",
    )
    rows_model = fields.Char("Type of the rows", readonly=True)
    rows_ranges = fields.Text("Numbers of the rows", readonly=True, prefetch=False)
    rows_prints = fields.Text("Prints of the rows", readonly=True, prefetch=False)
    row_hash = fields.Char(required=True)
    personal_ids = fields.One2many(
        "settlement.event.personal", "event_id", "Personal data", readonly=True
    )

    changes = fields.Text(compute="_compute_changes")

    _subject_index = models.Index("(model, res_id)")
    _company_index = models.Index("(company_id, id)")
    _correlation_index = models.Index(
        "(correlation_id) WHERE correlation_id IS NOT NULL"
    )

    @api.depends("before", "after", "personal_ids.value")
    @api.depends_context("uid")
    def _compute_changes(self):
        readable = self.env["settlement.event.personal"].has_access("read")
        for event in self:
            values = event.personal_ids if readable else ()
            personal = {row.digest: row.value or None for row in values}
            before, after = event.before or None, event.after or None
            event.changes = "\n".join(document.describe(before, after, personal))

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Refuse: only the code that acts writes events, by ``_log``."""
        raise UserError(self.env._("Audit events cannot be entered by hand."))

    def write(self, vals):  # pylint: disable=method-required-super
        """Refuse: an event is never changed."""
        raise UserError(self.env._("Audit events cannot be changed."))

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Audit events cannot be deleted."))

    def action_open_record(self):
        """Open the record that the event is about.

        :raises UserError: if there is none any more
        """
        self.ensure_one()
        known = self.res_id and self.model in self.env
        if not known or not self.env[self.model].browse(self.res_id).exists():
            raise UserError(
                self.env._("The record of this event is not there any more.")
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": self.model,
            "res_id": self.res_id,
            "view_mode": "form",
        }

    # -- writing -----------------------------------------------------------------

    @api.model
    def _log(  # pylint: disable=too-many-arguments
        self,
        action,
        record=None,
        *,
        company=None,
        reason="",
        before=None,
        after=None,
        count=0,
        root="",
        correlation_id="",
        rows=None,
    ):
        """Record one act and return its event.

        :param action: what was done, as dotted code (``match.confirmed``)
        :param record: the record it was done to
        :param company: company concerned; by default that of the record
        :param reason: why, in the words of a person
        :param before: what it was, a dict of plain values, Decimals, dates and
            :class:`~odoo.addons.settlement_audit.chain.document.Personal` values
        :param after: what it is now, likewise
        :param count: how many rows a set operation touched
        :param root: Merkle root of the row hashes of those rows
        :param correlation_id: by default that of the context
        :param rows: the rows themselves, of a model with row hashes; gives count and
            root, and lets the verification find each of them that is altered or
            deleted later
        """
        personal = []
        values = {
            "action": action,
            "user_id": self.env.uid,
            **self._subject_values(record, company),
            "reason": document.clean_text(reason) or None,
            "before": self._document(before, personal),
            "after": self._document(after, personal),
            "correlation_id": correlation_id or self._context_correlation(),
            "count": count,
            "root": root or None,
            **self._rows_values(rows),
        }
        event = self.browse(self._insert([values]))
        if personal:
            self.env["settlement.event.personal"]._keep(event, personal)
        return event

    @api.model
    def _log_each(self, action, records, reason_of, after_of):
        """Record the same act on each of many records; return the events in order.

        As one by one, only in a few statements. What it is now may name no personal
        values.

        :param reason_of: gives the reason for a record, as :meth:`_log` takes it
        :param after_of: gives what a record is now, likewise
        """
        if not records:
            return self.browse()
        common = {
            "action": action,
            "user_id": self.env.uid,
            "correlation_id": self._context_correlation(),
            "count": 0,
        }
        return self.browse(
            self._insert(
                [
                    {
                        **common,
                        **self._subject_values(record, None),
                        "reason": document.clean_text(reason_of(record)) or None,
                        "after": self._document(after_of(record), None),
                    }
                    for record in records
                ]
            )
        )

    @api.model
    def _context_correlation(self):
        return str(self.env.context.get(CORRELATION_KEY) or "") or None

    @api.model
    def _subject_values(self, record, company):
        if record is None:
            return {"company_id": company.id or None if company else None}
        if not company and record._name == "res.company":
            company = record
        if not company and "company_id" in record._fields:
            # The trail names the company even where the actor cannot read it.
            company = record.sudo().company_id
        return {
            "model": record._name,
            "res_id": record.id or None,
            "company_id": company.id or None if company else None,
        }

    @api.model
    def _document(self, values, personal):
        """Return ``values`` as JSON text; append personal ones to ``personal``."""
        if values is None:
            return None

        def keep_apart(value):
            salt = document.new_salt()
            digest = document.salted_hash(value.value, salt)
            personal.append((value, salt, digest))
            return digest

        return json.dumps(document.plain(values, keep_apart), ensure_ascii=False)

    @api.model
    def _rows_values(self, rows):
        if rows is None:
            return {}
        # The trail pins the rows whatever of them the actor may read.
        pins = rows.sudo()._pin_rows(rows.ids)
        return {
            "count": pins.count,
            "root": pins.root,
            "rows_model": rows._name,
            "rows_ranges": pins.ranges_text,
            "rows_prints": pins.prints_text,
        }

    @api.model
    def _insert(self, values_list):
        """Insert events together with their hashes, return their ids in order.

        In SQL, because nobody has the right to create events and because the hash
        has to be there at once: the table refuses UPDATE.
        """
        ids = []
        for some in split_every(CHUNK, values_list, list):
            ids += [
                row_id for (row_id,) in self.env.execute_query(self._insertion(some))
            ]
        return ids

    @api.model
    def _insertion(self, values_list):
        """Return the statement that inserts some events and gives their ids."""
        computed = {
            "id": SQL("nextval(%s)", f"{self._table}_id_seq"),
            # The clock of the database, not of a worker.
            "occurred_at": SQL("clock_timestamp() AT TIME ZONE 'UTC'"),
        }
        given = [name for name in self._hashed_fields if name not in computed]
        columns = [
            SQL(
                "CAST(%s AS %s) AS %s",
                computed.get(name, SQL.identifier("given", name)),
                SQL.identifier(self._hashed_column_type(name)),
                SQL.identifier(name),
            )
            for name in self._hashed_fields
        ]
        return SQL(
            "INSERT INTO %(table)s (%(names)s, row_hash)"
            " SELECT event.*, %(hash)s FROM (SELECT %(columns)s"
            " FROM unnest(%(values)s) WITH ORDINALITY AS given (%(given)s, position)"
            " ORDER BY given.position) AS event"
            " RETURNING id",
            table=SQL.identifier(self._table),
            names=SQL(", ").join(map(SQL.identifier, self._hashed_fields)),
            hash=self._row_hash_sql("event"),
            columns=SQL(", ").join(columns),
            values=SQL(", ").join(
                SQL(
                    "%s::text[]", [_as_text(values.get(name)) for values in values_list]
                )
                for name in given
            ),
            given=SQL(", ").join(map(SQL.identifier, given)),
        )

    # -- sealing and verifying ---------------------------------------------------

    @api.model
    def _seal_pending(self, up_to=None):
        """Seal the events that no seal covers yet; see settlement.event.seal."""
        return self.env["settlement.event.seal"]._seal_pending(up_to)

    @api.model
    def _cron_seal(self):
        """Seal in transactions of its own and export the head of the chain.

        Events that the caller has not committed yet are waited for in vain.

        :return: whether sealing got its turn
        """
        return self.env["settlement.event.seal"]._cron_seal()

    @api.model
    def _seal_lag(self):
        """Return how far sealing lags behind.

        :return: ``{"unsealed": number of events, "oldest_seconds": age of the oldest
            of them in seconds, 0 without any, "unexported": number of seals that the
            file outside the database does not have}``
        """
        query = SQL(
            """
            SELECT count(*), coalesce(extract(epoch FROM
                   clock_timestamp() AT TIME ZONE 'UTC' - min(occurred_at)), 0)::int8
              FROM settlement_event
             WHERE id > (SELECT coalesce(max(last_event_id), 0)
                           FROM settlement_event_seal)
            """
        )
        unsealed, seconds = self.env.execute_query(query)[0]
        unexported = self.env["settlement.event.seal"]._unexported()
        return {
            "unsealed": unsealed,
            "oldest_seconds": seconds,
            "unexported": len(unexported),
        }

    @api.model
    def verify_chain(self):
        """Recompute the whole chain and tell what does not fit.

        :return: ``{"ok": bool, "events": n, "sealed": n, "unsealed": n, "heads":
            exported heads compared, "findings": [{"model", "id", "sentence"}]}``
        :raises AccessError: if the user may not read the audit trail
        """
        self.check_access("read")
        return self.env["settlement.event.seal"]._verify_chain()
