from psycopg2.errors import SerializationFailure

from odoo import api, models

from odoo.addons.settlement.storage.payload import read_payload


class SettlementMessage(models.Model):
    _inherit = "settlement.message"

    @api.model
    def _receive_event(self, backend, event_id, body):
        """Store an event of a webhook once, however often and parallel it comes.

        :param event_id: the provider's id of the event.
        :param body: the raw bytes, whose signature was verified.
        :return: the new message; none if the event is known.
        """
        query = self._insert_query(
            backend, "webhook", "", [self._event_row(event_id, body)]
        )
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(query, log_exceptions=False)
                messages = self.browse(row[0] for row in self.env.cr.fetchall())
        except SerializationFailure:
            # A delivery of the same event was committed after this one began.
            return self.browse()
        messages._note_received(backend)
        return messages

    @api.model
    def _event_row(self, event_id, body):
        payload = read_payload(body)
        return (
            event_id,
            f"webhook:{event_id}",
            payload.sha256,
            payload.stored_sha256,
            payload.size,
            payload.inline_bytes(),
            None,
            {},
        )

    def _ignore(self, note):
        """Keep messages that tell us nothing, and say why they were not used.

        A connector's ``_parse`` calls it; the pipeline leaves such messages alone.
        """
        self._set_state("ignored", error=note)
