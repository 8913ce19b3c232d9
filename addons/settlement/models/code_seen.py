from odoo import api, fields, models
from odoo.tools import SQL

from ..mapping.rules import UNKNOWN, code_key
from .transaction import TRANSACTION_KINDS


class SettlementCodeSeen(models.Model):
    """Every code that a backend has sent, with what it became."""

    _name = "settlement.code.seen"
    _description = "Code Seen"
    _auto = False
    _order = "waiting_count desc, backend_id, source_code, kind, currency_id, id"
    _rec_name = "source_code"

    company_id = fields.Many2one("res.company", readonly=True)
    backend_id = fields.Many2one("settlement.backend", readonly=True)
    source_code = fields.Char(readonly=True)
    kind = fields.Selection(TRANSACTION_KINDS, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    row_count = fields.Integer("Rows", readonly=True)
    waiting_count = fields.Integer(
        "Waiting", readonly=True, help="Rows whose code nobody has given a meaning."
    )
    gross_amount = fields.Monetary(readonly=True)
    first_booked_on = fields.Date("First Seen", readonly=True)
    last_booked_on = fields.Date("Last Seen", readonly=True)
    mapping_id = fields.Many2one(
        "settlement.mapping",
        compute="_compute_meaning",
        help="What holds for a row of this code booked on the last day seen.",
    )
    status = fields.Selection(
        [("unknown", "Unknown"), ("mapped", "Mapped"), ("built_in", "Built in")],
        compute="_compute_meaning",
    )
    built_in = fields.Char(
        "Connector Says",
        compute="_compute_meaning",
        help="What the connector makes of the code without a mapping.",
    )

    @property
    def _table_query(self):
        """One row for each backend, code, kind and currency of current rows.

        Its id is that of its first transaction: it stays the same.
        """
        return SQL(
            """
            SELECT min(fact.id) AS id, fact.company_id, fact.backend_id,
                   fact.source_code, fact.kind, fact.currency_id,
                   count(*)::int4 AS row_count,
                   (count(*) FILTER (
                        WHERE fact.mapping_id IS NULL
                          AND starts_with(fact.source_code, %s)))::int4
                       AS waiting_count,
                   sum(fact.gross_amount) AS gross_amount,
                   min(fact.booked_on) AS first_booked_on,
                   max(fact.booked_on) AS last_booked_on
              FROM settlement_transaction fact
             WHERE fact.is_current
             GROUP BY fact.company_id, fact.backend_id, fact.source_code, fact.kind,
                      fact.currency_id
            """,
            UNKNOWN,
        )

    @api.depends_context("uid")
    def _compute_meaning(self):
        for backend, seen in self.grouped("backend_id").items():
            rules = self.env["settlement.mapping"]._rules_of(backend)
            handler = backend._handler()
            for row in seen:
                code = row.source_code or ""
                rule = code and rules.find(
                    code,
                    row.gross_amount,
                    row.currency_id.name,
                    row.last_booked_on,
                )
                known = handler._known_code(code_key(code))
                row.mapping_id = rule.id if rule else False
                row.built_in = (known.meaning or known.words) if known else False
                row.status = row._status(bool(rule))

    def _status(self, is_mapped):
        if is_mapped:
            return "mapped"
        return "unknown" if self.waiting_count else "built_in"

    def action_map(self):
        """Open the form of a new mapping for this code, or the one that holds."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_accountant")
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Map a Code"),
            "res_model": "settlement.mapping",
            "views": [(False, "form")],
        }
        if self.mapping_id:
            return {**action, "res_id": self.mapping_id.id}
        return {
            **action,
            "context": {
                "default_company_id": self.company_id.id,
                "default_backend_id": self.backend_id.id,
                "default_source_code": code_key(self.source_code or ""),
                "default_effective_from": self.first_booked_on,
            },
        }

    def action_open_rows(self):
        """Open the transactions behind this line."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "settlement.action_settlement_transaction"
        )
        action["domain"] = [
            ("backend_id", "=", self.backend_id.id),
            ("source_code", "=", self.source_code),
            ("kind", "=", self.kind),
            ("currency_id", "=", self.currency_id.id),
        ]
        return action
