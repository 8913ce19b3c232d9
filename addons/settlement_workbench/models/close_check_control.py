from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import OPEN_STATES

from ..closing.result import BLOCKING, OK, WARNING, CheckResult
from ..closing.segregation import PAIRS, conflicts

# Exceptions by age in days, oldest first.
AGES = ((30, "> 30 d"), (7, "8–30 d"), (3, "4–7 d"), (1, "1–3 d"), (-1, "< 24 h"))


class SettlementCloseCheck(models.AbstractModel):
    """Checks of control: what waits for people, and who was allowed to do what."""

    _inherit = "settlement.close.check"

    @api.model
    def _checks(self):
        return [
            *super()._checks(),
            ("exceptions", self.env._("Exceptions"), ""),
            ("approvals", self.env._("Approvals"), ""),
            ("rules", self.env._("Rules in use approved"), ""),
            ("mappings", self.env._("Mappings in use approved"), ""),
            ("segregation", self.env._("Segregation of duties"), ""),
            ("own_approvals", self.env._("Nobody approved their own"), ""),
            ("chain", self.env._("Audit chain"), ""),
        ]

    # ------------------------------------------------------------------
    # What waits
    # ------------------------------------------------------------------

    @api.model
    def _exceptions(self, close):
        """Return the open exceptions that concern the period."""
        exceptions = self.env["settlement.exception"].search(
            [
                ("company_id", "=", close.company_id.id),
                ("state", "in", OPEN_STATES),
            ]
        )
        return exceptions.filtered(lambda each: self._concerns(close, each))

    @api.model
    def _concerns(self, close, exception):
        """Return whether something is about the period, or about no day at all."""
        day = exception.transaction_id.booked_on or exception.batch_id.date
        return not day or day <= close.day

    @api.model
    def _check_exceptions(self, close):
        """None is open; a critical one is in the way."""
        exceptions = self._exceptions(close)
        critical = exceptions.filtered(lambda each: each.severity == "critical")
        if not exceptions:
            return CheckResult("exceptions", OK, self.env._("None is open."))
        shown = critical or exceptions
        amount = sum(
            self._minor(each.company_amount, close.currency_id) for each in shown
        )
        return CheckResult(
            "exceptions",
            self._state_if(critical),
            counted(
                self.env._(
                    "%(count)s {is|are} open, %(critical)s of them "
                    "critical (%(amount)s).",
                    count=len(exceptions),
                    critical=len(critical),
                    amount=self._money(close, amount),
                ),
                len(exceptions),
            ),
            amount_minor=amount,
            model=shown._name,
            ids=tuple(shown.ids),
            notes=self._age_figures(exceptions),
        )

    @api.model
    def _age_figures(self, exceptions):
        now = fields.Datetime.now()
        counts = dict.fromkeys((name for _days, name in reversed(AGES)), 0)
        for exception in exceptions:
            age = (now - exception.opened_at).days
            counts[next(name for days, name in AGES if age > days)] += 1
        return tuple((name, str(count)) for name, count in counts.items())

    @api.model
    def _check_approvals(self, close):
        """Nothing of the period waits for an approver."""
        approvals = self.env["settlement.approval"].search(
            [("company_id", "=", close.company_id.id), ("state", "=", "waiting")]
        )
        approvals = approvals.filtered(
            lambda each: self._dated_by(each) is None
            or self._dated_by(each) <= close.day
        )
        return self._listed(
            "approvals",
            approvals,
            self.env._("Nothing waits for an approver."),
            counted(
                self.env._(
                    "%(count)s {decision waits|decisions wait} for an approver.",
                    count=len(approvals),
                ),
                len(approvals),
            ),
            amount_minor=self._asked_minor(close, approvals),
        )

    @api.model
    def _dated_by(self, approval):
        """Return the day that what is to be decided is about, or None."""
        model = self.env.get(approval.subject_model)
        if model is None:
            return None
        subject = model.browse(approval.subject_id).exists()
        for name in ("booked_on", "date"):
            if name in subject._fields:
                return subject[name] or None
        if subject._name == "settlement.exception":
            return subject.transaction_id.booked_on or subject.batch_id.date or None
        return None

    @api.model
    def _asked_minor(self, close, approvals):
        requests = self.env["settlement.posting.request"].search(
            [("approval_id", "in", approvals.ids)]
        )
        return sum(self._minor(each.amount, close.currency_id) for each in requests)

    # ------------------------------------------------------------------
    # What was allowed
    # ------------------------------------------------------------------

    @api.model
    def _check_rules(self, close):
        """Each match of the period by a rule rests on one that somebody approved."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT match.id
                  FROM settlement_match match
                  JOIN settlement_rule_version version
                    ON version.id = match.rule_version_id
                  JOIN settlement_match_line line ON line.match_id = match.id
                  JOIN settlement_transaction fact ON fact.id = line.transaction_id
                 WHERE match.company_id = %s
                   AND match.state <> 'undone'
                   AND fact.booked_on <= %s
                   AND version.approver_id IS NULL
                 ORDER BY match.id
                """,
                close.company_id.id,
                close.day,
            )
        )
        matches = self.env["settlement.match"].browse([row[0] for row in rows])
        if matches:
            amount = self._in_company_minor(close, matches, "amount")
            return self._listed(
                "rules",
                matches,
                "",
                counted(
                    self.env._(
                        "%(count)s {match rests|matches rest} on rules "
                        "that nobody approved.",
                        count=len(matches),
                    ),
                    len(matches),
                ),
                amount_minor=amount,
            )
        waiting = self.env["settlement.rule.version"].search(
            [
                ("company_id", "=", close.company_id.id),
                ("state", "=", "waiting"),
            ]
        )
        return self._listed(
            "rules",
            waiting,
            self.env._("No rule is in use that nobody approved."),
            self.env._(
                "Waiting for approval, and not in use: %(count)s.", count=len(waiting)
            ),
            state=WARNING,
        )

    @api.model
    def _check_mappings(self, close):
        """Each row of the period was read by mappings that somebody approved."""
        rows = self.env["settlement.transaction"].search(
            [
                ("company_id", "=", close.company_id.id),
                ("is_current", "=", True),
                ("booked_on", "<=", close.day),
                ("mapping_id.approver_id", "=", False),
                ("mapping_id", "!=", False),
            ]
        )
        if rows:
            return self._listed(
                "mappings",
                rows,
                "",
                counted(
                    self.env._(
                        "%(count)s {row was|rows were} read by mappings "
                        "that nobody approved.",
                        count=len(rows),
                    ),
                    len(rows),
                ),
                amount_minor=self._in_company_minor(close, rows, "net_amount"),
            )
        waiting = self.env["settlement.mapping"].search(
            [("company_id", "=", close.company_id.id), ("state", "=", "waiting")]
        )
        return self._listed(
            "mappings",
            waiting,
            self.env._("No mapping is in use that nobody approved."),
            self.env._(
                "Waiting for approval, and not in use: %(count)s.", count=len(waiting)
            ),
            state=WARNING,
        )

    # ------------------------------------------------------------------
    # Who was allowed
    # ------------------------------------------------------------------

    @api.model
    def _people(self, company):
        """Return the users who may work in a company with a role of the suite."""
        roles = {name for pair in PAIRS for name in pair}
        groups = [self.env.ref(f"settlement.{name}").id for name in sorted(roles)]
        users = self.env["res.users"].search(
            [("company_ids", "in", company.ids), ("all_group_ids", "in", groups)],
            order="id",
        )
        # Nobody signs in as the technical user.
        return users - self.env["settlement.backend"]._bot()

    @api.model
    def _roles_of(self, user):
        """Return the names of the roles of the suite that a user holds."""
        groups = (
            "group_viewer",
            "group_auditor",
            "group_integration_admin",
            "group_accountant",
            "group_approver",
        )
        return tuple(name for name in groups if user.has_group(f"settlement.{name}"))

    @api.model
    def _check_segregation(self, close):
        """Nobody holds two roles that check one another."""
        found = {
            user: pairs
            for user in self._people(close.company_id)
            if (pairs := conflicts(self._roles_of(user)))
        }
        users = self.env["res.users"].union(*found)
        return self._listed(
            "segregation",
            users,
            self.env._("Nobody holds two roles that check one another."),
            counted(
                self.env._(
                    "%(count)s {user holds|users hold} two roles that "
                    "check one another: %(names)s.",
                    count=len(users),
                    names=", ".join(users.mapped("name")),
                ),
                len(users),
            ),
            state=WARNING,
            figures=tuple(
                (user.name, self._pairs_in_words(pairs))
                for user, pairs in found.items()
            ),
        )

    @api.model
    def _pairs_in_words(self, pairs):
        names = self.env["settlement.backend"]._group_names
        return "; ".join(" + ".join(names(pair)) for pair in pairs)

    @api.model
    def _check_own_approvals(self, close):
        """Nobody decided on what they had asked for or written themselves."""
        approvals = self.env["settlement.approval"].search(
            [
                ("company_id", "=", close.company_id.id),
                ("decider_id", "!=", False),
            ]
        )
        own = approvals.filtered(
            lambda each: each.decider_id in (each.requester_id, self._author(each))
        )
        return self._listed(
            "own_approvals",
            own,
            counted(
                self.env._(
                    "In %(count)s {decision|decisions}, somebody else "
                    "decided than who asked.",
                    count=len(approvals),
                ),
                len(approvals),
            ),
            counted(
                self.env._(
                    "%(count)s {decision was|decisions were} taken by who "
                    "had asked for them.",
                    count=len(own),
                ),
                len(own),
            ),
            figures=((self.env._("Decisions"), str(len(approvals))),),
        )

    @api.model
    def _author(self, approval):
        """Return who wrote what was decided on, none if that is not kept."""
        nobody = self.env["res.users"]
        model = self.env.get(approval.subject_model)
        if model is None or "author_id" not in model._fields:
            return nobody
        if approval.state != "approved":
            return nobody
        return model.browse(approval.subject_id).exists().author_id

    # ------------------------------------------------------------------
    # The trail
    # ------------------------------------------------------------------

    @api.model
    def _check_chain(self, close):
        """The trail verifies, and its head is kept outside the database."""
        found = self.env["settlement.event"].verify_chain()
        lag = self.env["settlement.event"]._seal_lag()
        unsealed = self._unsealed(close)
        notes = (
            (self.env._("Events"), str(found["events"])),
            (self.env._("Sealed"), str(found["sealed"])),
            (self.env._("Heads compared"), str(found["heads"])),
            (self.env._("Events of the period not sealed"), str(unsealed)),
            (self.env._("Seals not exported"), str(lag["unexported"])),
        )
        if not found["ok"]:
            count = len(found["findings"])
            sentence = counted(
                self.env._(
                    "%(count)s {break was|breaks were} found: "
                    "somebody altered the trail. Run the "
                    "verification and tell the auditor.",
                    count=count,
                ),
                count,
            )
            return CheckResult("chain", BLOCKING, sentence, notes=notes)
        if unsealed or lag["unexported"]:
            sentence = self.env._(
                "The chain verifies; its head is not kept outside the database yet. "
                "The scheduled action that seals events does that."
            )
            return CheckResult("chain", WARNING, sentence, notes=notes)
        sentence = self.env._("The chain verifies and its head is exported.")
        return CheckResult("chain", OK, sentence, notes=notes)

    @api.model
    def _unsealed(self, close):
        """Return how many events up to the end of the period no seal covers."""
        end = datetime.combine(close.day + timedelta(days=1), time.min)
        ((count,),) = self.env.execute_query(
            SQL(
                """
                SELECT count(*) FROM settlement_event
                 WHERE occurred_at < %s
                   AND id > (SELECT COALESCE(max(last_event_id), 0)
                               FROM settlement_event_seal)
                """,
                end,
            )
        )
        return count
