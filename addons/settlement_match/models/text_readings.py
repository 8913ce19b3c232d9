import csv
import io

from odoo import api, models
from odoo.tools import SQL, groupby

from odoo.addons.settlement.canonical.spelling import squeeze
from odoo.addons.settlement.models.reference_sql import (
    reference_text_sql,
    squeezed_key_sql,
    squeezed_sql,
)

from ..engine import evidence, findings, readings
from ..engine.readings import Hit, Reading
from ..engine.tokens import scan

# Texts read at once, and how many of their words may be looked up together.
CHUNK_ROWS = 5_000
# Open items of one payer that are looked through for a number without its prefix.
MOST_ITEMS_OF_PAYER = 500


class SettlementMatcher(models.AbstractModel):
    """What the texts of open payments name, in a table.

    ``settlement_reading`` has one row per payment and journal item that its text
    names. ``is_extra`` is what is read beside something that is written well.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _read_texts(self, run):
        """Fill ``settlement_reading`` from the texts of the open rows."""
        self._temporary(
            "settlement_reading",
            SQL(
                "SELECT 0 AS transaction_id, 0 AS move_line_id, 0 AS document_id, "
                "0 AS rank, ''::text AS text, 0 AS strength, FALSE AS is_extra LIMIT 0"
            ),
        )
        self._read_open_texts(run)

    @api.model
    def _read_open_texts(self, run):
        """Add what the texts of the open rows name to ``settlement_reading``."""
        countries = self._countries_of_references(run.company)
        last_id = 0
        while rows := self.env.execute_query(self._texts_sql(run, last_id)):
            last_id = rows[-1][0]
            self._read_chunk(run, {row[0]: row[1:] for row in rows}, countries)
        self.env.cr.execute(SQL("ANALYZE settlement_reading"))

    @api.model
    def _texts_sql(self, run, last_id):
        """Return the next chunk of open rows with their texts."""
        return SQL(
            """
            SELECT fact.id, fact.invoice_reference, fact.order_reference,
                   fact.payment_reference, fact.end_to_end_reference,
                   fact.description
              FROM (%(open)s) open
              JOIN settlement_transaction fact ON fact.id = open.transaction_id
             WHERE fact.id > %(last_id)s
               AND fact.id NOT IN (%(unbooked)s)
             ORDER BY fact.id
             LIMIT %(limit)s
            """,
            open=self._open_transactions_sql(run.company),
            last_id=last_id,
            unbooked=self._unbooked_sql(run.company),
            limit=CHUNK_ROWS,
        )

    @api.model
    def _countries_of_references(self, company):
        """Return the countries whose check digits references of a company may have."""
        countries = company.country_id | company.account_fiscal_country_id
        wallets = self.env["settlement.wallet"].search(
            [("backend_id.company_id", "=", company.id)]
        )
        accounts = {name[:2] for name in wallets.mapped("account_identifier") if name}
        return frozenset({*countries.mapped("code"), *accounts} - {False})

    @api.model
    def _read_chunk(self, run, texts, countries):
        """Add what some payments name to ``settlement_reading``.

        :param texts: transaction id → its texts.
        """
        found = {}
        for row_id, hits in self._hits_of(run, texts).items():
            if len(hits) > readings.MOST_HITS:
                run.hint(row_id, findings.too_many_named())
            else:
                understood = readings.understand([hit for hit, _ in hits], countries)
                found[row_id] = self._with_documents(understood, hits)
        silent = {row_id: texts[row_id] for row_id in texts if not found.get(row_id)}
        found.update(self._read_cores(run, silent))
        self._store_readings(found)

    @api.model
    def _with_documents(self, understood, hits):
        documents = {hit.move_line_id: document_id for hit, document_id in hits}
        return [(reading, documents[reading.move_line_id]) for reading in understood]

    @api.model
    def _store_readings(self, found):
        """Write readings: transaction id → list of (reading, document id)."""
        rows = []
        for row_id, named in found.items():
            is_firm = any(
                reading.strength <= readings.SUFFIXED for reading, _document in named
            )
            for reading, document_id in named:
                is_extra = is_firm and reading.strength > readings.SUFFIXED
                rows.append(
                    (
                        row_id,
                        reading.move_line_id,
                        document_id,
                        reading.kind.rank,
                        reading.text,
                        reading.strength,
                        is_extra,
                    )
                )
        self._add_rows("settlement_reading", rows)

    @api.model
    def _add_rows(self, table, rows):
        """Add tuples to a temporary table."""
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        buffer.seek(0)
        copy = SQL("COPY %s FROM STDIN (FORMAT csv)", SQL.identifier(table))
        self.env.cr.copy_expert(copy.code, buffer)

    # ------------------------------------------------------------------
    # Whole numbers
    # ------------------------------------------------------------------

    @api.model
    def _hits_of(self, run, texts):
        """Return what may be meant: transaction id → list of (hit, document id)."""
        tokens = {}
        for row_id, row_texts in texts.items():
            reading = scan(row_texts)
            tokens[row_id] = reading.tokens
            if reading.is_cut:
                run.hint(row_id, findings.text_cut_short())
        rows = self._looked_up(run.company, tokens)
        found = {}
        for row_id, place, item_id, document_id, *named in rows:
            hit = Hit(tokens[row_id][place], item_id, *named)
            found.setdefault(row_id, []).append((hit, document_id))
        return found

    @api.model
    def _looked_up(self, company, tokens):
        """Return the references of open items whose squeezed text tokens have.

        :param tokens: transaction id → list of tokens.
        :return: (transaction id, place of the token, item id, document id, type of
            the reference, its text, number of the document, whether a supplier gave
            the bill this number).
        """
        self._copy_rows(
            "settlement_token",
            SQL("SELECT 0 AS transaction_id, 0 AS place, ''::text AS squeezed"),
            [
                (row_id, place, squeeze(token.text))
                for row_id, row_tokens in tokens.items()
                for place, token in enumerate(row_tokens)
            ],
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT token.transaction_id, token.place, document.move_line_id,
                       entry.move_id, document.type, document.text, entry.move_name,
                       move.move_type IN ('in_invoice', 'in_refund')
                       AND document.type = 'invoice'
                       AND document.text IS NOT DISTINCT FROM %(bill_number)s
                  FROM settlement_token token
                 CROSS JOIN LATERAL (
                        SELECT *
                          FROM settlement_document_reference document
                         WHERE document.move_line_id IS NOT NULL
                           AND %(document_key)s = hashtextextended(token.squeezed, 0)
                           AND CASE WHEN document.company_id = %(company)s
                                         AND document.type
                                             IN ('invoice', 'structured', 'order')
                                         AND %(document_text)s = token.squeezed
                                    THEN TRUE ELSE FALSE END
                        -- Looked up by the index: the planner knows nothing of what
                        -- this key selects, and would sort all references each time.
                        OFFSET 0) document
                  JOIN account_move_line entry ON entry.id = document.move_line_id
                  JOIN account_move move ON move.id = entry.move_id
                 ORDER BY token.transaction_id, token.place, document.id
                """,
                bill_number=reference_text_sql(
                    "invoice", SQL("COALESCE(move.ref, '')")
                ),
                document_key=squeezed_key_sql(SQL("document.text")),
                document_text=squeezed_sql(SQL("document.text")),
                company=company.id,
            )
        )

    @api.model
    def _payers_of(self, company, transaction_ids):
        """Return the payers whose bank accounts are known: id → commercial partner."""
        if not transaction_ids:
            return {}
        query = SQL(
            """
            SELECT given.transaction_id, min(partner.commercial_partner_id)
              FROM settlement_transaction_reference given
              JOIN res_partner_bank bank
                ON bank.sanitized_acc_number = given.text AND bank.active
              JOIN res_partner partner ON partner.id = bank.partner_id
             WHERE given.transaction_id = ANY(%(ids)s)
               AND given.type = 'iban'
               AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
             GROUP BY given.transaction_id
            HAVING count(DISTINCT partner.commercial_partner_id) = 1
            """,
            ids=list(transaction_ids),
            company=company.id,
        )
        return dict(self.env.execute_query(query))

    # ------------------------------------------------------------------
    # Numbers without their prefix
    # ------------------------------------------------------------------

    @api.model
    def _read_cores(self, run, texts):
        """Return what known payers name by year and number alone, as readings."""
        meant = {row_id: readings.cores(texts[row_id]) for row_id in texts}
        meant = {row_id: cores for row_id, cores in meant.items() if cores}
        payers = self._payers_of(run.company, list(meant))
        rows = self._items_of_payers(run.company, set(payers.values()))
        items = {
            payer: [(row[1:], readings.core_of(row[3])) for row in group]
            for payer, group in groupby(rows, key=lambda row: row[0])
        }
        found = {}
        for row_id, payer in payers.items():
            for (item_id, document_id, number), core in items.get(payer, ()):
                if read := meant[row_id].get(core):
                    reading = Reading(
                        item_id,
                        evidence.CORE,
                        f"'{read}' as {number}",
                        readings.PARTNER,
                    )
                    found.setdefault(row_id, []).append((reading, document_id))
        return found

    @api.model
    def _items_of_payers(self, company, payers):
        """Return (payer, item id, document id, number) of what is open of payers."""
        if not payers:
            return []
        return self.env.execute_query(
            SQL(
                """
                SELECT payer.id, item.id, item.move_id, item.move_name
                  FROM unnest(%(payers)s) AS payer (id)
                 CROSS JOIN LATERAL (
                    SELECT DISTINCT entry.id, entry.move_id, entry.move_name
                      FROM res_partner partner
                      JOIN account_move_line entry
                        ON entry.partner_id = partner.id
                       AND entry.reconciled IS NOT TRUE
                      JOIN settlement_document_reference document
                        ON document.move_line_id = entry.id
                       AND document.company_id = %(company)s
                       AND document.type = 'invoice'
                     WHERE partner.commercial_partner_id = payer.id
                     ORDER BY entry.id
                     LIMIT %(limit)s
                 ) item
                 ORDER BY payer.id, item.id
                """,
                payers=sorted(payers),
                company=company.id,
                limit=MOST_ITEMS_OF_PAYER,
            )
        )
