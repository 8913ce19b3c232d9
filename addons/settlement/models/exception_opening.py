from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL

from ..canonical import money
from ..canonical.card_numbers import mask_text
from ..exceptions import severity as urgency
from .exception import OPEN_STATES


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    @api.model
    def _raise_for(
        self,
        record,
        reason,
        cause,
        *,
        company=None,
        backend=None,
        severity=None,
        amount_minor=None,
        currency=None,
        deadline=None,
        fixes=(),
    ):
        """Open one exception for ``record`` and ``reason``, or refresh the open one.

        A person's decision to ignore it, or to leave its subject as it is, holds as
        long as the cause is the same.

        :param cause: a plain sentence with its arithmetic.
        :param severity: at least this; by default what amount and age say.
        :param amount_minor: how much money hangs on it, in minor units of
            ``currency``; by default the money of ``record``.
        :param deadline: naive UTC datetime, if somebody else sets one.
        :param fixes: suggested verbs, most likely first.
        :return: the exception.
        """
        details = {
            "company": company,
            "backend": backend,
            "severity": severity,
            "amount_minor": amount_minor,
            "currency": currency,
            "deadline": deadline,
            "fixes": fixes,
        }
        # A sentence may quote what the source sent.
        cause = mask_text(cause)
        current = self._current_for(record, reason, cause)
        if current:
            current._refresh(cause, record, details)
            return current
        values = self._values_of(record, reason, cause, details)
        return self._open([values])

    @api.model
    def _raise_many(self, model, found):
        """Do for many records of one model what ``_raise_for`` does for one.

        After a mass load thousands of payments wait for their documents; what is
        known about them already is left alone.

        :param model: empty recordset of the model of the subjects.
        :param found: list of (id, reason, sentence), or of (id, reason, sentence,
            details) with further arguments of ``_raise_for`` as a dict.
        """
        known = self._known_causes(model, found)
        records = model.browse([record_id for record_id, *_rest in found])
        missing = []
        for record_id, reason, sentence, *rest in found:
            details = rest[0] if rest else {}
            record = model.browse(record_id).with_prefetch(records.ids)
            exception_id, cause = known.get((record_id, reason), (None, None))
            if exception_id is None:
                missing.append(self._values_of(record, reason, sentence, details))
            elif cause != sentence:
                self._raise_for(record, reason, sentence, **details)
        self._open(missing)

    @api.model
    def _known_causes(self, model, found):
        """Return (subject id, reason) → (id, cause) of what is there already.

        Of a decision that holds and an open one, the open one counts.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subject_id, reason, id, cause
                  FROM settlement_exception
                 WHERE subject_model = %s AND subject_id = ANY(%s)
                   AND (state <> 'resolved' OR is_decided)
                 ORDER BY state IN ('ignored', 'resolved') DESC, id
                """,
                model._name,
                [record_id for record_id, *_rest in found],
            )
        )
        return {(subject, reason): (row, cause) for subject, reason, row, cause in rows}

    @api.model
    def _open(self, values):
        """Create exceptions in one go, each with its event and its former self."""
        former = self._former(values)
        for each in values:
            key = (each["subject_model"], each["subject_id"], each["reason"])
            each["previous_id"] = former.get(key)
        # The pipeline may run for someone who may not write exceptions.
        quiet = self.sudo().with_context(tracking_disable=True)
        opened = quiet.create(values).with_context(tracking_disable=False)
        self.env["settlement.event"]._log_each(
            "exception.opened",
            opened,
            lambda exception: exception.reason,
            lambda exception: exception._opening_facts(),
        )
        opened._after_opening()
        return opened

    def _after_opening(self):
        """Do what follows when exceptions open; addons extend this."""
        self.env["settlement.backend"]._run_hook("on_exception_action_id", self)

    def _opening_facts(self):
        """Return what the audit trail keeps of an exception that opens."""
        self.ensure_one()
        return {
            "cause": self.cause,
            "severity": self.severity,
            "amount_minor": self.amount_minor if self.currency_id else None,
            "currency": self.currency_id.name or None,
            "previous": self.previous_id.id or None,
        }

    @api.model
    def _former(self, values):
        """Return subject and reason → id of the closed exception that said the same."""
        if not values:
            return {}
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subject_model, subject_id, reason, max(id)
                  FROM settlement_exception
                 WHERE subject_model = ANY(%s) AND subject_id = ANY(%s)
                   AND state IN ('resolved', 'ignored')
                 GROUP BY subject_model, subject_id, reason
                """,
                list({each["subject_model"] for each in values}),
                [each["subject_id"] for each in values],
            )
        )
        return {tuple(key): row for *key, row in rows}

    @api.model
    def _current_for(self, record, reason, cause):
        """Return the exception that already says this: open, or ignored as it is."""
        # The pipeline may run for someone who may not read exceptions.
        known = self.sudo().search(
            [
                ("subject_model", "=", record._name),
                ("subject_id", "=", record.id),
                ("reason", "=", reason),
                "|",
                ("state", "in", (*OPEN_STATES, "ignored")),
                ("is_decided", "=", True),
            ]
        )
        return known.filtered(
            lambda known: known.state in OPEN_STATES or known.cause == cause
        ).sorted(lambda known: known.state not in OPEN_STATES)[:1]

    def _refresh(self, cause, record, details):
        """Say of an open exception what is known today; it gets no less urgent."""
        self.ensure_one()
        if self.state not in OPEN_STATES:
            return
        if details.get("deadline") and details["deadline"] != self.deadline:
            self._move_deadline(details["deadline"])
        if self.cause == cause:
            return
        values = self._values_of(record, self.reason, cause, details)
        kept = ("amount", "amount_minor", "currency_id", "company_amount")
        self.write({"cause": cause, **{name: values[name] for name in kept}})
        self._raise_severity(values["severity"])

    def _move_deadline(self, deadline):
        """Take the deadline that somebody else sets, with an event."""
        before = {"deadline": self.deadline}
        self.write({"deadline": deadline, "notice_level": 0})
        self.env["settlement.event"]._log(
            "exception.deadline_moved",
            self,
            before=before,
            after={"deadline": deadline},
        )

    def _raise_severity(self, severity):
        """Make exceptions as urgent as ``severity``, with an event, never less."""
        for exception in self:
            if urgency.rank(severity) >= urgency.rank(exception.severity):
                continue
            before = {"severity": exception.severity, "deadline": exception.deadline}
            levels = self._levels(exception.company_id)
            due = urgency.due_at(severity, fields.Datetime.now(), levels)
            deadline = min(exception.deadline or due, due)
            # Callers are the pipeline and the scheduled action.
            exception.sudo().write({"severity": severity, "deadline": deadline})
            self.env["settlement.event"]._log(
                "exception.severity_raised",
                exception,
                before=before,
                after={"severity": severity, "deadline": deadline},
            )

    # ------------------------------------------------------------------
    # What a new one says
    # ------------------------------------------------------------------

    @api.model
    def _values_of(self, record, reason, cause, details):
        """Return the values of a new exception."""
        values = self._opening_values(
            record, details.get("company"), details.get("backend")
        )
        values.update(self._money_values(record, reason, values["company_id"], details))
        levels = self._levels(self.env["res.company"].browse(values["company_id"]))
        amount = values["company_amount"]
        severity = urgency.severity_of(
            reason,
            Decimal(str(amount)) if values["currency_id"] else None,
            timedelta(),
            levels,
        )
        if details.get("severity"):
            severity = urgency.worst(severity, details["severity"])
        now = fields.Datetime.now()
        values["reason"] = reason
        route = self.env["settlement.exception.route"]._route_for(values)
        return {
            **values,
            "cause": cause,
            "severity": severity,
            "team": route.team or self._team_of(reason),
            "user_id": route.user_id.id,
            "opened_at": now,
            "deadline": details.get("deadline")
            or urgency.due_at(severity, now, levels),
            "fixes": list(details.get("fixes") or ()),
        }

    @api.model
    def _opening_values(self, record, company, backend):
        backend = backend or ("backend_id" in record and record.backend_id)
        values = {
            "subject_model": record._name,
            "subject_id": record.id,
            "company_id": (company or record.company_id).id,
            "backend_id": backend.id if backend else False,
        }
        if link := self._links().get(record._name):
            values[link] = record.id
        return values

    @api.model
    def _money_values(self, record, reason, company_id, details):
        """Return the amount that hangs on an exception, also in company currency."""
        minor, currency = details.get("amount_minor"), details.get("currency")
        if minor is None and hasattr(record, "_exception_money"):
            minor, currency = record._exception_money(reason)
        if minor is None or not currency:
            nothing = dict.fromkeys(("amount", "amount_minor", "company_amount"), 0)
            return {**nothing, "currency_id": False}
        company = self.env["res.company"].browse(company_id)
        amount = float(money.from_minor(abs(minor), currency.decimal_places))
        today = fields.Date.context_today(self)
        return {
            "amount_minor": abs(minor),
            "amount": amount,
            "currency_id": currency.id,
            "company_amount": currency._convert(
                amount, company.currency_id, company, today
            ),
        }

    # ------------------------------------------------------------------
    # Closing by the pipeline
    # ------------------------------------------------------------------

    @api.model
    def _clear_for(self, records, reasons=None):
        """Close open exceptions of ``records`` whose cause vanished.

        :param reasons: only these; by default all.
        :return: the exceptions that were closed.
        """
        domain = [
            ("subject_model", "=", records._name),
            ("subject_id", "in", records.ids),
            ("state", "in", OPEN_STATES),
        ]
        if reasons is not None:
            domain.append(("reason", "in", list(reasons)))
        # The pipeline may run for someone who may not write exceptions.
        gone = self.sudo().search(domain)
        for backend, exceptions in gone.grouped("backend_id").items():
            message = self._newest_message(backend)
            exceptions._close(
                "resolved",
                self.env._(
                    "The cause is gone: later data explain it. The newest then were "
                    "%(message)s, received %(when)s UTC.",
                    message=message.filename or message.external_id or message.id,
                    when=fields.Datetime.to_string(message.received_at),
                )
                if message
                else self.env._("The cause is gone."),
                closing_message_id=message.id,
            )
        return gone

    @api.model
    def _newest_message(self, backend):
        """Return the newest message of ``backend`` that was read."""
        return self.env["settlement.message"].search(
            [("backend_id", "=", backend.id), ("state", "=", "parsed")],
            order="id DESC",
            limit=1,
        )
