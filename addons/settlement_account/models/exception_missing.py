from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.exceptions.verb import Verb


class SettlementException(models.Model):
    """What is missing in the ledger, or came back: made good by a person."""

    _inherit = "settlement.exception"

    def _verbs(self):
        return {
            **super()._verbs(),
            "create_missing": Verb(
                self.env._("Create what is Missing"),
                ("paid_not_in_ledger", "missing_data"),
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Books the payment that Odoo knows and has not booked, and matches "
                    "it; where data are missing, asks the source for them again."
                ),
            ),
            "reopen": Verb(
                self.env._("Open Again"),
                ("payment_rejected",),
                approval="always",
                posts=True,
                effect=self.env._(
                    "Takes back what the rejected payment had settled, so that it is "
                    "owed again, and expects the corrected payment."
                ),
            ),
        }

    def _usual_verbs(self):
        """Money that Odoo took itself has its payment, which only has to be booked."""
        own = ["create_missing"] if self.reason == "paid_not_in_ledger" else []
        return [*own, *super()._usual_verbs()]

    # ------------------------------------------------------------------
    # A payment without an entry
    # ------------------------------------------------------------------

    def _reaches_out(self, verb):
        """Return whether a verb asks a source: that cannot be tried out."""
        return verb == "create_missing" and self.reason == "missing_data"

    def _resolve_create_missing(self, comment=""):
        """Book the payment of an online payment, and match its money with it."""
        if self.reason == "missing_data":
            return self._resolve_complete()
        # The role for the verb was checked; payments of Odoo are booked as by itself.
        row = self.sudo()._suggestion_subject()
        payment = self._unbooked_payment(row)
        self._check_day_is_open(row, payment.provider_id.journal_id)
        payment.with_company(payment.company_id)._create_payment(date=row.booked_on)
        self.env["settlement.document.reference"].sudo()._refresh(row.company_id)
        # It ends by what a person did, not because its cause vanished.
        self._end(
            self.env._(
                "%(payment)s was booked. %(comment)s",
                payment=payment.payment_id.display_name,
                comment=comment or "",
            )
        )
        row.env["settlement.matcher"]._match_transactions(row)
        found = row.match_line_ids.match_id
        for match in found.filtered(lambda match: match.state == "confirmed"):
            self._bring_to_ledger(match)
        return None

    def _check_day_is_open(self, row, journal):
        """Refuse a day that is locked: Odoo would book on another one, silently.

        :raises UserError: if the booking day of the row is locked.
        """
        if row.company_id._get_violated_lock_dates(row.booked_on, False, journal):
            raise UserError(
                self.env._(
                    "%(day)s is locked: Odoo would book the payment on another day. "
                    "Ask for an exception to the lock, or book it by hand.",
                    day=row.booked_on,
                )
            )

    def _unbooked_payment(self, row):
        """Return the finished online payment of a row that has no entry.

        :raises UserError: if there is none, or several, or Odoo could not book it.
        """
        matcher = self.env["settlement.matcher"].sudo().with_company(row.company_id)
        unbooked = matcher._unbooked_sql(row.company_id, SQL(", paid.id AS payment_id"))
        found = self.env.execute_query(
            SQL(
                "SELECT DISTINCT unbooked.payment_id FROM (%s) unbooked "
                "WHERE unbooked.transaction_id = %s",
                unbooked,
                row.id,
            )
        )
        payments = (
            self.env["payment.transaction"]
            .sudo()
            .browse([payment_id for (payment_id,) in found])
        )
        if len(payments) != 1:
            raise UserError(
                self.env._(
                    "%(count)s online payments without an entry belong to it: book the "
                    "right one in Odoo, then match it.",
                    count=len(payments),
                )
            )
        if not payments.provider_id.journal_id:
            raise UserError(
                self.env._(
                    "The payment provider %(provider)s has no journal, so Odoo books "
                    "none of its payments. Choose one in its settings first.",
                    provider=payments.provider_id.name,
                )
            )
        return payments

    # ------------------------------------------------------------------
    # A payment that came back
    # ------------------------------------------------------------------

    def _resolve_reopen(self, expected_on=None, comment=""):
        """Take back what a rejected payment had settled, and expect the corrected one.

        :param expected_on: when the corrected payment should arrive; None: nothing is
            expected.
        """
        # The role for the verb was checked; matches are written by the engine only.
        row = self.sudo()._suggestion_subject()
        original = self._rejected_rows(row)
        matches = (original.match_line_ids | original.batch_id.match_line_ids).match_id
        matches = matches.filtered(
            lambda match: match.state != "undone"
            and row not in match.line_ids.transaction_id
        )
        matches._undo(self.cause)
        expected = self._expect_corrected(row, original, expected_on)
        self._end(
            counted(
                self.env._(
                    "%(count)s {match|matches} of it {was|were} taken "
                    "back. %(expected)s %(comment)s",
                    count=len(matches),
                    expected=expected.name or "",
                    comment=comment or "",
                ),
                len(matches),
            )
        )

    def _rejected_rows(self, row):
        """Return the rows of the payment that was rejected, without the rejection."""
        ids = {row.parent_external_id, row.source_external_id} - {False, ""}
        return row.search(
            [
                ("backend_id", "=", row.backend_id.id),
                ("is_current", "=", True),
                ("id", "!=", row.id),
                ("kind", "in", ("payout", "refund", "bank_debit", "bank_credit")),
                ("source_external_id", "in", sorted(ids)),
            ]
        )

    def _expect_corrected(self, row, original, day):
        """Return the expected payment of what is to be paid instead."""
        expected = self.env["settlement.expected.payment"].sudo()
        if not day:
            return expected
        is_payout = row.kind == "payout_failure"
        return expected.create(
            {
                "name": self.env._(
                    "Instead of %(payment)s",
                    payment=original[:1].source_external_id or row.external_id,
                ),
                "company_id": self.company_id.id,
                "kind": "payout" if is_payout else "outgoing",
                "currency_id": row.currency_id.id,
                "amount": abs(row.gross_amount)
                if is_payout
                else -abs(row.gross_amount),
                "due_on": fields.Date.to_date(day),
            }
        )
