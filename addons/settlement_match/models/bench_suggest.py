import time
import uuid

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.settlement.models.reference_sql import reference_key_sql

# Tables that a search must reach by index alone.
LARGE_TABLES = (
    "account_move",
    "account_move_line",
    "res_partner",
    "res_partner_bank",
    "settlement_claim",
    "settlement_document_reference",
    "settlement_match_line",
    "settlement_transaction",
    "settlement_transaction_reference",
    "settlement_transaction_state",
)
ITEMS = 200
# Each partner has so many documents; the first one has a hundredth of all.
PER_PARTNER = 50
# What a payment of the bench carries, by its number.
PAYMENT_KINDS = ("reference", "text", "account", "email", "name", "amount", "short")


class SettlementCli(models.AbstractModel):
    _inherit = "settlement.cli"

    @api.model
    def _bench_suggest(self, rows):
        """Ask for suggestions among ``rows`` open payments and open invoices.

        Half of 200 questions is "what did this pay?", half "what has paid this?". The
        floor is finding one invoice by its number. The same is measured with a tenth
        of the rows: the growth says what ten times the rows cost. Nothing is kept.
        """
        small = self._suggest_among(max(rows // 10, 1000))
        large = self._suggest_among(rows)
        return self._figures(
            rows,
            sum(large["times"]) / 1000,
            large["floor"],
            questions=len(large["times"]),
            p50_ms=self._percentile(large["times"], 50),
            p95_ms=self._percentile(large["times"], 95),
            max_ms=round(max(large["times"]), 1),
            p95_ms_tenth=self._percentile(small["times"], 95),
            growth_p50=self._growth(small["times"], large["times"], 50),
            growth_p95=self._growth(small["times"], large["times"], 95),
            right_first=large["right"],
            sequential_scans=large["scans"],
            max_ms_by_kind=large["kinds"],
            index_mib=large["index_mib"],
            filled_seconds=large["filled"],
        )

    @api.model
    def _percentile(self, times, percent):
        ordered = sorted(times)
        return round(ordered[min(len(ordered) * percent // 100, len(ordered) - 1)], 1)

    @api.model
    def _growth(self, small, large, percent):
        before = self._percentile(small, percent)
        return round(self._percentile(large, percent) / before, 2) if before else None

    @api.model
    def _suggest_among(self, rows):
        """Return the times of all questions among so many rows; keep no row."""
        savepoint = self.env.cr.savepoint()
        try:
            mark = uuid.uuid4().hex[:6].upper()
            filled = self._timed(self._fill_suggest_rows, rows, mark)
            asked = [self._asked(number, rows, mark) for number in range(ITEMS)]
            before = self._scans()
            answers = self._ask_all(asked)
            after = self._scans()
            return {
                **answers,
                "filled": round(filled, 1),
                "scans": {
                    table: after[table] - before[table]
                    for table in self._filled_tables()
                    if after[table] > before[table]
                },
                "floor": self._timed(self._suggest_floor, mark, rows),
                "index_mib": self._index_mib(),
            }
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all(flush=False)

    # ------------------------------------------------------------------
    # Questions
    # ------------------------------------------------------------------

    @api.model
    def _ask_all(self, asked):
        """Ask about payments and documents of all kinds, each with a cold cache."""
        times, kinds, right = [], {}, 0
        for number, (record, expected) in enumerate(asked):
            kind = PAYMENT_KINDS[number // 2 % len(PAYMENT_KINDS)]
            self.env.invalidate_all()
            started = time.monotonic()
            found = record._suggestions()
            took = (time.monotonic() - started) * 1000
            times.append(took)
            name = f"{kind} {'back' if number % 2 else 'forth'}"
            kinds[name] = round(max(kinds.get(name, 0), took), 1)
            right += bool(found) and found[0]["id"] == expected.id
        return {"times": times, "kinds": kinds, "right": f"{right}/{ITEMS}"}

    @api.model
    def _spread(self, number, rows):
        """Return the number of a row of the kind that is asked about."""
        kinds = len(PAYMENT_KINDS)
        place = rows * (number // 2) // (ITEMS // 2) // kinds * kinds
        return place + number // 2 % kinds + 1

    @api.model
    def _asked(self, number, rows, mark):
        """Return what is asked about, and what the answer should be."""
        row = self._spread(number, rows)
        payment = self.env["settlement.transaction"].search(
            [("external_id", "=", f"txn_{mark}{row}"), ("is_current", "=", True)]
        )
        document = self.env["account.move"].search(
            [("name", "=", f"BENCH{mark}{row}"), ("state", "=", "posted")]
        )
        if number % 2:
            return document, payment
        return payment, document.line_ids

    @api.model
    def _suggest_floor(self, mark, rows):
        self.env.cr.execute(
            SQL(
                "SELECT id FROM account_move WHERE name = %s AND state = 'posted' "
                "AND name <> '/'",
                f"BENCH{mark}{rows}",
            )
        )

    @api.model
    def _scans(self):
        """Return how often this transaction has read each table from end to end."""
        query = SQL(
            "SELECT relname, seq_scan FROM pg_stat_xact_user_tables "
            "WHERE relname = ANY(%s)",
            list(LARGE_TABLES),
        )
        return {
            **dict.fromkeys(LARGE_TABLES, 0),
            **dict(self.env.execute_query(query)),
        }

    @api.model
    def _filled_tables(self):
        """Return the large tables that have many rows here."""
        query = SQL(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) "
            "AND reltuples >= 10000 ORDER BY relname",
            list(LARGE_TABLES),
        )
        return [row[0] for row in self.env.execute_query(query)]

    @api.model
    def _index_mib(self):
        """Return what the indexes for suggestions weigh."""
        query = SQL(
            "SELECT relname, round(pg_relation_size(oid) / 1048576.0)::int "
            "FROM pg_class WHERE relname = ANY(%s) ORDER BY relname",
            [
                "account_move_line_settlement_open_idx",
                "res_partner_settlement_name_idx",
                "res_partner_settlement_email_idx",
                "settlement_claim_rest_idx",
            ],
        )
        return dict(self.env.execute_query(query))

    # ------------------------------------------------------------------
    # Rows
    # ------------------------------------------------------------------

    @api.model
    def _fill_suggest_rows(self, rows, mark):
        """Write partners, open invoices and a payment for each into the tables.

        Amounts spread over 20,000 values, so that at five million rows 250 documents
        share one; days over two years.
        """
        company = self.env.company
        backend = self._bench_backend("canonical")
        names = {
            "company": company.id,
            "currency": company.currency_id.id,
            "journal": self._bench_journal(company).id,
            "account": self._bench_receivable(company).id,
            "backend": backend.id,
            "wallet": backend.wallet_ids.id,
            "rows": rows,
            "partners": max(rows // PER_PARTNER, 10),
            "mark": mark,
        }
        self.env.flush_all()
        # Rows that refer to one another are written here by ourselves.
        self.env.cr.execute(SQL("SET LOCAL session_replication_role = 'replica'"))
        indexes = self._drop_indexes()
        for query in (
            self._suggest_partners_sql(names),
            self._suggest_accounts_sql(names),
            self._suggest_plan_sql(names),
            self._suggest_moves_sql(names),
            self._suggest_items_sql(names),
            self._document_references_sql(names),
            self._suggest_payments_sql(names),
            self._fact_states_sql(names),
            self._suggest_references_sql(names),
        ):
            self.env.cr.execute(query)
        self.env.cr.execute(SQL("SET LOCAL session_replication_role = 'origin'"))
        matcher = self.env["settlement.matcher"]
        matcher._enlarge_work_memory()
        for definition in indexes:
            # As the database itself wrote it.
            self.env.cr.execute(definition)
        self.env.cr.execute(SQL("RESET work_mem"))
        for table in LARGE_TABLES:
            self.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))

    @api.model
    def _drop_indexes(self):
        """Drop the indexes of the large tables; return how to create them again."""
        query = SQL(
            """
            SELECT index.relname, pg_get_indexdef(index.oid)
              FROM pg_index link
              JOIN pg_class index ON index.oid = link.indexrelid
              JOIN pg_class owner ON owner.oid = link.indrelid
             WHERE owner.relname = ANY(%s)
               AND NOT EXISTS (SELECT FROM pg_constraint
                                WHERE conindid = link.indexrelid)
             ORDER BY index.relname
            """,
            list(LARGE_TABLES),
        )
        found = self.env.execute_query(query)
        for name, _definition in found:
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        return [definition for _name, definition in found]

    @api.model
    def _suggest_partners_sql(self, names):
        return SQL(
            """
            INSERT INTO res_partner (
                   id, commercial_partner_id, name, complete_name, email, active,
                   autopost_bills, type, ref)
            SELECT id, id, name, name, lower(%(mark)s) || number || '@example.com',
                   TRUE, 'ask', 'contact', %(mark)s || number
              FROM (SELECT number, nextval('res_partner_id_seq') AS id
                      FROM generate_series(1, %(partners)s) AS number) numbered
             CROSS JOIN LATERAL (
                SELECT (ARRAY['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara'])
                            [number %% 5 + 1]
                       || ' ' || %(mark)s || 'son' || number || ' Ltd' AS name) named
            """,
            **names,
        )

    @api.model
    def _suggest_accounts_sql(self, names):
        return SQL(
            """
            INSERT INTO res_partner_bank (
                   partner_id, acc_number, sanitized_acc_number, active)
            SELECT id, 'XX' || id || %(mark)s, 'XX' || id || %(mark)s, TRUE
              FROM res_partner WHERE ref LIKE %(mark)s || '%%'
            """,
            **names,
        )

    @api.model
    def _suggest_plan_sql(self, names):
        """Return the table of what each row is about: partner, amount, day."""
        return SQL(
            """
            CREATE TEMPORARY TABLE bench_suggest ON COMMIT DROP AS
            SELECT number, partner.id AS partner_id, partner.name AS partner,
                   partner.email,
                   ((hashint4(number) & 2147483647) %% 20000 * 5 + 101)::int8 AS minor,
                   date '2026-01-01' - (number %% 730)::int AS day,
                   'BENCH' || %(mark)s || number AS name
              FROM generate_series(1, %(rows)s) AS number
              JOIN (SELECT id, name, email, row_number() OVER (ORDER BY id) - 1 AS place
                      FROM res_partner WHERE ref LIKE %(mark)s || '%%') partner
                ON partner.place = CASE WHEN number %% 100 = 0 THEN 0
                                   ELSE number %% %(partners)s END
            """,
            **names,
        )

    @api.model
    def _suggest_moves_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move (
                   journal_id, company_id, currency_id, state, move_type, auto_post,
                   date, invoice_date, name, partner_id)
            SELECT %(journal)s, %(company)s, %(currency)s, 'posted', 'out_invoice',
                   'no', day, day, name, partner_id
              FROM bench_suggest
            """,
            **names,
        )

    @api.model
    def _suggest_items_sql(self, names):
        return SQL(
            """
            INSERT INTO account_move_line (
                   move_id, move_name, company_id, currency_id, account_id, partner_id,
                   display_type, parent_state, date, date_maturity, balance,
                   amount_currency, amount_residual, amount_residual_currency,
                   reconciled)
            SELECT move.id, move.name, %(company)s, %(currency)s, %(account)s,
                   move.partner_id, 'payment_term', 'posted', row.day, row.day + 14,
                   row.minor / 100.0, row.minor / 100.0, row.minor / 100.0,
                   row.minor / 100.0, FALSE
              FROM bench_suggest row
              JOIN account_move move ON move.name = row.name
            """,
            **names,
        )

    @api.model
    def _suggest_payments_sql(self, names):
        """Return the statement that writes a payment for each invoice."""
        return SQL(
            """
            INSERT INTO settlement_transaction (
                   company_id, backend_id, wallet_id, currency_id, external_id,
                   occurrence, revision, reading, is_current, kind, gross_amount,
                   fee_amount, tax_amount, net_amount, occurred_at, booked_on,
                   provider_state, invoice_reference, description, counterparty_name,
                   counterparty_account, counterparty_email)
            SELECT %(company)s, %(backend)s, %(wallet)s, %(currency)s,
                   'txn_' || %(mark)s || number, 0, 1, 0, TRUE, 'bank_credit', amount,
                   0, 0, amount, day + 10, day + 10, 'settled',
                   CASE WHEN kind = 1 THEN name END,
                   CASE WHEN kind = 2 THEN 'Payment of ' || name || ' thank you' END,
                   CASE WHEN kind = 5 THEN upper(partner) END,
                   CASE WHEN kind = 3 THEN 'XX' || partner_id || %(mark)s END,
                   CASE WHEN kind = 4 THEN email END
              FROM (SELECT *, number %% %(kinds)s AS kind,
                           CASE WHEN number %% %(kinds)s = 0 THEN minor - 1 ELSE minor
                           END / 100.0 AS amount
                      FROM bench_suggest) row
             ORDER BY number
            """,
            kinds=len(PAYMENT_KINDS),
            **names,
        )

    @api.model
    def _suggest_references_sql(self, names):
        text = SQL(
            "CASE given.type WHEN 'email' THEN lower(given.text) "
            "ELSE upper(regexp_replace(given.text, '[^A-Za-z0-9]+', '', 'g')) END"
        )
        return SQL(
            """
            INSERT INTO settlement_transaction_reference (
                   transaction_id, company_id, type, text, key)
            SELECT id, company_id, type, text, %(key)s
              FROM (SELECT fact.id, fact.company_id, given.type, %(text)s AS text
                      FROM settlement_transaction fact
                     CROSS JOIN LATERAL (VALUES ('invoice', invoice_reference),
                            ('iban', counterparty_account),
                            ('email', counterparty_email)) AS given (type, text)
                     WHERE backend_id = %(backend)s AND given.text IS NOT NULL) given
            """,
            text=text,
            key=reference_key_sql(SQL("type"), SQL("text")),
            backend=names["backend"],
        )
