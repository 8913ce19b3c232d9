from odoo import fields, models

from .big_integer import minor_units


class SettlementDispute(models.Model):
    """How disputes come in front of people, and leave again."""

    _inherit = "settlement.dispute"

    def _follow_exceptions(self):
        """Open what calls for evidence, and close it once the outcome is final.

        A dispute that is over when it is first seen was in front of somebody, too:
        the list of exceptions does not depend on when data were fetched.
        """
        exceptions = self.env["settlement.exception"]
        ended = self.filtered(lambda one: one.is_final or not one.active)
        for dispute in self - ended._seen_before():
            opened = exceptions._raise_for(
                dispute,
                "dispute_opened",
                dispute._cause(),
                deadline=dispute.evidence_due_at or None,
                fixes=("chargeback", "refund"),
            )
            dispute._set_deadline(opened)
        exceptions._clear_for(ended, ["dispute_opened"])

    def _seen_before(self):
        """Return those of these ended disputes that need not be opened any more."""
        # The pipeline may run for someone who may not read exceptions.
        exceptions = self.env["settlement.exception"].sudo()
        known = exceptions.search(
            [
                ("subject_model", "=", self._name),
                ("subject_id", "in", self.ids),
                ("reason", "=", "dispute_opened"),
            ]
        )
        return self.filtered(
            lambda one: not one.active
            or not one.amount
            or one.id in known.mapped("subject_id")
        )

    def _set_deadline(self, exception):
        """Let an exception end with the provider's date, and name its row."""
        values = {}
        # The first one, so that it is the same whenever data were fetched.
        taken = self.transaction_ids.filtered(lambda one: one.kind == "dispute")
        row = taken.sorted(lambda one: (one.booked_on, one.id))[:1]
        if exception.transaction_id != row:
            values["transaction_id"] = row.id
        due = self.evidence_due_at
        if due and exception.deadline != due:
            values["deadline"] = due
        if values:
            # The pipeline may run for someone who may not write exceptions.
            exception.sudo().write(values)

    def _exception_money(self, reason):
        """Return the money of an exception about it: minor units, currency."""
        self.ensure_one()
        if self.amount or not self.disputed_currency_id:
            return minor_units(self.amount, self.currency_id), self.currency_id
        currency = self.disputed_currency_id
        return minor_units(self.disputed_amount, currency), currency

    def _cause(self):
        """Return in words what is disputed, and until when evidence helps."""
        self.ensure_one()
        names = {
            "dispute": self.external_id,
            "amount": self._amount_text(),
            "payment": self.charge_external_id or "?",
            "reason": dict(self._fields["reason"]._description_selection(self.env))[
                self.reason
            ].lower(),
        }
        if not self.amount and self.version_ids:
            cause = self.env._(
                "A customer's bank asks about %(amount)s of payment %(payment)s "
                "(%(dispute)s, %(reason)s); no money has moved yet.",
                **names,
            )
        else:
            cause = self.env._(
                "A customer disputes %(amount)s of payment %(payment)s (%(dispute)s, "
                "%(reason)s).",
                **names,
            )
        return f"{cause} {self._what_to_do()}"

    def _what_to_do(self):
        if self.evidence_sent or self.status == "under_review":
            return self.env._("Evidence was sent; the decision is awaited.")
        if due := self.evidence_due_at:
            return self.env._(
                "Send evidence to the provider by %(day)s.",
                day=fields.Date.to_string(due.date()),
            )
        return self.env._("Send evidence to the provider before its deadline.")
