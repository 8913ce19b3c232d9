import uuid
from datetime import date

from odoo import api, models
from odoo.tools import SQL

DAY = date(2026, 1, 10)
# Of 500 pairs of rows, how many each stage is meant to find.
SHARES = {
    "identifier": 150,
    "reference": 300,
    "text": 15,
    "batch": 5,
    "duplicate": 5,
    "transfer": 5,
    "memory": 5,
    "counterparty": 5,
    "subset": 5,
    "expected": 5,
}
PAIRS = 500
WITH_DOCUMENT = ("reference", "text", "duplicate", "counterparty", "subset")
WITH_PARTNER = ("counterparty", "subset", "expected")
FILLED_TABLES = (
    "account_move",
    "account_move_line",
    "account_payment",
    "payment_transaction",
    "res_partner",
    "res_partner_bank",
    "settlement_batch",
    "settlement_document_reference",
    "settlement_expected_payment",
    "settlement_transaction",
    "settlement_transaction_reference",
    "settlement_transaction_state",
)


class SettlementCli(models.AbstractModel):
    """The rows of the bench of matching: some for each stage."""

    _inherit = "settlement.cli"

    @api.model
    def _mix_names(self):
        """Return what all rows of a bench have in common; makes its accounts."""
        provider, bank = (self._bench_backend("canonical") for _side in "ab")
        mark = uuid.uuid4().hex[:8].upper()
        second = bank.wallet_ids.copy({"account_identifier": f"OWN{mark}B"})
        bank.wallet_ids.filtered(
            lambda wallet: wallet != second
        ).account_identifier = f"OWN{mark}A"
        company = self.env.company
        self.env.flush_all()
        return {
            "mark": mark,
            "company": company.id,
            "currency": company.currency_id.id,
            "sales": self._bench_journal(company).id,
            "bank_journal": self._mix_bank_journal(company).id,
            "receivable": self._bench_receivable(company).id,
            "outstanding": self._mix_outstanding(company).id,
            "payment_provider": self._mix_any("payment.provider"),
            "payment_method": self._mix_any("payment.method"),
            "partner": company.partner_id.id,
            "backends": [provider.id, bank.id],
            "provider": provider.id,
            "bank": bank.id,
            "wallet": provider.wallet_ids.id,
            "first_account": (bank.wallet_ids - second).id,
            "second_account": second.id,
            "day": DAY,
        }

    @api.model
    def _mix_any(self, model):
        return self.env[model].with_context(active_test=False).search([], limit=1).id

    @api.model
    def _mix_bank_journal(self, company):
        return self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "=", "bank")], limit=1
        )

    @api.model
    def _mix_outstanding(self, company):
        return self.env["account.account"].search(
            [
                ("company_ids", "in", company.ids),
                ("account_type", "=", "asset_current"),
                ("reconcile", "=", True),
            ],
            limit=1,
        )

    @api.model
    def _fill_mix(self, names, first, last):
        """Write the rows with these numbers and what the ledger has for them."""
        names = {**names, "first": first, "last": last}
        self.env.flush_all()
        # Rows that refer to one another are written here by ourselves.
        self.env.cr.execute(SQL("SET LOCAL session_replication_role = 'replica'"))
        for query in (
            SQL("DROP TABLE IF EXISTS bench_mix"),
            self._mix_plan_sql(names),
            SQL("ANALYZE bench_mix"),
            self._mix_partners_sql(names),
            self._mix_accounts_sql(names),
            self._mix_documents_sql(names),
            self._mix_document_items_sql(names),
            self._mix_payment_entries_sql(names),
            self._mix_payments_sql(names),
            self._mix_payment_items_sql(names),
            self._mix_online_payments_sql(names),
            self._mix_batches_sql(names),
            self._mix_expected_sql(names),
            self._mix_facts_sql(names),
            self._mix_states_sql(names),
            self._mix_references_sql(names),
        ):
            self.env.cr.execute(query)
        self.env.cr.execute(SQL("SET LOCAL session_replication_role = 'origin'"))
        self.env["settlement.document.reference"]._refresh(self.env.company)
        self._commit()
        for table in FILLED_TABLES:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    @api.model
    def _mix_plan_sql(self, names):
        """Return the table of what each row is for; neighbours are for the same."""
        bounds, start = [], 0
        for stage, share in SHARES.items():
            bounds.append(SQL("(%s, %s, %s)", stage, start, start + share))
            start += share
        return SQL(
            """
            CREATE TEMPORARY TABLE bench_mix AS
            SELECT number, share.stage, %(mark)s || number AS name,
                   'BENCH' || %(mark)s || 'N' || number AS document,
                   (number / 2 * 10 + 1250)::int8 AS minor,
                   number %% 2 = 0 AS is_even
              FROM generate_series(%(first)s::int, %(last)s::int) AS number
              JOIN (VALUES %(bounds)s) AS share (stage, starts, ends)
                ON number / 2 * 307 %% %(pairs)s >= share.starts
               AND number / 2 * 307 %% %(pairs)s < share.ends
            """,
            bounds=SQL(", ").join(bounds),
            pairs=PAIRS,
            **names,
        )

    # ------------------------------------------------------------------
    # What Odoo knows
    # ------------------------------------------------------------------

    @api.model
    def _mix_partners_sql(self, names):
        return SQL(
            """
            INSERT INTO res_partner (
                   id, commercial_partner_id, name, complete_name, active,
                   autopost_bills, type, ref)
            SELECT id, id, 'Payer ' || name, 'Payer ' || name, TRUE, 'ask', 'contact',
                   document
              FROM (SELECT *, nextval('res_partner_id_seq') AS id FROM bench_mix
                     WHERE stage IN %(stages)s) mix
            """,
            stages=WITH_PARTNER,
        )

    @api.model
    def _mix_accounts_sql(self, names):
        return SQL(
            """
            INSERT INTO res_partner_bank (
                   partner_id, acc_number, sanitized_acc_number, active)
            SELECT partner.id, 'XX' || mix.name, 'XX' || mix.name, TRUE
              FROM bench_mix mix
              JOIN res_partner partner ON partner.ref = mix.document
            """
        )

    @api.model
    def _mix_wanted_documents_sql(self):
        """Return the invoices: one for a row, three where two of them are paid."""
        return SQL(
            """
            SELECT mix.number, mix.document || part.letter AS document, partner.id
                        AS partner_id, mix.minor + part.extra AS minor
              FROM bench_mix mix
              JOIN (VALUES ('', 0, FALSE), ('A', 0, TRUE), ('B', 1100, TRUE),
                    ('C', 777, TRUE)) AS part (letter, extra, is_part)
                ON part.is_part = (mix.stage = 'subset')
              LEFT JOIN res_partner partner ON partner.ref = mix.document
             WHERE mix.stage IN %s AND (mix.stage <> 'duplicate' OR mix.is_even)
            """,
            WITH_DOCUMENT,
        )

    @api.model
    def _mix_documents_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move (
                   journal_id, company_id, currency_id, state, move_type, auto_post,
                   date, invoice_date, name, partner_id)
            SELECT %(sales)s, %(company)s, %(currency)s, 'posted', 'out_invoice', 'no',
                   %(day)s, %(day)s, document, partner_id
              FROM (%(wanted)s) wanted ORDER BY number
            """,
            wanted=self._mix_wanted_documents_sql(),
            **names,
        )

    @api.model
    def _mix_document_items_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move_line (
                   move_id, move_name, company_id, currency_id, account_id, partner_id,
                   display_type, parent_state, date, date_maturity, balance,
                   amount_currency, amount_residual, amount_residual_currency,
                   reconciled)
            SELECT move.id, move.name, %(company)s, %(currency)s, %(receivable)s,
                   move.partner_id, 'payment_term', 'posted', %(day)s, %(day)s,
                   amount, amount, amount, amount, FALSE
              FROM (SELECT document, minor / 100.0 AS amount FROM (%(wanted)s) wanted)
                   wanted
              JOIN account_move move ON move.name = wanted.document
            """,
            wanted=self._mix_wanted_documents_sql(),
            **names,
        )

    @api.model
    def _mix_payment_entries_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move (
                   journal_id, company_id, currency_id, state, move_type, auto_post,
                   date, name)
            SELECT %(bank_journal)s, %(company)s, %(currency)s, 'posted', 'entry', 'no',
                   %(day)s, document
              FROM bench_mix WHERE stage = 'identifier' ORDER BY number
            """,
            **names,
        )

    @api.model
    def _mix_payments_sql(self, names):
        return SQL(
            """
            INSERT INTO account_payment (
                   journal_id, company_id, currency_id, state, payment_type,
                   partner_type, date, move_id, outstanding_account_id, amount, name)
            SELECT %(bank_journal)s, %(company)s, %(currency)s, 'in_process', 'inbound',
                   'customer', %(day)s, move.id, %(outstanding)s, mix.minor / 100.0,
                   mix.document
              FROM bench_mix mix
              JOIN account_move move ON move.name = mix.document
             WHERE mix.stage = 'identifier' ORDER BY mix.number
            """,
            **names,
        )

    @api.model
    def _mix_payment_items_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move_line (
                   move_id, move_name, payment_id, company_id, currency_id, account_id,
                   display_type, parent_state, date, date_maturity, balance,
                   amount_currency, amount_residual, amount_residual_currency,
                   reconciled)
            SELECT payment.move_id, payment.name, payment.id, %(company)s, %(currency)s,
                   %(outstanding)s, 'product', 'posted', %(day)s, %(day)s,
                   payment.amount, payment.amount, payment.amount, payment.amount, FALSE
              FROM bench_mix mix
              JOIN account_payment payment ON payment.name = mix.document
             ORDER BY mix.number
            """,
            **names,
        )

    @api.model
    def _mix_online_payments_sql(self, names):
        return SQL(
            """
            WITH paid AS (
                INSERT INTO payment_transaction (
                       provider_id, payment_method_id, currency_id, partner_id,
                       company_id, reference, provider_reference, state, operation,
                       amount, payment_id)
                SELECT %(payment_provider)s, %(payment_method)s, %(currency)s,
                       %(partner)s, %(company)s, mix.document, mix.name, 'done',
                       'online_direct', payment.amount, payment.id
                  FROM bench_mix mix
                  JOIN account_payment payment ON payment.name = mix.document
                 ORDER BY mix.number
                RETURNING id, payment_id)
            UPDATE account_payment payment SET payment_transaction_id = paid.id
              FROM paid WHERE paid.payment_id = payment.id
            """,
            **names,
        )
