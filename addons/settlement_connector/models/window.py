from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.card_numbers import mask_text
from odoo.addons.settlement.canonical.errors import (
    AuthenticationError,
    BusinessError,
    MalformedInput,
)

from ..windows.plan import Attempt
from .pull_clock import OutOfTime

# Failures that another attempt with the same cursor may get over.
PASSING = ("transient", "authentication", "interrupted")


class SettlementWindow(models.Model):
    """One attempt to pull one stream for one period.

    It is written as failed before the first call and becomes good with the last
    page: whatever kills a pull leaves a window that the next pull does not pass
    over.
    """

    _name = "settlement.window"
    _description = "Pull Window"
    _order = "id desc"
    _rec_name = "stream"

    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, index=True
    )
    stream = fields.Char(required=True)
    since = fields.Datetime(required=True)
    until = fields.Datetime(required=True)
    cursor = fields.Char(help="Where the source goes on after the last stored page.")
    is_backfill = fields.Boolean(
        "Back-fill", help="Its end was given; regular pulls reach up to now."
    )
    state = fields.Selection(
        [
            ("ok", "Complete"),
            ("empty", "Complete, nothing there"),
            ("failed", "Failed"),
        ],
        required=True,
        default="failed",
        index=True,
    )
    error_class = fields.Selection(
        [
            ("transient", "Passing"),
            ("authentication", "Credentials refused"),
            ("business", "Needs a decision"),
            ("malformed", "Not understood"),
            ("interrupted", "Interrupted"),
        ]
    )
    reason = fields.Char(help="Reason of the exception that the failure opened.")
    error = fields.Text()
    started_at = fields.Datetime(required=True)
    finished_at = fields.Datetime()
    pages = fields.Integer()
    item_count = fields.Integer("Objects", help="Objects that the source sent.")
    new_count = fields.Integer("New", help="Objects that were not known before.")

    _period = models.Constraint(
        "CHECK (since <= until)", "A window ends no earlier than it begins."
    )
    _stream_idx = models.Index("(backend_id, stream, id)")
    _running_uniq = models.UniqueIndex(
        "(backend_id, stream) WHERE finished_at IS NULL",
        "This stream is being pulled right now.",
    )

    @api.model
    def _open(self, backend, stream, span):
        """Write down that a span is about to be pulled."""
        return self.create(
            {
                "backend_id": backend.id,
                "stream": stream,
                "since": span.since,
                "until": span.until,
                "cursor": span.cursor or False,
                "is_backfill": span.backfill,
                "error_class": "interrupted",
                "error": self.env._("The pull has not come to its end."),
                "started_at": fields.Datetime.now(),
            }
        )

    def _store_page(self, items, cursor):
        """Store one page and where the next one begins, both or neither.

        :return: the new messages.
        """
        self.ensure_one()
        with self.env.cr.savepoint():
            messages = self.env["settlement.message"]._receive_items(
                self.backend_id, self.stream, items
            )
            self.write(
                {
                    "cursor": cursor or False,
                    "pages": self.pages + 1,
                    "item_count": self.item_count + len(items),
                    "new_count": self.new_count + len(messages),
                }
            )
        return messages

    def _succeed(self):
        """Close a window whose last page is stored."""
        self.ensure_one()
        self.write(
            {
                "state": "ok" if self.item_count else "empty",
                "cursor": False,
                "error_class": False,
                "error": False,
                "finished_at": fields.Datetime.now(),
            }
        )

    def _fail(self, error):
        """Close a window that stopped for a reason a connector gave.

        :param error: a SettlementError.
        """
        self.ensure_one()
        self.write(
            {
                "error_class": self._class_of(error),
                "reason": getattr(error, "reason", False),
                "error": mask_text(str(error)),
                "finished_at": fields.Datetime.now(),
            }
        )

    @api.model
    def _class_of(self, error):
        if isinstance(error, OutOfTime):
            return "interrupted"
        if isinstance(error, AuthenticationError):
            return "authentication"
        if isinstance(error, BusinessError):
            return "business"
        return "malformed" if isinstance(error, MalformedInput) else "transient"

    @api.model
    def _close_interrupted(self, backend):
        """Close windows that a pull which is gone left open.

        Call it only while no other pull of the backend can be running.
        """
        domain = [("backend_id", "=", backend.id), ("finished_at", "=", False)]
        self.search(domain).write({"finished_at": fields.Datetime.now()})

    @api.model
    def _attempts(self, backend, stream):
        """Return all finished pulls of a stream, oldest first, as plain data."""
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT since, until, state <> 'failed', COALESCE(cursor, ''),
                       COALESCE(error_class, '') IN %s, COALESCE(is_backfill, FALSE)
                  FROM settlement_window
                 WHERE backend_id = %s AND stream = %s AND finished_at IS NOT NULL
                 ORDER BY id
                """,
                PASSING,
                backend.id,
                stream,
            )
        )
        return [Attempt(*row) for row in rows]

    def action_pull_again(self):
        """Button: ask for this period of this stream again, in a dialogue."""
        self.ensure_one()
        return self.backend_id._open_pull(self.since, self.until, self.stream)
