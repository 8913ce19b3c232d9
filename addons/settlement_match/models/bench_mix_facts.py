from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import (
    reference_key_sql,
    reference_text_sql,
)

from .bench_mix import WITH_PARTNER


class SettlementCli(models.AbstractModel):
    """The rows of the bench of matching: what the sources say, and away with it."""

    _inherit = "settlement.cli"

    # ------------------------------------------------------------------
    # What the sources say
    # ------------------------------------------------------------------

    @api.model
    def _mix_batches_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_batch (
                   company_id, backend_id, wallet_id, currency_id, kind, external_id,
                   provider_state, state, date, expected_on, total, total_minor,
                   is_stated)
            SELECT %(company)s, %(provider)s, %(wallet)s, %(currency)s, 'payout', name,
                   'settled', 'open', %(day)s, %(day)s, minor / 100.0, minor, TRUE
              FROM bench_mix WHERE stage = 'batch'
            """,
            **names,
        )

    @api.model
    def _mix_expected_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_expected_payment (
                   company_id, currency_id, name, external_id, kind, state, due_on,
                   amount, amount_minor, partner_id)
            SELECT %(company)s, %(currency)s, document, document, 'incoming', 'open',
                   %(day)s, minor / 100.0, minor, partner.id
              FROM bench_mix mix
              JOIN res_partner partner ON partner.ref = mix.document
             WHERE stage = 'expected'
            """,
            **names,
        )

    @api.model
    def _mix_facts_sql(self, names):
        """Return the statement that writes a money fact for each row."""
        return SQL(
            """
            INSERT INTO settlement_transaction (
                   company_id, backend_id, wallet_id, currency_id, external_id,
                   occurrence, revision, reading, is_current, kind, gross_amount,
                   fee_amount, tax_amount, net_amount, occurred_at, booked_on,
                   provider_state, invoice_reference, description,
                   counterparty_account)
            SELECT %(company)s,
                   CASE WHEN is_bank THEN %(bank)s ELSE %(provider)s END,
                   CASE WHEN NOT is_bank THEN %(wallet)s
                        WHEN stage = 'transfer' AND NOT is_even THEN %(second_account)s
                        ELSE %(first_account)s END,
                   %(currency)s, name, 0, 1, 0, TRUE,
                   CASE WHEN NOT is_bank THEN 'charge' WHEN amount < 0
                        THEN 'bank_debit' ELSE 'bank_credit' END,
                   amount, 0, 0, amount, %(day)s, %(day)s, 'settled',
                   CASE stage WHEN 'reference' THEN document
                        WHEN 'duplicate' THEN 'BENCH' || %(mark)s || 'N'
                             || number / 2 * 2 END,
                   CASE stage WHEN 'text'
                        THEN 'Payment of ' || document || ', thank you'
                        WHEN 'batch' THEN 'Payout ' || name
                        WHEN 'memory' THEN 'Quarterly service charge ' || number END,
                   CASE WHEN stage IN %(with_partner)s THEN 'XX' || name
                        WHEN stage = 'transfer' THEN 'OWN' || %(mark)s
                             || CASE WHEN is_even THEN 'B' ELSE 'A' END END
              FROM (SELECT *, %(amount)s / 100.0 AS amount, stage NOT IN (
                           'identifier', 'reference', 'duplicate') AS is_bank
                      FROM bench_mix) mix
             ORDER BY md5(name)
            """,
            amount=SQL(
                "CASE WHEN stage = 'memory' OR stage = 'transfer' AND is_even "
                "THEN -minor WHEN stage = 'subset' THEN 2 * minor + 1100 "
                "ELSE minor END"
            ),
            with_partner=WITH_PARTNER,
            **names,
        )

    @api.model
    def _mix_states_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_transaction_state (
                   transaction_id, company_id, wallet_id, currency_id, amount_minor,
                   gross_minor, booked_on, needs_target, provider_state, match_state,
                   posting_state)
            SELECT fact.id, fact.company_id, fact.wallet_id, fact.currency_id,
                   fact.gross_amount * 100, fact.gross_amount * 100, fact.booked_on,
                   TRUE, 'settled', 'open', 'none'
              FROM settlement_transaction fact
              JOIN bench_mix mix ON mix.name = fact.external_id
             WHERE fact.backend_id = ANY(%(backends)s)
             ORDER BY fact.id
            """,
            **names,
        )

    @api.model
    def _mix_references_sql(self, names):
        return SQL(
            """
            INSERT INTO settlement_transaction_reference (
                   transaction_id, company_id, type, text, key)
            SELECT id, company_id, type, text, %(key)s
              FROM (SELECT fact.id, fact.company_id, given.type, %(text)s AS text
                      FROM settlement_transaction fact
                      JOIN bench_mix mix ON mix.name = fact.external_id
                     CROSS JOIN LATERAL (VALUES ('provider', external_id),
                            ('invoice', invoice_reference),
                            ('iban', counterparty_account)) AS given (type, text)
                     WHERE fact.backend_id = ANY(%(backends)s)
                       AND given.text IS NOT NULL
                     ORDER BY fact.id) given
            """,
            text=reference_text_sql(SQL("given.type"), SQL("given.text")),
            key=reference_key_sql(SQL("type"), SQL("text")),
            **names,
        )

    # ------------------------------------------------------------------
    # Away with it
    # ------------------------------------------------------------------

    @api.model
    def _delete_mix(self, names):
        """Take the rows of the bench out of the tables again."""
        documents = f"BENCH{names['mark']}N%"
        facts = SQL(
            "SELECT id FROM settlement_transaction WHERE backend_id = ANY(%s)",
            names["backends"],
        )
        of_facts = SQL("transaction_id IN (%s)", facts)
        # One condition each: joined by OR they are looked up row by row.
        of_items = SQL(
            "move_line_id IN "
            "(SELECT id FROM account_move_line WHERE move_name LIKE %s)",
            documents,
        )
        of_online = SQL(
            "payment_transaction_id IN "
            "(SELECT id FROM payment_transaction WHERE reference LIKE %s)",
            documents,
        )
        gone = (
            ("settlement_document_reference", of_items),
            ("settlement_document_reference", of_online),
            ("settlement_transaction_reference", of_facts),
            ("settlement_transaction_state", of_facts),
            ("settlement_transaction", SQL("id IN (%s)", facts)),
            ("settlement_batch", SQL("backend_id = ANY(%s)", names["backends"])),
            ("settlement_expected_payment", SQL("name LIKE %s", documents)),
            ("payment_transaction", SQL("reference LIKE %s", documents)),
            ("account_payment", SQL("name LIKE %s", documents)),
            ("account_move_line", SQL("move_name LIKE %s", documents)),
            ("account_move", SQL("name LIKE %s", documents)),
            ("res_partner_bank", SQL("acc_number LIKE %s", f"XX{names['mark']}%")),
            ("res_partner", SQL("ref LIKE %s", documents)),
        )
        self.env.cr.execute(SQL("SET LOCAL session_replication_role = 'replica'"))
        for table, condition in gone:
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE %s", SQL.identifier(table), condition)
            )
        self.env.cr.execute(SQL("SET LOCAL session_replication_role = 'origin'"))
        self.env.invalidate_all(flush=False)
        backends = self.env["settlement.backend"].browse(names["backends"])
        backends.wallet_ids.unlink()
        backends.unlink()
