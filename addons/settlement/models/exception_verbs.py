from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..canonical.words import counted
from ..exceptions.severity import ALWAYS_CRITICAL, SEVERITIES, rank
from ..exceptions.verb import Verb

HANDLERS = ("group_accountant", "group_integration_admin")
IGNORE_CODES = [
    ("agreed", "Agreed with the other side"),
    ("immaterial", "Too small to matter"),
    ("elsewhere", "Handled elsewhere"),
    ("test_data", "Test data"),
    ("other", "Other"),
]
# How long a payout that somebody saw may take to show in the bank's own data.
DAYS_TO_THE_BANK = 5


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    ignore_code = fields.Selection(IGNORE_CODES, readonly=True)
    twin_id = fields.Many2oneReference(
        "Duplicate of", model_field="subject_model", readonly=True
    )
    parked_until = fields.Date(
        readonly=True, help="It waits for an answer or for the bank until then."
    )
    evidence_ids = fields.Many2many("ir.attachment", string="Evidence", readonly=True)

    def _verbs(self):
        return {
            **super()._verbs(),
            "retry": Verb(
                self.env._("Try Again"),
                ("connector_failed", "posting_failed", "stale_feed", "malformed_input"),
                HANDLERS,
                together=True,
                effect=self.env._(
                    "Runs the step again: pulls, reads or posts what is pending. What "
                    "works now closes its exception. Posts what is ready."
                ),
            ),
            "mark_duplicate": Verb(
                self.env._("Mark as Duplicate"),
                ("duplicate",),
                needs=("twin_id",),
                effect=self.env._(
                    "Points to the twin and keeps both rows. Posts nothing."
                ),
            ),
            "mark_received": Verb(
                self.env._("Mark as Received"),
                ("payout_missing_at_bank", "late_payout"),
                approval="always",
                needs=("seen", "where"),
                effect=self.env._(
                    "Records what was seen and where, and waits for the bank's own "
                    "entry. Posts nothing: the bank entry will."
                ),
            ),
            "acknowledge": Verb(
                self.env._("Acknowledge"),
                ("signature_invalid", "chain_broken"),
                HANDLERS,
                approval="always",
                needs=("comment", "attachment_ids"),
                effect=self.env._(
                    "Two persons confirm with evidence that they looked into it. It "
                    "never leaves the history. Posts nothing."
                ),
            ),
            "ask": Verb(
                self.env._("Ask"),
                groups=HANDLERS,
                needs=("user_id", "question"),
                effect=self.env._(
                    "Asks a person and waits for the answer. Posts nothing."
                ),
            ),
            "assign": Verb(
                self.env._("Assign"),
                groups=HANDLERS,
                effect=self.env._("Gives it to a person. Posts nothing."),
            ),
            "escalate": Verb(
                self.env._("Escalate"),
                groups=HANDLERS,
                needs=("reason",),
                effect=self.env._(
                    "Gives it to the lead of the team, one step more urgent. Posts "
                    "nothing."
                ),
            ),
            "ignore": Verb(
                self.env._("Ignore"),
                groups=HANDLERS,
                approval="limit",
                needs=("reason", "code"),
                never_for=ALWAYS_CRITICAL,
                effect=self.env._(
                    "Closes it without a fix, with a reason that stays on record. "
                    "Posts nothing."
                ),
            ),
        }

    # ------------------------------------------------------------------
    # The two that have a method of their own
    # ------------------------------------------------------------------

    def action_assign(self, user=None):
        """Give these exceptions to ``user``, by default to oneself.

        :param user: a res.users record, or its id.
        """
        user_id = user.id if isinstance(user, models.BaseModel) else user
        return self.action_resolve("assign", user_id=user_id or self.env.uid)

    def action_ignore(self, reason="", code="other"):
        """Close these exceptions without a fix; a reason is required.

        :param reason: why, in words.
        :param code: one of the reason codes that the board counts.
        """
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this can be ignored."))
        return self.action_resolve("ignore", reason=reason, code=code)

    # ------------------------------------------------------------------
    # What each does
    # ------------------------------------------------------------------

    def _resolve_retry(self):
        """Run the step again that failed, for all backends concerned at once."""
        for message in self._retried_messages():
            # The role for the verb was checked; reading again changes no payload.
            message.sudo().replay()
        self.backend_id.run_pipeline()
        closed = self.filtered("resolved_at")
        return self._notice(
            counted(
                self.env._(
                    "Ran again: %(closed)s of %(count)s {is|are} solved.",
                    closed=len(closed),
                    count=len(self),
                ),
                len(closed),
            )
        )

    def _retried_messages(self):
        """Return the messages to read again."""
        return self.filtered(
            lambda exception: exception.reason == "malformed_input"
        ).message_id

    def _resolve_mark_duplicate(self, twin_id, comment=""):
        """Point to the twin of the subject; both rows stay."""
        twin = self._twin(twin_id)
        sentence = self.env._(
            "It is a duplicate of %(twin)s. %(comment)s",
            twin=twin.display_name,
            comment=comment,
        )
        self._close("resolved", sentence.strip(), twin_id=twin.id, is_decided=True)

    def _twin(self, twin_id):
        """Return the record that is the same thing, of the same type and company.

        :raises UserError: if there is none, or it is the subject itself.
        """
        self.ensure_one()
        twin = self.env[self.subject_model].browse(int(twin_id)).exists()
        if not twin or twin.company_id != self.company_id:
            raise UserError(
                self.env._(
                    "There is no such record in %(company)s to be the twin of.",
                    company=self.company_id.name,
                )
            )
        if twin.id == self.subject_id:
            raise UserError(self.env._("A record is not a duplicate of itself."))
        return twin

    def _resolve_mark_received(self, seen, where, expected_on=None):
        """Record what was seen and where; the bank's own entry closes it."""
        until = fields.Date.to_date(expected_on) or fields.Date.context_today(
            self
        ) + timedelta(days=DAYS_TO_THE_BANK)
        self._park(until)
        self._note(
            self.env._(
                "Received according to %(where)s: %(seen)s. The bank entry is expected "
                "until %(until)s.",
                where=where,
                seen=seen,
                until=until,
            )
        )

    def _resolve_acknowledge(self, comment, attachment_ids):
        """Close a break of control that two persons looked into, with evidence."""
        links = [Command.link(each) for each in attachment_ids]
        self._close("resolved", comment, evidence_ids=links)

    def _prepare_acknowledge(self, comment, attachment_ids):
        """Make the evidence of who asks readable for who decides."""
        evidence = self._own_evidence(attachment_ids)
        return {"comment": comment, "attachment_ids": evidence.ids}

    def _resolve_ask(self, user_id, question, due_on=None):
        """Ask a person, who gets an activity, and park it until the answer is due."""
        person = self._colleague(user_id)
        due = fields.Date.to_date(due_on) or fields.Date.context_today(self)
        self._park(due)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=due,
            summary=self.env._("Answer: %(question)s", question=question),
            user_id=person.id,
        )
        self.message_post(body=question, partner_ids=person.partner_id.ids)

    def _resolve_assign(self, user_id=None):
        """Give it to a person."""
        person = self._colleague(user_id or self.env.uid)
        state = "in_progress" if self.state == "open" else self.state
        self._set_state(state, user_id=person.id)

    def _resolve_escalate(self, reason, user_id=None):
        """Give it to the lead of the team, one step more urgent."""
        lead = self._colleague(user_id) if user_id else self._team_lead()
        if not lead:
            raise UserError(
                self.env._(
                    "The team has no lead in %(company)s. Name one in the settings, or "
                    "assign it to somebody.",
                    company=self.company_id.name,
                )
            )
        self._raise_severity(SEVERITIES[max(0, rank(self.severity) - 1)])
        self._resolve_assign(lead.id)
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=self.env._("Escalated: %(reason)s", reason=reason),
            user_id=lead.id,
        )

    def _resolve_ignore(self, reason, code):
        """Close it without a fix."""
        if code not in dict(IGNORE_CODES):
            raise UserError(
                self.env._(
                    "%(code)s is no reason code; choose one of %(codes)s.",
                    code=code,
                    codes=", ".join(dict(IGNORE_CODES)),
                )
            )
        self._close("ignored", reason, ignore_code=code)

    # ------------------------------------------------------------------
    # Helpers of the verbs
    # ------------------------------------------------------------------

    def _park(self, until):
        """Let it rest until a day; nobody is reminded before."""
        state = "in_progress" if self.state == "open" else self.state
        self._set_state(state, parked_until=until)

    def _note(self, sentence):
        """Keep a sentence in the history of the record."""
        self.message_post(body=sentence)

    def _colleague(self, user_id):
        """Return a person who may work on this exception.

        :raises UserError: if that person could not even see it.
        """
        # Who works here is no secret to colleagues.
        person = self.env["res.users"].sudo().browse(int(user_id)).exists()
        sees = person and self.company_id in person.company_ids
        if not sees or not person.has_group("settlement.group_viewer"):
            raise UserError(
                self.env._(
                    "%(user)s has no Settlements role in %(company)s and would not see "
                    "it.",
                    user=person.name or "?",
                    company=self.company_id.name,
                )
            )
        return person

    def _team_lead(self):
        """Return the lead of the team of this exception, if there is one."""
        self.ensure_one()
        return self._lead_of(self.company_id, self.team)
