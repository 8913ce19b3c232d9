from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.settlement_audit.chain.document import clean_text

from ..canonical.card_numbers import mask_text
from ..canonical.words import counted
from .message_row import QUARANTINED


class SettlementMessage(models.Model):
    _inherit = "settlement.message"

    waiting_row_ids = fields.One2many(
        "settlement.message.row",
        "message_id",
        string="Rows Waiting",
        domain=[("state", "=", QUARANTINED)],
    )

    def _quarantine(self, rejected):
        """Keep rows that could not be read, with their reason.

        The same row again is kept once; one that had been corrected and is bad again
        waits again. What a person dismissed stays dismissed.
        """
        self.ensure_one()
        rows = dict(map(self._quarantine_values, rejected))
        again = self.row_ids.filtered(lambda row: row.key in rows)
        again.write({"replay": self.replays})
        again.filtered(lambda row: row.state == "corrected")._again()
        known = set(again.mapped("key"))
        self.env["settlement.message.row"].create(
            [values for key, values in rows.items() if key not in known]
        )

    def _quarantine_values(self, rejected):
        """Return the key of a rejected row in this message, and what to keep of it."""
        raw = mask_text(clean_text(rejected.raw))
        reason = mask_text(clean_text(rejected.reason))
        key = self.row_ids._key_of(rejected.number, raw, reason)
        return key, {
            "message_id": self.id,
            "key": key,
            "number": rejected.number,
            "raw": raw,
            "reason": reason,
            "code": rejected.code,
            "external_id": clean_text(rejected.external_id) or False,
            "replay": self.replays,
        }

    def _correct_replayed(self):
        """Close rows that a replay of these messages could read."""
        for message in self.filtered("replays"):
            read = message.waiting_row_ids.filtered(
                lambda row, number=message.replays: row.replay < number
            )
            if read:
                read._set_state(
                    "corrected",
                    self.env._("A replay of the message read it."),
                    message,
                )

    def _refresh_quarantine(self):
        """Open, update or close the exceptions about rows put aside, one per code."""
        exceptions = self.env["settlement.exception"]
        self.invalidate_recordset(["row_ids", "waiting_row_ids"])
        for message in self.filtered("row_ids"):
            waiting = message.waiting_row_ids.grouped("code")
            for code, rows in waiting.items():
                exceptions._raise_for(message, code, message._sentence_of_rows(rows))
            closed = set(message.row_ids.mapped("code")) - set(waiting)
            if closed:
                exceptions._clear_for(message, closed)

    def _sentence_of_rows(self, rows):
        """Return what to say about rows of this message that wait."""
        first = rows.sorted(lambda row: (row.number == 0, row.number, row.id))[0]
        names = {
            "count": len(rows),
            "message": self.filename or self.external_id or self.dedupe_key,
            "reason": first.reason,
        }
        if not first.number:
            return counted(
                self.env._(
                    "%(count)s {row|rows} of %(message)s {was|were} "
                    "put aside; the first: %(reason)s",
                    **names,
                ),
                names["count"],
            )
        return counted(
            self.env._(
                "%(count)s {row|rows} of %(message)s {was|were} put "
                "aside; the first is row %(number)s: %(reason)s",
                number=first.number,
                **names,
            ),
            names["count"],
        )

    def _note_counts(self, reading):
        """Write down how many rows were read, kept and put aside."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_message AS message
                   SET read_count = reading.rows,
                       stored_count = (
                            SELECT count(*) FROM settlement_transaction stored
                             WHERE stored.message_id = message.id),
                       rejected_count = (
                            SELECT count(*) FROM settlement_message_row row
                             WHERE row.message_id = message.id)
                  FROM unnest(%s::int[], %s::int[]) AS reading (id, rows)
                 WHERE message.id = reading.id
                """,
                self.ids,
                [reading.rows_of(message_id) for message_id in self.ids],
            )
        )
        self.invalidate_recordset(["read_count", "stored_count", "rejected_count"])
