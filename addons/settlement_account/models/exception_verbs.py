from decimal import Decimal, InvalidOperation

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.words import shortened
from odoo.addons.settlement.exceptions.verb import Verb

from ..services.errors import busy_sentence
from ..services.fee_bills import FeeBillClearer
from ..services.post_run import PostRun


class SettlementException(models.Model):
    """What people decide about entries: another date, a rate, a corrected row."""

    _inherit = "settlement.exception"

    def _verbs(self):
        return {
            **super()._verbs(),
            "move_date": Verb(
                self.env._("Post in the First Open Period"),
                ("closed_period",),
                approval="always",
                posts=True,
                effect=self.env._(
                    "Posts what belongs into the closed period as a correction on the "
                    "first open day."
                ),
            ),
            "set_rate": Verb(
                self.env._("Set the Rate"),
                ("rate_missing",),
                approval="limit",
                needs=("rate", "source"),
                posts=True,
                effect=self.env._(
                    "Enters what one unit of the currency is worth in company "
                    "currency, and where that comes from; then posts what waited."
                ),
            ),
            "post_fee_variance": Verb(
                self.env._("Book the Difference of Fees"),
                ("fee_variance",),
                approval="limit",
                posts=True,
                effect=self.env._(
                    "Books the difference to the account for fees: what a bill differs "
                    "by from the fees withheld, which pay it, or what a bank kept of a "
                    "payment."
                ),
            ),
            "replace": Verb(
                self.env._("Replace the Posting"),
                ("changed_after_posting",),
                approval="always",
                posts=True,
                effect=self.env._(
                    "Reverses the posting of the former revision and posts the "
                    "current one, on the first open day if its period is closed."
                ),
            ),
        }

    # ------------------------------------------------------------------
    # Another date
    # ------------------------------------------------------------------

    def _resolve_move_date(self, comment=""):
        """Post in the first open period what belongs into a closed one."""
        subject = self._posting_subject()
        if subject._name == "settlement.batch":
            subject._post_now(moves_dates=True)
        else:
            until = PostRun(subject.backend_id).last_day_over()
            subject._post_cutoff(until, by_hand=True, moves_dates=True)
        if not subject._waits_for_approver():
            self._stop_if_refused(subject)
        self._end(
            self.env._(
                "It goes into the first open period. %(comment)s", comment=comment or ""
            )
        )

    def _posting_subject(self):
        """Return the payout or wallet that waits, as the pipeline works on it.

        :raises UserError: if its date is the bank's.
        """
        self.ensure_one()
        # The role for the verb was checked; postings are written by the pipeline.
        subject = self.sudo()._subject_record()
        is_batch = subject._name == "settlement.batch"
        if is_batch and subject.kind == "statement":
            raise UserError(
                self.env._(
                    "The bank's date cannot move. Ask for an exception to the lock "
                    "instead, then try again."
                )
            )
        if subject._name not in ("settlement.batch", "settlement.wallet"):
            raise UserError(
                self.env._(
                    "%(name)s has no entry whose date could move.",
                    name=subject.display_name,
                )
            )
        return subject

    def _subject_record(self):
        return self.env[self.subject_model].browse(self.subject_id)

    def _end(self, sentence, **values):
        """Close it, unless what was done has closed it already."""
        self.invalidate_recordset(["state"])
        if self.state not in ("resolved", "ignored"):
            self._close("resolved", sentence.strip(), **values)

    # ------------------------------------------------------------------
    # A rate
    # ------------------------------------------------------------------

    def _resolve_set_rate(self, rate, source, day=None):
        """Enter what a unit of the currency is worth, and post what waited.

        :param rate: units of company currency for one unit, as text.
        :param source: whose rate it is: the provider's, the bank's, the company's.
        :param day: from when it holds; by default the day of the oldest row that
            waits.
        """
        # The role for the verb was checked; rates are master data of Odoo.
        subject = self.sudo()._subject_record()
        day = fields.Date.to_date(day) or self._first_day_waiting(subject)
        value = self._rate_value(rate)
        self._enter_rate(subject, value, day)
        backend = (
            subject if subject._name == "settlement.backend" else (subject.backend_id)
        )
        backend._step_post(None)
        self._stop_if_refused(subject)
        self._end(
            self.env._(
                "1 %(currency)s = %(rate)s %(own)s from %(day)s on, by %(whose)s.",
                currency=subject.currency_id.name,
                rate=value,
                own=subject.company_id.currency_id.name,
                day=day,
                whose=source,
            )
        )

    def _rate_value(self, rate):
        """Return a rate as positive Decimal.

        :raises UserError: if it is none.
        """
        try:
            value = Decimal(str(rate).strip())
        except InvalidOperation:
            value = Decimal(0)
        if not value.is_finite() or value <= 0:
            raise UserError(
                self.env._(
                    "%(rate)s is no rate. Enter what one unit is worth in company "
                    "currency, such as 1.0842.",
                    rate=rate,
                )
            )
        return value

    def _enter_rate(self, subject, value, day):
        company = subject.company_id.root_id
        rates = self.env["res.currency.rate"].sudo().with_company(company)
        known = rates.search(
            [
                ("currency_id", "=", subject.currency_id.id),
                ("company_id", "=", company.id),
                ("name", "=", day),
            ]
        )
        if known:
            raise UserError(
                self.env._(
                    "There is a rate of %(currency)s on %(day)s already. Correct it "
                    "in the currency, then try again.",
                    currency=subject.currency_id.name,
                    day=day,
                )
            )
        rates.create(
            {
                "currency_id": subject.currency_id.id,
                "company_id": company.id,
                "name": day,
                "inverse_company_rate": float(value),
            }
        )

    def _first_day_waiting(self, subject):
        """Return the day of the oldest row of a batch or wallet without an entry."""
        link = "batch_id" if subject._name == "settlement.batch" else "wallet_id"
        oldest = (
            self.env["settlement.transaction"]
            .sudo()
            .search(
                [
                    (link, "=", subject.id),
                    ("is_current", "=", True),
                    ("posting_state", "in", ("none", "reversed")),
                ],
                order="booked_on",
                limit=1,
            )
        )
        return oldest.booked_on or fields.Date.context_today(self)

    # ------------------------------------------------------------------
    # Fees
    # ------------------------------------------------------------------

    def _resolve_post_fee_variance(self, keep_rest=False, comment=""):
        """Clear a bill of the provider by what it withheld, and the difference.

        :param keep_rest: leave the difference open instead of booking it.
        """
        # The role for the verb was checked; postings are written by the pipeline.
        bill = self.sudo()._subject_record()
        if bill._name != "account.move":
            raise UserError(self.env._("Only the bill of a provider can be cleared."))
        backend = self.sudo().backend_id.with_company(bill.company_id)
        posting = FeeBillClearer(backend).clear_with_difference(bill, keep_rest)
        if not posting:
            raise UserError(busy_sentence(self.env))
        self._end(
            self.env._(
                "%(bill)s cleared by %(entry)s. %(comment)s",
                bill=bill.display_name,
                entry=posting.display_name,
                comment=comment or "",
            )
        )

    # ------------------------------------------------------------------
    # A corrected row
    # ------------------------------------------------------------------

    def _resolve_replace(self, comment=""):
        """Reverse the posting of the former revision and post the current one."""
        fact, postings = self._replaced()
        reason = self.env._(
            "%(row)s was corrected by its source. %(comment)s",
            row=shortened(fact.external_id),
            comment=comment or "",
        )
        new = postings._repost(reason.strip(), moves_dates=True)
        self._end(
            self.env._(
                "%(old)s replaced by %(new)s.",
                old=", ".join(postings.mapped("display_name")),
                new=", ".join(new.mapped("display_name")),
            )
        )

    def _replaced(self):
        """Return the corrected row and the postings of its former revisions.

        :raises UserError: if there are none, or its bank has to correct it.
        """
        self.ensure_one()
        # The role for the verb was checked; postings are written by the pipeline.
        fact = self.sudo()._subject_record()
        revisions = fact.search(
            [
                ("backend_id", "=", fact.backend_id.id),
                ("external_id", "=", fact.external_id),
                ("occurrence", "=", fact.occurrence),
            ]
        )
        lines = revisions.posting_line_ids.filtered("active")
        if not lines:
            raise UserError(
                self.env._(
                    "No entry of ours stands for %(row)s: a bank line changes by the "
                    "bank's own correction, everything else is posted by itself.",
                    row=shortened(fact.external_id),
                )
            )
        return fact, lines.posting_id

    def _approval_content(self, name, values):
        """Let the approver of a replacement see what it changes, account by account."""
        content = super()._approval_content(name, values)
        if name == "replace":
            _fact, postings = self._replaced()
            found, _digest = postings._repost_changes("", moves_dates=True)
            content["changes"] = postings[:1]._change_texts(found)
        return content
