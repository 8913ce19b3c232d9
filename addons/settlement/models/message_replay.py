from odoo import fields, models
from odoo.exceptions import UserError

from .backend_automation import INSIDE_HOOK

# More than these are read again in the background, in pieces.
REPLAY_AT_ONCE = 200


class SettlementMessage(models.Model):
    _inherit = "settlement.message"

    def replay(self):
        """Parse these messages again with today's mapper.

        Unchanged facts stay as they are; changed ones become a new revision. What is
        posted already is never edited: an exception says what changed.

        :return: dict of counts ``messages, new, changed, unchanged, rejected, gone``.
        :raises AccessError: without the integration administrator role.
        :raises UserError: if the payload of one of them was removed.
        """
        messages = self._for_replay()
        totals = dict.fromkeys(("new", "changed", "unchanged", "rejected", "gone"), 0)
        for backend, group in messages.grouped("backend_id").items():
            reading = backend._read_messages(group, None)
            for name, count in self._replay_counts(reading).items():
                totals[name] += count
            self.env["settlement.event"]._log(
                "message.replayed",
                backend,
                rows=group,
                after=self._replay_counts(reading),
            )
        return {"messages": len(messages), **totals}

    def replay_later(self):
        """Have these messages parsed again in the background, in bounded pieces.

        :return: how many wait now.
        :raises AccessError: without the integration administrator role.
        :raises UserError: if the payload of one of them was removed.
        """
        messages = self._for_replay()
        for backend, group in messages.grouped("backend_id").items():
            self.env["settlement.event"]._log(
                "message.replay_asked", backend, rows=group
            )
            backend._wake()
        return len(messages)

    def _for_replay(self):
        """Return these messages as waiting to be read again, if the user may ask."""
        self.env["settlement.backend"]._require_group("group_integration_admin")
        self.check_access("read")
        messages = self.sudo()  # the role was checked; nobody may write messages
        messages._check_payload()
        messages._set_state("received")
        for number, group in messages.grouped("replays").items():
            group.write({"attempts": 0, "replays": number + 1})
        return messages

    def _check_payload(self):
        """Refuse what cannot be read any more; see the retention of payloads."""

    def _replay_counts(self, reading):
        revisions = reading.totals.get("revisions", 0)
        return {
            "new": reading.totals.get("transactions", 0) - revisions,
            "changed": revisions,
            "unchanged": reading.unchanged,
            "rejected": reading.totals.get("rejected", 0),
            "gone": len(reading.gone),
        }

    # ------------------------------------------------------------------
    # What a message no longer holds
    # ------------------------------------------------------------------

    def _tell_gone(self, reading):
        """Show transactions that these messages told once and no longer hold.

        A fact is never deleted: a person decides whether the old reading was wrong.

        :return: the transactions.
        """
        replayed = self.filtered("replays")
        if not replayed:
            return self.env["settlement.transaction"]
        stored = self.env["settlement.transaction"].search(
            [
                ("message_id", "in", replayed.ids),
                ("is_current", "=", True),
            ]
        )
        gone = stored.filtered(
            lambda row: not reading.holds(row.external_id, row.occurrence)
        )
        self.env["settlement.exception"]._clear_for(stored - gone, ["missing_data"])
        for transaction in gone:
            transaction._tell_gone_from_message()
        return gone

    def action_open_replay(self):
        """Button: show what a replay would change; it is done from there.

        :raises AccessError: without the integration administrator role.
        """
        self.env["settlement.backend"]._require_group("group_integration_admin")
        if not self:
            raise UserError(self.env._("Choose the messages to read again."))
        wizard = self.env["settlement.replay.wizard"].create(
            {"message_ids": [fields.Command.set(self.ids)]}
        )
        wizard._preview()
        return wizard._reopen()

    def _preview_replay(self):
        """Return what a replay of these messages would do; nothing of it stays.

        :return: dict of the counts of :meth:`replay` and ``lines``, a list of dicts
            ``effect, message_id, external_id, changes, entries``.
        """
        savepoint = self.env.cr.savepoint()
        newest = self.env["settlement.transaction"].sudo()._newest_id()
        try:
            counts = self.with_context(**{INSIDE_HOOK: True}).replay()
            return {**counts, "lines": self.sudo()._replay_lines(newest)}
        finally:
            self.env.clear()
            savepoint.close(rollback=True)

    def _replay_lines(self, newest):
        """Describe every transaction that this replay, not committed yet, touched.

        :param newest: id of the newest transaction before it.
        """
        added = self.env["settlement.transaction"].search(
            [("message_id", "in", self.ids), ("id", ">", newest)], order="id"
        )
        gone = self.env["settlement.exception"].search(
            [
                ("subject_model", "=", "settlement.transaction"),
                ("transaction_id.message_id", "in", self.ids),
                ("reason", "in", ("missing_data", "changed_after_posting")),
                ("state", "=", "open"),
            ]
        )
        lines = [row._replay_line() for row in added]
        told = gone.transaction_id.filtered(lambda row: row.id <= newest)
        return lines + [row._gone_line() for row in told]
