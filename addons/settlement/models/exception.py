from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..canonical import kinds

REASONS = [
    (reason, reason.replace("_", " ").capitalize())
    for reason in kinds.EXCEPTION_REASONS
]
OPEN_STATES = ("open", "in_progress", "waiting_approval")
_OPERATIONS = ("stale_feed", "missing_data", "late_payout", "dispute_opened")
_IT = (
    "connector_failed",
    "malformed_input",
    "signature_invalid",
    "chain_broken",
    "credential_expiring",
)
DEADLINE_DAYS = {"high": 1, "normal": 3, "low": 7}
# The record an exception is about also fills its typed link, where there is one.
LINKS = {
    "settlement.backend": "backend_id",
    "settlement.wallet": "wallet_id",
    "settlement.message": "message_id",
    "settlement.transaction": "transaction_id",
    "settlement.batch": "batch_id",
}


class SettlementException(models.Model):
    """Something that does not reconcile, in front of the right person."""

    _name = "settlement.exception"
    _description = "Settlement Exception"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "state, severity, deadline, id"
    _rec_name = "cause"
    _check_company_auto = True

    company_id = fields.Many2one("res.company", required=True, index=True)
    reason = fields.Selection(REASONS, required=True, index=True)
    severity = fields.Selection(
        [("high", "High"), ("normal", "Normal"), ("low", "Low")],
        required=True,
        default="normal",
    )
    team = fields.Selection(
        [("finance", "Finance"), ("operations", "Operations"), ("it", "IT")],
        required=True,
        default="finance",
    )
    user_id = fields.Many2one("res.users", tracking=True)
    deadline = fields.Date()
    state = fields.Selection(
        [
            ("open", "Open"),
            ("in_progress", "In progress"),
            ("waiting_approval", "Waiting for approval"),
            ("resolved", "Resolved"),
            ("ignored", "Ignored"),
        ],
        required=True,
        default="open",
        index=True,
        tracking=True,
    )
    cause = fields.Text(required=True, help="What is wrong, with its arithmetic.")
    fixes = fields.Json(help="Suggested ways out, most likely first.")
    resolution = fields.Text(readonly=True)
    resolved_at = fields.Datetime(readonly=True)
    backend_id = fields.Many2one("settlement.backend", index="btree_not_null")
    wallet_id = fields.Many2one("settlement.wallet", index="btree_not_null")
    message_id = fields.Many2one("settlement.message", index="btree_not_null")
    transaction_id = fields.Many2one("settlement.transaction", index="btree_not_null")
    batch_id = fields.Many2one("settlement.batch", index="btree_not_null")
    subject_model = fields.Char(required=True)
    subject_id = fields.Many2oneReference(model_field="subject_model", required=True)

    _open_uniq = models.UniqueIndex(
        "(subject_model, subject_id, reason) "
        "WHERE state IN ('open', 'in_progress', 'waiting_approval')"
    )

    # ------------------------------------------------------------------
    # Opening and closing by the pipeline
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
        severity="normal",
        fixes=(),
    ):
        """Open one exception for ``record`` and ``reason``, or refresh the open one.

        A person's decision to ignore it holds as long as the cause is the same.

        :param cause: a plain sentence with its arithmetic.
        :param fixes: suggested verbs, most likely first.
        :return: the exception.
        """
        current = self._current_for(record, reason, cause)
        if current:
            if current.cause != cause:
                current.cause = cause
            return current
        # The pipeline may run for someone who may not write exceptions.
        opened = self.sudo().create(
            {
                **self._opening_values(record, company, backend),
                "reason": reason,
                "cause": cause,
                "severity": severity,
                "team": self._team_of(reason),
                "deadline": fields.Date.context_today(self)
                + timedelta(days=DEADLINE_DAYS[severity]),
                "fixes": list(fixes),
            }
        )
        self.env["settlement.event"]._log(
            "exception.opened", opened, reason=reason, after={"cause": cause}
        )
        return opened

    @api.model
    def _current_for(self, record, reason, cause):
        """Return the exception that already says this: open, or ignored as it is."""
        # The pipeline may run for someone who may not read exceptions.
        known = self.sudo().search(
            [
                ("subject_model", "=", record._name),
                ("subject_id", "=", record.id),
                ("reason", "=", reason),
                ("state", "in", (*OPEN_STATES, "ignored")),
            ]
        )
        return known.filtered(
            lambda known: known.state in OPEN_STATES or known.cause == cause
        )[:1]

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
    def _links(self):
        """Return which typed link belongs to which model; addons add theirs."""
        return dict(LINKS)

    @api.model
    def _team_of(self, reason):
        if reason in _IT:
            return "it"
        return "operations" if reason in _OPERATIONS else "finance"

    @api.model
    def _clear_for(self, records, reasons=None):
        """Close open exceptions of ``records`` whose cause is gone.

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
        gone._close("resolved", self.env._("The cause is gone: later data explain it."))
        return gone

    def _close(self, state, resolution):
        """End exceptions; the one place that does."""
        for exception in self:
            exception.write(
                {
                    "state": state,
                    "resolution": resolution,
                    "resolved_at": fields.Datetime.now(),
                }
            )
            self.env["settlement.event"]._log(
                f"exception.{state}", exception, reason=resolution
            )

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_assign(self, user=None):
        """Give these exceptions to ``user``, by default to oneself."""
        self._require_handler()
        self.write({"user_id": (user or self.env.user).id, "state": "in_progress"})

    def action_resolve(self, verb="retry", **values):
        """Resolve these exceptions with one of the verbs.

        :param verb: name of a resolution; ``retry`` runs the pipeline again and
            closes what is explained then. Other addons add verbs as methods
            ``_resolve_<verb>``.
        :raises UserError: if nobody offers the verb.
        """
        self._require_handler()
        method = getattr(self, f"_resolve_{verb}", None)
        if method is None:
            raise UserError(self.env._("There is no resolution %(verb)s.", verb=verb))
        return method(**values)

    def action_ignore(self, reason=""):
        """Close these exceptions without a fix; a reason is required."""
        self._require_handler()
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this can be ignored."))
        self._close("ignored", reason)

    def _resolve_retry(self):
        """Run the pipeline of the backends concerned again."""
        return self.backend_id.run_pipeline()

    def _require_handler(self):
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("write")
