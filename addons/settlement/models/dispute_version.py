from odoo import api, fields, models

from ..canonical import money
from ..canonical.disputes import Statement
from ..canonical.errors import MalformedInput
from ..storage.fact_columns import plain
from .dispute import REASONS, STATUSES


class SettlementDisputeVersion(models.Model):
    """What the provider said of a dispute at one moment; written once."""

    _name = "settlement.dispute.version"
    _description = "Version of a Dispute"
    _inherit = ["settlement.hashed"]
    _order = "source_version_at desc, row_hash desc"
    _check_company_auto = True
    _hashed_fields = (
        "dispute_id",
        "company_id",
        "source_version_at",
        "status",
        "source_status",
        "reason",
        "reason_code",
        "amount",
        "currency_id",
        "fee_text",
        "account_identifier",
        "charge_external_id",
        "opened_at",
        "evidence_due_at",
        "evidence_sent",
        "closed_at",
    )

    dispute_id = fields.Many2one(
        "settlement.dispute", required=True, index=True, ondelete="restrict"
    )
    # A column of its own: the hash names it, and rules ask for it.
    company_id = fields.Many2one("res.company", required=True, index=True)
    message_id = fields.Many2one(
        "settlement.message", index="btree_not_null", ondelete="restrict"
    )
    source_version_at = fields.Datetime()
    status = fields.Selection(STATUSES, required=True)
    source_status = fields.Char()
    reason = fields.Selection(REASONS, required=True)
    reason_code = fields.Char()
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(required=True)
    fee_text = fields.Char("Fee", help="Fee as the provider states it.")
    account_identifier = fields.Char()
    charge_external_id = fields.Char()
    opened_at = fields.Datetime(required=True)
    evidence_due_at = fields.Datetime()
    evidence_sent = fields.Boolean()
    closed_at = fields.Datetime()

    _content_uniq = models.UniqueIndex(
        "(dispute_id, row_hash) WHERE row_hash IS NOT NULL",
        "The same version of a dispute is kept once.",
    )
    _charge_idx = models.Index(
        "(charge_external_id) WHERE charge_external_id IS NOT NULL"
    )

    @api.model
    def _values_of(self, fact, currencies):
        """Return the values of a DisputeFact.

        :param currencies: currency code → id.
        :raises MalformedInput: if the amount is finer than its currency, or that is
            unknown.
        """
        if fact.currency not in currencies:
            raise MalformedInput(
                self.env._("There is no currency %(code)s.", code=fact.currency)
            )
        money.to_minor(fact.amount, fact.currency)
        fee = fact.fee_amount
        return {
            "source_version_at": fact.source_version_at,
            "status": fact.status,
            "source_status": fact.source_status or False,
            "reason": fact.reason,
            "reason_code": fact.reason_code or False,
            "currency_id": currencies[fact.currency],
            "amount": float(fact.amount),
            "fee_text": False if fee is None else plain(fee),
            "account_identifier": fact.account_identifier or False,
            "charge_external_id": fact.charge_external_id or False,
            "opened_at": fact.opened_at,
            "evidence_due_at": fact.evidence_due_at,
            "evidence_sent": fact.evidence_sent,
            "closed_at": fact.closed_at,
        }

    def _says(self, values):
        """Return whether this version says just what ``values`` say."""
        return all(
            self._fields[name].convert_to_cache(value, self)
            == self._fields[name].convert_to_cache(self[name], self)
            for name, value in values.items()
        )

    def _latest(self):
        """Return the version that counts: the provider's latest, in any order."""
        return max(
            self,
            key=lambda version: (
                version.source_version_at or fields.Datetime.to_datetime("1970-01-01"),
                version.row_hash,
            ),
            default=self,
        )

    def _statement(self):
        """Return it as the life of a dispute needs it, None if there is none."""
        if not self:
            return None
        digits = self.currency_id.decimal_places
        return Statement(
            status=self.status,
            amount=round(self.amount * 10**digits),
            currency=self.currency_id.name,
            # Some providers date each word on it, and not the dispute.
            opened_at=min(self.dispute_id.version_ids.mapped("opened_at")),
            closed_at=self.closed_at or None,
        )
