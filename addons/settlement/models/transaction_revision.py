from odoo import api, fields, models

from ..canonical.words import shortened


class SettlementTransaction(models.Model):
    """Revisions: how a fact changed at its source, field by field."""

    _inherit = "settlement.transaction"

    revision_ids = fields.Many2many(
        "settlement.transaction",
        compute="_compute_revision_ids",
        string="Revisions",
        help="Everything the source ever said about this transaction.",
    )
    revision_count = fields.Integer(compute="_compute_revision_ids")
    changes = fields.Text(
        compute="_compute_changes", help="What differs from the revision before."
    )

    @api.depends("external_id", "occurrence")
    def _compute_revision_ids(self):
        for transaction in self:
            transaction.revision_ids = transaction._revisions()
            transaction.revision_count = len(transaction.revision_ids)

    def _revisions(self):
        """Return all revisions of this identity, oldest first."""
        self.ensure_one()
        return self.search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("external_id", "=", self.external_id),
                ("occurrence", "=", self.occurrence),
            ],
            order="revision",
        )

    @api.depends("revision")
    def _compute_changes(self):
        for transaction in self:
            before = transaction._revision_before()
            words = before and transaction._changes_in_words(before)
            transaction.changes = words or False

    def _revision_before(self):
        """Return the revision before this one; none for the first."""
        return self._revisions().filtered(
            lambda known: known.revision == self.revision - 1
        )

    def _changes_in_words(self, before):
        """Return one line for each field in which ``before`` was different."""
        return "\n".join(
            f"{label}: {old} → {new}" for label, old, new in self._changes_from(before)
        )

    def _changes_from(self, before):
        """Return what the source changed since ``before``.

        :return: list of (label of the field, old value, new value), as people read
            them.
        """
        self.ensure_one()
        changed = [name for name in self._hashed_fields if self[name] != before[name]]
        labels = self.fields_get(changed, ["string"])
        return [
            (labels[name]["string"], before._in_words(name), self._in_words(name))
            for name in changed
        ]

    def _in_words(self, name):
        """Return the value of a field as people read it; a dash for nothing."""
        field, value = self._fields[name], self[name]
        if field.type == "many2one":
            return value.display_name or "–"
        if field.type == "monetary":
            return self[field.get_currency_field(self)].format(value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "–")
        return str(value) if value not in (False, None, "") else "–"

    # ------------------------------------------------------------------
    # Replays
    # ------------------------------------------------------------------

    @api.model
    def _newest_id(self):
        return self.search([], order="id desc", limit=1).id or 0

    def _entries_in_words(self):
        """Name the entries that stand on this transaction; here: its state."""
        self.ensure_one()
        state = self.posting_state
        words = dict(self._fields["posting_state"]._description_selection(self.env))
        return words[state] if state and state != "none" else ""

    def _replay_line(self):
        """Describe a revision that a replay added."""
        before = self._revision_before()
        effect = "changed" if before else "new"
        # Its state has moved on to what is current by now.
        current = self._revisions().filtered("is_current")
        return {
            "effect": effect if self.is_current else "superseded",
            "message_id": self.message_id.id,
            "external_id": self.external_id,
            "name": self.display_name,
            "changes": self._changes_in_words(before) if before else "",
            "entries": current._entries_in_words() if before else "",
        }

    def _gone_line(self):
        """Describe a transaction that its message no longer holds."""
        return {
            "effect": "gone",
            "message_id": self.message_id.id,
            "external_id": self.external_id,
            "name": self.display_name,
            "changes": "",
            "entries": self._entries_in_words(),
        }

    def _tell_gone_from_message(self):
        """Open the exception about a fact that a replay no longer finds."""
        self.ensure_one()
        is_posted = self.posting_state in ("posted", "reconciled")
        self.env["settlement.exception"]._raise_for(
            self,
            "changed_after_posting" if is_posted else "missing_data",
            self.env._(
                "%(row)s (%(amount)s of %(day)s) was read from %(message)s once; read "
                "with today's rules the message does not hold it. Nothing was "
                "deleted. Ask the source, or have the reading corrected and replay.",
                row=shortened(self.external_id),
                amount=self.currency_id.format(self.gross_amount),
                day=self.booked_on,
                message=self.message_id.display_name,
            ),
        )
