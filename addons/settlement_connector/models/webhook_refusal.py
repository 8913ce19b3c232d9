from psycopg2.errors import DeadlockDetected, SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import counted


class SettlementWebhookRefusal(models.Model):
    """How many requests to a webhook were refused in one hour.

    Whoever learns the address of a webhook can send what he likes. All that he can
    leave behind is this number.
    """

    _name = "settlement.webhook.refusal"
    _description = "Refused Webhook Requests of an Hour"
    _order = "hour desc, backend_id"
    _rec_name = "hour"
    _log_access = False

    backend_id = fields.Many2one(
        "settlement.backend", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="backend_id.company_id", store=True, index=True
    )
    hour = fields.Datetime(required=True, help="Its first moment.")
    requests = fields.Integer(required=True)

    _hour_uniq = models.Constraint(
        "UNIQUE (backend_id, hour)", "A backend has one count an hour."
    )

    @api.model
    def _add(self, backend, number, reason):
        """Count refused requests and show the count of this hour in one exception.

        :param reason: sentence about the last of them, with nothing of its content.
        :return: whether that worked; another transaction may be counting just now.
        """
        try:
            with self.env.cr.savepoint():
                self._count(backend, number)._show(reason)
        except (SerializationFailure, DeadlockDetected):
            return False
        return True

    @api.model
    def _count(self, backend, number):
        hour = fields.Datetime.now().replace(minute=0, second=0)
        query = SQL(
            """
            INSERT INTO settlement_webhook_refusal
                        (backend_id, company_id, hour, requests)
                 VALUES (%(backend)s, %(company)s, %(hour)s, %(number)s)
            ON CONFLICT (backend_id, hour) DO UPDATE
                    SET requests = settlement_webhook_refusal.requests
                                   + EXCLUDED.requests
              RETURNING id
            """,
            backend=backend.id,
            company=backend.company_id.id,
            hour=hour,
            number=number,
        )
        self.env.cr.execute(query, log_exceptions=False)
        refusal = self.browse(self.env.cr.fetchone()[0])
        refusal.invalidate_recordset(["requests"])
        return refusal

    def _show(self, reason):
        """Open or refresh the one exception about this hour."""
        self.ensure_one()
        self.env["settlement.exception"]._raise_for(
            self,
            "signature_invalid",
            counted(
                self.env._(
                    "%(count)s {request|requests} to the webhook of "
                    "%(backend)s {was|were} refused in the hour from "
                    "%(hour)s UTC; nothing of {it|them} was kept. The last "
                    "one: %(reason)s If the provider reports failed "
                    "deliveries, enter its signing secret again; if not, "
                    "somebody else knows the address: renew it.",
                    count=self.requests,
                    backend=self.backend_id.name,
                    hour=fields.Datetime.to_string(self.hour),
                    reason=reason,
                ),
                self.requests,
            ),
        )
