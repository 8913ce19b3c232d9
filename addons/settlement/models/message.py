import json
import uuid
from datetime import timedelta
from io import BytesIO
from pathlib import Path

from odoo import api, fields, models
from odoo.tools import SQL, config

from ..canonical.card_numbers import mask_text
from ..storage import payload as payload_storage

PREVIEW_BYTES = 65536
# Key in the cache of the cursor, which ends with the transaction.
READ_AHEAD = "settlement.message.payload"
# An attempt after these failures is no longer worth it; a person has to look.
MAX_ATTEMPTS = 5


class SettlementMessage(models.Model):
    """The inbox: every payload once, as received, card numbers masked."""

    _name = "settlement.message"
    _description = "Received Message"
    _inherit = ["settlement.hashed", "settlement.exception.subject"]
    _order = "id desc"
    _rec_name = "external_id"
    _check_company_auto = True
    _hashed_fields = (
        "company_id",
        "backend_id",
        "channel",
        "stream",
        "external_id",
        "context",
        "dedupe_key",
        "filename",
        "sha256",
        "stored_sha256",
        "size",
        "received_at",
    )

    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, index=True)
    channel = fields.Selection(
        [
            ("webhook", "Webhook"),
            ("poll", "Poll"),
            ("file", "File"),
            ("manual", "Manual"),
        ],
        required=True,
    )
    stream = fields.Char()
    external_id = fields.Char("Source ID")
    context = fields.Json(help="What the request knew and the payload does not say.")
    dedupe_key = fields.Char(required=True)
    filename = fields.Char()
    sha256 = fields.Char(required=True, help="SHA-256 of the bytes as received.")
    stored_sha256 = fields.Char(
        required=True, help="SHA-256 of the stored bytes, card numbers masked."
    )
    size = fields.Integer(help="Bytes.")
    stored_name = fields.Char(help="Place of a large payload in the file store.")
    received_at = fields.Datetime(required=True)
    state = fields.Selection(
        [
            ("received", "Received"),
            ("parsed", "Parsed"),
            ("failed", "Failed"),
            ("dead", "Dead"),
            ("ignored", "Ignored"),
        ],
        required=True,
        default="received",
    )
    attempts = fields.Integer()
    lease_until = fields.Datetime()
    lease_owner = fields.Char(help="Correlation id of the run that holds the lease.")
    error_class = fields.Selection(
        [
            ("transient", "Transient"),
            ("business", "Business"),
            ("malformed", "Malformed"),
        ]
    )
    error = fields.Text()
    correlation_id = fields.Char()
    row_ids = fields.One2many("settlement.message.row", "message_id")
    transaction_ids = fields.One2many("settlement.transaction", "message_id")
    preview = fields.Text(compute="_compute_preview")
    replays = fields.Integer(
        copy=False, help="How often it was asked to be read again."
    )
    read_count = fields.Integer(
        "Rows Read", help="Rows that its latest reading found, good and bad."
    )
    stored_count = fields.Integer(
        "Rows Kept", help="Transactions that this message was the first to tell."
    )
    rejected_count = fields.Integer(
        "Rows Put Aside", help="Rows that were ever put aside, whatever became of them."
    )

    _dedupe_uniq = models.Constraint(
        "UNIQUE (backend_id, dedupe_key)", "This payload has been received before."
    )
    _pending_idx = models.Index(
        "(backend_id, id) WHERE state IN ('received', 'failed')"
    )

    def init(self):
        """Keep payloads in a column that no generic read touches."""
        self.env.cr.execute(
            SQL("ALTER TABLE settlement_message ADD COLUMN IF NOT EXISTS payload bytea")
        )

    # ------------------------------------------------------------------
    # Receiving
    # ------------------------------------------------------------------

    @api.model
    def _receive(
        self,
        backend,
        channel,
        content,
        *,
        external_id="",
        stream="",
        context=None,
        dedupe_key=None,
        filename="",
    ):
        """Store one payload once.

        :param content: bytes or a binary file object, read as a stream.
        :param dedupe_key: identity inside the backend; by default the channel,
            the stream and the hash of the bytes.
        :return: the message; the known one if the key came before.
        :raises MalformedInput: if it is an archive that cannot be looked into, so that
            card numbers in it would stay.
        """
        payload = payload_storage.read_payload(content)
        filename = mask_text(filename)
        key = dedupe_key or f"{channel}:{stream}:{payload.sha256}"
        known = self.search([("backend_id", "=", backend.id), ("dedupe_key", "=", key)])
        if known:
            return known
        values = {
            "stream": stream or False,
            "external_id": external_id or filename or False,
            "context": context or {},
            "dedupe_key": key,
            "filename": filename or False,
        }
        return self._keep(backend, channel, payload, values)

    @api.model
    def _keep(self, backend, channel, payload, values):
        """Create the message of a payload that is new."""
        # Users need no right to create messages: this is the only door.
        message = self.sudo().create(
            {
                **values,
                "backend_id": backend.id,
                "company_id": backend.company_id.id,
                "channel": channel,
                "sha256": payload.sha256,
                "stored_sha256": payload.stored_sha256,
                "size": payload.size,
                "received_at": fields.Datetime.now(),
                "correlation_id": str(uuid.uuid4()),
            }
        )
        message._store_payload(payload)
        self.env["settlement.event"]._log("message.received", backend, rows=message)
        backend._wake()
        if channel in ("file", "manual"):
            backend._run_hook("on_import_action_id", message)
        return message.sudo(False)

    def _store_payload(self, payload):
        self.ensure_one()
        content, stored_name = self._placed(payload)
        self.stored_name = stored_name
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_message SET payload = %s WHERE id = %s",
                content,
                self.id,
            )
        )

    @api.model
    def _receive_items(self, backend, stream, items):
        """Store the objects of one page of a pull; return the new messages.

        :param items: list of RawItem; known ones (same stream, context, id and
            bytes) are left out.
        """
        if not items:
            return self.browse()
        rows = [self._item_row(stream, item) for item in items]
        query = self._insert_query(backend, "poll", stream, rows)
        messages = self.browse(row[0] for row in self.env.execute_query(query))
        messages._note_received(backend)
        return messages

    def _note_received(self, backend):
        """Seal messages that were inserted just now, log them, have them parsed."""
        if not self:
            return
        self._seal_rows()
        self.env["settlement.event"]._log("message.received", backend, rows=self)
        backend._wake()

    @api.model
    def _item_row(self, stream, item):
        payload = payload_storage.read_payload(item.content)
        scope = "&".join(
            f"{name}={item.context[name]}" for name in sorted(item.context)
        )
        return (
            item.external_id,
            f"poll:{stream}:{scope}:{item.external_id}:{payload.sha256}",
            payload.sha256,
            payload.stored_sha256,
            payload.size,
            *self._placed(payload),
            item.context,
        )

    @api.model
    def _placed(self, payload):
        """Return (bytes for the database, None) or (None, place in the file store)."""
        if payload.is_inline:
            return payload.inline_bytes(), None
        return None, payload_storage.keep_in_folder(payload, self._folder())

    @api.model
    def _insert_query(self, backend, channel, stream, rows):
        """Return the statement that inserts rows and gives the ids of the new ones.

        :param rows: tuples as :meth:`_item_row` returns them.
        """
        columns = list(zip(*rows, strict=True))
        contexts = [json.dumps(context) for context in columns[7]]
        return SQL(
            """
            INSERT INTO settlement_message (
                backend_id, company_id, channel, stream, external_id, context,
                dedupe_key, sha256, stored_sha256, size, payload, stored_name,
                received_at, state, attempts, correlation_id,
                create_uid, create_date, write_uid, write_date
            )
            SELECT %(backend)s, %(company)s, %(channel)s, %(stream)s, item.external_id,
                   item.context::jsonb, item.dedupe_key, item.sha256,
                   item.stored_sha256, item.size, item.payload, item.stored_name,
                   %(now)s, 'received', 0, %(correlation)s,
                   %(user)s, %(now)s, %(user)s, %(now)s
              FROM unnest(
                    %(ids)s::text[], %(keys)s::text[], %(hashes)s::text[],
                    %(stored)s::text[], %(sizes)s::int[], %(payloads)s::bytea[],
                    %(names)s::text[], %(contexts)s::text[]
                   ) WITH ORDINALITY AS item (
                    external_id, dedupe_key, sha256, stored_sha256, size, payload,
                    stored_name, context, position)
             ORDER BY item.position
            ON CONFLICT (backend_id, dedupe_key) DO NOTHING
            RETURNING id
            """,
            backend=backend.id,
            company=backend.company_id.id,
            channel=channel,
            stream=stream or None,
            now=fields.Datetime.now(),
            correlation=str(uuid.uuid4()),
            user=self.env.uid,
            ids=list(columns[0]),
            keys=list(columns[1]),
            hashes=list(columns[2]),
            stored=list(columns[3]),
            sizes=list(columns[4]),
            payloads=list(columns[5]),
            names=list(columns[6]),
            contexts=contexts,
        )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def _folder(self):
        """Return where large payloads of this database are kept."""
        return Path(config.filestore(self.env.cr.dbname)) / "settlement"

    def _open_content(self):
        """Return the stored bytes as a seekable binary file."""
        self.ensure_one()
        self.check_access("read")
        if self.stored_name:
            return (self._folder() / self.stored_name).open("rb")
        return BytesIO(self._inline_payload())

    def _inline_payload(self):
        """Return the bytes kept in the database; taken from what was read ahead."""
        ahead = self.env.cr.cache.get(READ_AHEAD, {})
        if self.id not in ahead:
            ahead = self._read_payloads()
        return ahead.pop(self.id)

    def _read_ahead(self):
        """Read the payloads of these messages at once, each for one later use."""
        self.env.cr.cache[READ_AHEAD] = self._read_payloads()

    def _read_payloads(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT id, payload FROM settlement_message WHERE id = ANY(%s)",
                self.ids,
            )
        )
        return {row_id: bytes(payload or b"") for row_id, payload in rows}

    @api.depends("stored_sha256")
    def _compute_preview(self):
        for message in self:
            with message._open_content() as content:
                head = content.read(PREVIEW_BYTES)
            message.preview = head.decode("utf-8", errors="replace")

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def _set_state(self, state, error_class=False, error=""):
        """Move messages to ``state``; the one place that does."""
        self.write(
            {
                "state": state,
                "lease_until": False,
                "lease_owner": False,
                "error_class": error_class,
                "error": error or False,
            }
        )

    def _lease(self, minutes, attempt=True):
        """Hold these messages for a worker; a dead worker's lease runs out."""
        until = fields.Datetime.now() + timedelta(minutes=minutes)
        for attempts, messages in self.grouped("attempts").items():
            messages.write(
                {
                    "lease_until": until,
                    "lease_owner": self.env.context.get("settlement_correlation_id"),
                    "attempts": attempts + attempt,
                    "state": "received",
                }
            )
