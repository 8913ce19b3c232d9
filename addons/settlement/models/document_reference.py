from odoo import api, fields, models
from odoo.tools import SQL

from .big_integer import BigInteger
from .reference_sql import reference_key_sql, reference_text_sql
from .transaction_reference import REFERENCE_TYPES


class SettlementDocumentReference(models.Model):
    """Identifiers of what is open in the ledger, in comparable spelling."""

    _name = "settlement.document.reference"
    _description = "Reference of a Document"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    type = fields.Selection(REFERENCE_TYPES, required=True)
    key = BigInteger(required=True, help="64-bit hash of type and text.")
    text = fields.Char(required=True)
    move_line_id = fields.Many2one(
        "account.move.line", index="btree_not_null", ondelete="cascade"
    )
    payment_transaction_id = fields.Many2one(
        "payment.transaction", index="btree_not_null", ondelete="cascade"
    )
    expected_payment_id = fields.Many2one(
        "settlement.expected.payment", index="btree_not_null", ondelete="cascade"
    )
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", index="btree_not_null", ondelete="cascade"
    )

    _key_idx = models.Index("(key)")
    # What badly read references of open items are found by; see squeezed_key_sql.
    _squeezed_idx = models.Index(
        "(hashtextextended(translate(text, 'ILSBZO0', '11582'), 0)) "
        "WHERE move_line_id IS NOT NULL"
    )
    _one_document = models.Constraint(
        "CHECK (num_nonnulls(move_line_id, payment_transaction_id, "
        "expected_payment_id, statement_line_id) = 1)",
        "A reference belongs to exactly one document.",
    )
    _move_line_uniq = models.UniqueIndex(
        "(move_line_id, type, text) WHERE move_line_id IS NOT NULL"
    )
    _payment_transaction_uniq = models.UniqueIndex(
        "(payment_transaction_id, type, text) WHERE payment_transaction_id IS NOT NULL"
    )
    _expected_payment_uniq = models.UniqueIndex(
        "(expected_payment_id, type, text) WHERE expected_payment_id IS NOT NULL"
    )

    @api.model
    def _refresh(self, companies=None):
        """Make the references say what is open in the ledger right now.

        One statement adds what is missing, one removes what is settled or was
        renamed. Nothing overrides ``create`` of Odoo's documents for this.

        :param companies: res.company records; by default the allowed ones.
        """
        companies = companies or self.env.companies
        self.env.flush_all()
        for source in self._sources(companies):
            self.env.cr.execute(self._insert_sql(*source))
            self.env.cr.execute(self._delete_sql(companies, *source))
        self.invalidate_model()

    @api.model
    def _sources(self, companies):
        """Return (column, SELECT of company_id, document id, type, text) pairs."""
        ids = tuple(companies.ids) or (0,)
        return [
            ("move_line_id", self._open_item_sql(ids)),
            ("payment_transaction_id", self._payment_transaction_sql(ids)),
        ]

    @api.model
    def _open_item_sql(self, company_ids):
        """Return the references of open receivable and payable items."""
        return SQL(
            """
            SELECT line.company_id, line.id AS document_id, given.type, given.text
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN account_move move ON move.id = line.move_id
             CROSS JOIN LATERAL (VALUES
                    ('invoice', move.name),
                    ('invoice', move.ref),
                    ('invoice', move.payment_reference),
                    ('structured', move.payment_reference),
                    ('order', move.invoice_origin)
                   ) AS given (type, text)
             WHERE line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND account.account_type IN ('asset_receivable', 'liability_payable')
               AND line.company_id IN %(companies)s
               AND move.move_type <> 'entry'
            """,
            companies=company_ids,
        )

    @api.model
    def _payment_transaction_sql(self, company_ids):
        """Return the provider references of payments whose money is not in yet."""
        return SQL(
            """
            SELECT paid.company_id, paid.id AS document_id, 'provider' AS type,
                   paid.provider_reference AS text
              FROM payment_transaction paid
             WHERE paid.state = 'done'
               AND paid.company_id IN %(companies)s
            """,
            companies=company_ids,
        )

    @api.model
    def _wanted_sql(self, select):
        """Return the distinct, comparable references of a source."""
        text = reference_text_sql(SQL("source.type"), SQL("source.text"))
        return SQL(
            """
            SELECT DISTINCT source.company_id, source.document_id, source.type,
                   %(text)s AS text
              FROM (%(select)s) source
             WHERE %(text)s <> ''
            """,
            text=text,
            select=select,
        )

    @api.model
    def _insert_sql(self, column, select):
        """Return the statement that adds what is missing.

        What another worker has added since our transaction began is a conflict,
        after which the caller begins again, and no broken constraint.
        """
        return SQL(
            """
            INSERT INTO settlement_document_reference
                   (company_id, type, text, key, %(column)s)
            SELECT wanted.company_id, wanted.type, wanted.text, %(key)s,
                   wanted.document_id
              FROM (%(wanted)s) wanted
             WHERE NOT EXISTS (
                    SELECT FROM settlement_document_reference known
                     WHERE known.%(column)s = wanted.document_id
                       AND known.type = wanted.type
                       AND known.text = wanted.text)
                ON CONFLICT DO NOTHING
            """,
            column=SQL.identifier(column),
            key=reference_key_sql(SQL("wanted.type"), SQL("wanted.text")),
            wanted=self._wanted_sql(select),
        )

    @api.model
    def _delete_sql(self, companies, column, select):
        return SQL(
            """
            DELETE FROM settlement_document_reference known
             WHERE known.%(column)s IS NOT NULL
               AND known.company_id IN %(companies)s
               AND NOT EXISTS (
                    SELECT FROM (%(wanted)s) wanted
                     WHERE known.%(column)s = wanted.document_id
                       AND known.type = wanted.type
                       AND known.text = wanted.text)
            """,
            column=SQL.identifier(column),
            companies=tuple(companies.ids) or (0,),
            wanted=self._wanted_sql(select),
        )
