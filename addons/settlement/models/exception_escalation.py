from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..exceptions import severity as urgency
from .exception import OPEN_STATES

# More than this at once for one person is one notice that counts them.
MOST_SINGLE_NOTICES = 5
# Who is told of a missed deadline.
TOLD_ASSIGNEE, TOLD_LEAD = 1, 2


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    notice_level = fields.Integer(
        default=0, readonly=True, help="0: nobody told, 1: the assignee, 2: the lead."
    )

    @api.model
    def _levels(self, company):
        """Return from when on exceptions of ``company`` have which severity."""
        return self.env["settlement.exception.level"]._levels_of(company.id)

    @api.model
    def _lead_of(self, company, team):
        """Return who leads ``team`` in ``company``, if anybody does."""
        return self.env["settlement.exception.team"]._team_in(company, team).lead_id

    @api.model
    def _cron_escalate(self):
        """Scheduled action: what gets older gets more urgent; tell whom it concerns."""
        # The clock runs for all companies, whoever the scheduled action runs as.
        exceptions = self.sudo()
        for company in exceptions.env["res.company"].search(
            [("active", "=", True)], order="id"
        ):
            exceptions._age(company)
            exceptions._tell_of_breaches(company)

    # ------------------------------------------------------------------
    # Getting older
    # ------------------------------------------------------------------

    @api.model
    def _age(self, company):
        """Make open exceptions as urgent as their age says, with an event.

        Most urgent level first, so that each exception rises once.
        """
        now = fields.Datetime.now()
        for level in self._levels(company):
            if level.age_hours is None:
                continue
            risen = self._raise_aged(company, level, now)
            if risen:
                self.env["settlement.event"]._log(
                    "exception.severity_raised",
                    company=company,
                    after={
                        "severity": level.severity,
                        "age_hours": level.age_hours,
                        "exceptions": risen,
                    },
                    count=len(risen),
                )

    @api.model
    def _raise_aged(self, company, level, now):
        """Raise to ``level`` what has its age; return the ids.

        Thousands may get older in the same hour: one statement.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE settlement_exception
                   SET severity = %(severity)s, severity_rank = %(rank)s,
                       deadline = LEAST(deadline, %(due)s)
                 WHERE company_id = %(company)s AND state IN %(states)s
                   AND severity_rank > %(rank)s AND opened_at <= %(since)s
             RETURNING id
                """,
                severity=level.severity,
                rank=urgency.rank(level.severity),
                due=now + timedelta(hours=level.due_hours),
                company=company.id,
                states=OPEN_STATES,
                since=now - timedelta(hours=level.age_hours),
            )
        )
        self.invalidate_model(["severity", "severity_rank", "deadline"])
        return sorted(row for (row,) in rows)

    # ------------------------------------------------------------------
    # Missed deadlines
    # ------------------------------------------------------------------

    @api.model
    def _tell_of_breaches(self, company):
        """Tell assignees, later leads, of missed deadlines: once per level."""
        overdue = self.search(self._overdue_domain(company))
        first = overdue.filtered(lambda one: not one.notice_level and one.user_id)
        first._tell(TOLD_ASSIGNEE, lambda one: one.user_id)
        teams = overdue.grouped("team")
        for team, exceptions in teams.items():
            settings = self.env["settlement.exception.team"]._team_in(company, team)
            grace = timedelta(hours=settings.lead_after_hours if settings else 24)
            limit = fields.Datetime.now() - grace
            late = exceptions.filtered(
                lambda one, limit=limit: not one.user_id or one.deadline <= limit
            )
            late._tell(
                TOLD_LEAD,
                lambda one, lead=settings.lead_id: lead or one.backend_id.owner_id,
            )

    @api.model
    def _overdue_domain(self, company):
        """Return the open exceptions whose deadline is missed and not all know."""
        today = fields.Date.context_today(self)
        return (
            Domain("company_id", "=", company.id)
            & Domain("state", "in", OPEN_STATES)
            & Domain("deadline", "<", fields.Datetime.now())
            & Domain("notice_level", "<", TOLD_LEAD)
            & (Domain("parked_until", "=", False) | Domain("parked_until", "<", today))
        )

    def _tell(self, level, person_of):
        """Give each person concerned a notice, many at once as one.

        :param person_of: returns whom to tell of one exception, or nobody.
        """
        told = self.filtered(lambda one: one.notice_level < level)
        people = {}
        for exception in told.sorted():
            person = person_of(exception)
            if person and exception._may_be_seen_by(person):
                people.setdefault(person, self.browse())
                people[person] |= exception
        for person, exceptions in people.items():
            exceptions._notify_overdue(person)
        # The scheduled action told them; nobody else writes this.
        told.sudo().write({"notice_level": level})

    def _may_be_seen_by(self, person):
        """Return whether ``person`` could open this exception at all."""
        self.ensure_one()
        return (
            person.active
            and self.company_id in person.company_ids
            and person.has_group("settlement.group_viewer")
        )

    def _notify_overdue(self, person):
        """Give ``person`` an activity on each, or one that counts them all."""
        if len(self) <= MOST_SINGLE_NOTICES:
            for exception in self:
                exception._add_notice(
                    person,
                    self.env._("Overdue: %(reason)s", reason=exception._reason_label()),
                )
            return
        self[0]._add_notice(
            person,
            self.env._(
                "%(count)s exceptions are overdue, this one first. Open the list of "
                "overdue exceptions for the others.",
                count=len(self),
            ),
        )

    def _add_notice(self, person, summary):
        self.ensure_one()
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=fields.Date.context_today(self),
            summary=summary,
            user_id=person.id,
        )
