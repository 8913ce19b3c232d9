import inspect
import logging
import uuid
from datetime import date, datetime
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from odoo.addons.settlement_audit.models.event import CORRELATION_KEY

from .exception import OPEN_STATES

_logger = logging.getLogger(__name__)

# These change who waits, not what is decided: possible while an approver decides.
WHILE_WAITING = ("assign", "escalate")


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    # ------------------------------------------------------------------
    # The verbs
    # ------------------------------------------------------------------

    def _verbs(self):
        """Return all verbs: name → Verb. Addons add theirs, with ``_resolve_<name>``.

        That method gets the values by name, as JSON holds them, in the environment of
        who acts: of the approver, if one had to agree. It closes the exception where
        it ends it, and may return a window action. What must be checked with the
        rights of who asks goes into ``_prepare_<name>``, which returns the values. A
        dialogue of its own comes from ``_open_<name>``.
        """
        return {}

    def action_resolve(self, verb="retry", **values):
        """Resolve these exceptions with one of the verbs.

        If another person has to agree, it waits and is done when they approve.

        :param verb: name of a verb, see ``_verbs``.
        :param values: what the verb needs, as JSON holds it: texts, numbers, ids.
        :return: for one exception True or a window action; for many the outcome of
            each, as list of ``{"id", "outcome": "done"|"waiting"|"skipped"|"failed",
            "sentence"}``.
        :raises UserError: for one exception, if it cannot be done; always, if there is
            no such verb.
        :raises AccessError: without the role that the verb needs.
        """
        self._require_role(verb)
        self.check_access("write")
        values = {name: _plain(value) for name, value in values.items()}
        self._check_values(verb, values)
        if len(self) == 1:
            return self._in_words(lambda: self._resolve_one(verb, values))
        return self._resolve_each(verb, values)

    def _verb(self, name):
        """Return the verb ``name``.

        :raises UserError: if there is none.
        """
        verb = self._verbs().get(name)
        if verb is None:
            raise UserError(self.env._("There is no resolution %(verb)s.", verb=name))
        return verb

    def _require_role(self, name):
        """Raise AccessError unless the user's role allows the verb on these."""
        backend = self.env["settlement.backend"]
        backend._require_group(*self._verb(name).groups)
        if backend._has_settlement_group("group_accountant"):
            return
        if self.filtered(lambda exception: exception.team != "it"):
            raise AccessError(
                self.env._(
                    "Integration administrators resolve the exceptions of the IT "
                    "team; these belong to another one."
                )
            )

    def _require_handler(self):
        """Raise AccessError unless the user is one who works on these exceptions."""
        backend = self.env["settlement.backend"]
        backend._require_group("group_accountant", "group_integration_admin")
        self.check_access("write")

    def _check_values(self, name, values):
        """Raise UserError unless ``values`` are what the verb needs and takes."""
        verb = self._verb(name)
        taken = self._values_taken(name)
        if taken is not None and (unknown := sorted(set(values) - set(taken))):
            raise UserError(
                self.env._(
                    "%(verb)s does not know what to do with %(names)s.",
                    verb=verb.label,
                    names=", ".join(unknown),
                )
            )
        if missing := verb.missing(values):
            raise UserError(
                self.env._(
                    "%(verb)s needs to know: %(names)s. Say why and what, so that "
                    "others can follow it.",
                    verb=verb.label,
                    names=", ".join(missing),
                )
            )

    @api.model
    def _values_taken(self, name):
        """Return the names of the values that the verb takes; None if any."""
        parameters = inspect.signature(getattr(self, f"_resolve_{name}")).parameters
        if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            return None
        return list(parameters)

    def _check_fits(self, name):
        """Raise UserError unless the verb can be used on this exception now."""
        self.ensure_one()
        verb = self._verb(name)
        if self.state not in OPEN_STATES:
            raise UserError(self._closed_sentence())
        if not verb.fits(self.reason):
            raise UserError(
                self.env._(
                    "%(verb)s is no way out of “%(reason)s”.",
                    verb=verb.label,
                    reason=self._reason_label(),
                )
            )
        if self.state == "waiting_approval" and name not in WHILE_WAITING:
            raise UserError(
                self.env._("It waits for an approval already; nothing was changed.")
            )
        if obstacle := self._obstacle(name):
            raise UserError(obstacle)

    def _obstacle(self, name):
        """Return why a verb that fits the reason cannot be used now, "" if it can.

        A verb that needs more than its reason has a method ``_obstacle_<name>``.
        """
        look = getattr(self, f"_obstacle_{name}", None)
        return look() if look else ""

    def _why_not(self, name):
        """Return why this user cannot use a verb on this exception, "" if they can."""
        try:
            self._require_role(name)
            self._check_fits(name)
        except (AccessError, UserError) as error:
            return str(error)
        return ""

    def _closed_sentence(self):
        return self.env._(
            "This is closed already, by %(user)s on %(when)s; nothing was changed.",
            user=self.resolved_by_id.name or "?",
            when=fields.Datetime.to_string(self.resolved_at) or "?",
        )

    def _reason_label(self):
        return dict(self._fields["reason"]._description_selection(self.env))[
            self.reason
        ]

    # ------------------------------------------------------------------
    # One by one
    # ------------------------------------------------------------------

    def _resolve_one(self, name, values):
        """Act on one exception, or ask for the approval that it needs."""
        self.ensure_one()
        self._lock()
        self._check_fits(name)
        values = self._prepared(name, values)
        if self._needs_another(name, values):
            return self._ask_approval(name, values)
        return self._act(name, values)

    def _prepared(self, name, given):
        """Return the values of a verb, checked with the rights of who asks."""
        prepare = getattr(self, f"_prepare_{name}", None)
        if not prepare:
            return dict(given)
        own = self._own_values(given)
        extras = {key: value for key, value in given.items() if key not in own}
        return {**prepare(**own), **extras}

    @api.model
    def _own_values(self, values):
        """Return the values that are the verb's own."""
        return dict(values)

    def _needs_another(self, name, values):
        """Return whether another person has to agree to the verb with these values.

        A verb that leaves a doubt says so by a method ``_doubts_<name>(values)``.
        """
        doubts = getattr(self, f"_doubts_{name}", None)
        if doubts and doubts(values):
            return True
        amount = self._amount_at_stake(name, values)
        return self._verb(name).asks(amount, self._approval_limit(name))

    def _lock(self):
        """Keep others from acting on it at the same time."""
        # Everybody who may act on it may lock it.
        if not self.sudo().try_lock_for_update():
            raise UserError(
                self.env._(
                    "Somebody else is working on this right now. Try again in a moment."
                )
            )
        self.invalidate_recordset(["state", "resolved_by_id", "resolved_at"])

    def _act(self, name, values, approval=None):
        """Run the verb and record who did what, with the state before and after."""
        before = self._snapshot()
        if self.state == "waiting_approval" and name not in WHILE_WAITING:
            self._set_state("in_progress")
        result = getattr(self, f"_resolve_{name}")(**self._own_values(values))
        self.env["settlement.event"]._log(
            f"exception.{name}",
            self,
            reason=str(values.get("reason") or values.get("comment") or ""),
            before=before,
            after={
                **self._snapshot(),
                "verb": name,
                "values": values,
                # The trail names the approval; only approvers read all of it.
                "approval": approval.id if approval else None,
                "asked_by": approval.sudo().requester_id.id if approval else None,
            },
        )
        return result if isinstance(result, dict) else True

    def _snapshot(self):
        """Return what the audit trail keeps of an exception."""
        # Whoever may resolve it need not be able to read all it points to.
        exception = self.sudo()
        return {
            "state": exception.state,
            "user": exception.user_id.id or None,
            "severity": exception.severity,
            "deadline": exception.deadline or None,
            "resolution": exception.resolution or None,
        }

    # ------------------------------------------------------------------
    # Many
    # ------------------------------------------------------------------

    def _resolve_each(self, name, values):
        """Act on each exception by itself; none of them stops the others."""
        if self._verb(name).together and (outcomes := self._together(name, values)):
            return outcomes
        return [exception._outcome(name, values) for exception in self]

    def _together(self, name, values):
        """Act on all at once; return nothing if that does not work for all."""
        try:
            with self.env.cr.savepoint():
                for exception in self:
                    exception._check_fits(name)
                getattr(self, f"_resolve_{name}")(**self._own_values(values))
                for exception in self:
                    self.env["settlement.event"]._log(
                        f"exception.{name}",
                        exception,
                        after={"verb": name, "values": values, "together": len(self)},
                    )
                self.env.flush_all()
        except UserError:
            self.env.invalidate_all()
            return None
        return [
            {"id": exception.id, "outcome": "done", "sentence": ""}
            for exception in self
        ]

    def _outcome(self, name, values):
        """Act on one exception of many and return what came of it."""
        return self._outcome_of(lambda: self._resolve_one(name, values))

    def _outcome_of(self, act):
        """Call ``act``, which is about this exception, and return what came of it."""
        self.ensure_one()
        if not self.has_access("read"):
            return self._outcome_values("failed", self.env._("You may not see this."))
        if self.state not in OPEN_STATES:
            return self._outcome_values("skipped", self._closed_sentence())
        outcome = self._guarded(act)
        if outcome["outcome"] == "done" and self.state == "waiting_approval":
            outcome["outcome"] = "waiting"
        outcome["sentence"] = outcome["sentence"] or self.resolution or ""
        return outcome

    def _guarded(self, act):
        """Call ``act`` so that nothing stays of it if it fails; say what came of it."""
        try:
            with self.env.cr.savepoint():
                act()
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # the whole call begins again in a new transaction
        except UserError as error:
            self.env.invalidate_all()
            return self._outcome_values("failed", str(error))
        except Exception as error:  # one bad row stops none of the others
            self.env.invalidate_all()
            return self._outcome_values("failed", self._unforeseen(error))
        return self._outcome_values("done", "")

    def _outcome_values(self, outcome, sentence):
        return {"id": self.id or False, "outcome": outcome, "sentence": sentence}

    def _in_words(self, act):
        """Call ``act``; let an error that nobody foresaw be a sentence.

        :raises UserError: instead of it; the whole transaction is taken back.
        """
        try:
            return act()
        except (UserError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception as error:
            raise UserError(self._unforeseen(error)) from error

    @api.model
    def _unforeseen(self, error):
        """Log an error that nobody foresaw and return its sentence.

        What went wrong inside is for the log; people get words and a reference.
        """
        reference = self.env.context.get(CORRELATION_KEY) or str(uuid.uuid4())
        _logger.warning("%s: %s", reference, type(error).__name__, exc_info=error)
        return self.env._(
            "Something that nobody foresaw stopped this (%(kind)s); nothing of it was "
            "changed. Try again, or give your administrator the reference "
            "%(reference)s.",
            kind=type(error).__name__,
            reference=reference,
        )


def _plain(value):
    """Return a value as JSON holds it: ids of records, texts of dates and amounts."""
    if isinstance(value, models.BaseModel):
        return value.id if len(value) == 1 else value.ids
    if isinstance(value, datetime):
        return fields.Datetime.to_string(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    return value
