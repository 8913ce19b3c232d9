import csv
import io

from odoo import api, models
from odoo.tools import SQL

from ..engine import counterparty, names

# Where more payments and documents than this meet in one amount of one payer, or of
# one beginning of a name, nothing could be unique and nothing is compared.
MOST_PAIRS = 400


class SettlementMatcher(models.AbstractModel):
    """Who paid: partners by what a payment says about its payer, in sets."""

    _inherit = "settlement.matcher"

    @api.model
    def _fill_payers(self, company):
        """Fill ``settlement_payer``: open payments and the partners they identify."""
        self._refill("settlement_mandate_use", self._mandate_uses_sql(company))
        select = SQL(" UNION ").join(
            SQL("SELECT * FROM (%s) AS %s", sql, SQL.identifier(f"by_{clue.name}"))
            for clue, sql in self._payer_sources(company)
        )
        self._refill("settlement_payer", select)

    @api.model
    def _payer_sources(self, company):
        """Return (clue, SELECT of transaction, partner, rank, text) pairs."""
        return [
            (counterparty.PARTNER, self._stated_partner_sql()),
            (counterparty.MANDATE, self._partner_of_mandate_sql()),
            (counterparty.IBAN, self._partner_of_account_sql(company)),
            (counterparty.EMAIL, self._partner_of_email_sql(company)),
        ]

    @api.model
    def _stated_partner_sql(self):
        return SQL(
            """
            SELECT source.transaction_id, partner.commercial_partner_id AS partner_id,
                   %s AS rank, partner.name AS text
              FROM settlement_open_source source
              JOIN res_partner partner ON partner.id = source.stated_partner_id
            """,
            counterparty.PARTNER.rank,
        )

    @api.model
    def _partner_of_account_sql(self, company):
        return SQL(
            """
            SELECT source.transaction_id, partner.commercial_partner_id AS partner_id,
                   %(rank)s AS rank, given.text
              FROM settlement_open_source source
              JOIN settlement_transaction_reference given
                ON given.transaction_id = source.transaction_id
               AND given.type = 'iban'
              JOIN res_partner_bank bank
                ON bank.sanitized_acc_number = given.text
               AND bank.active
               AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
              JOIN res_partner partner ON partner.id = bank.partner_id
            """,
            rank=counterparty.IBAN.rank,
            company=company.id,
        )

    @api.model
    def _partner_of_email_sql(self, company):
        return SQL(
            """
            SELECT source.transaction_id, partner.commercial_partner_id AS partner_id,
                   %(rank)s AS rank, given.text
              FROM settlement_open_source source
              JOIN settlement_transaction_reference given
                ON given.transaction_id = source.transaction_id
               AND given.type = 'email'
              JOIN res_partner partner
                ON partner.email_normalized = given.text
               AND partner.active
               AND (partner.company_id IS NULL OR partner.company_id = %(company)s)
            """,
            rank=counterparty.EMAIL.rank,
            company=company.id,
        )

    @api.model
    def _mandate_uses_sql(self, company):
        """Return open payments with the earlier ones under the same mandate.

        A table of its own: mandates are few or none, and only who knows how many
        begins with them instead of with all documents that were ever paid.
        """
        return SQL(
            """
            SELECT given.transaction_id, given.text,
                   earlier.transaction_id AS earlier_id
              FROM settlement_open_source source
              JOIN settlement_transaction_reference given
                ON given.transaction_id = source.transaction_id
               AND given.type = 'mandate'
              JOIN settlement_transaction_reference earlier
                ON %(same)s
               AND earlier.company_id = %(company)s
               AND earlier.transaction_id <> given.transaction_id
            """,
            same=self._same_reference_sql("given", "earlier"),
            company=company.id,
        )

    @api.model
    def _partner_of_mandate_sql(self):
        """Return whose documents were paid under the same mandate before."""
        return SQL(
            """
            SELECT used.transaction_id, partner.commercial_partner_id AS partner_id,
                   %s AS rank, used.text
              FROM settlement_mandate_use used
              JOIN settlement_match_line money
                ON money.transaction_id = used.earlier_id
              JOIN settlement_match match
                ON match.id = money.match_id AND match.state IN ('confirmed', 'posted')
              JOIN settlement_match_line paid
                ON paid.match_id = match.id AND paid.side = 'target'
              JOIN account_move_line entry ON entry.id = paid.move_line_id
              JOIN res_partner partner ON partner.id = entry.partner_id
            """,
            counterparty.MANDATE.rank,
        )

    # ------------------------------------------------------------------
    # Names
    # ------------------------------------------------------------------

    @api.model
    def _fill_name_clues(self):
        """Add to ``settlement_payer`` the partners whose name is like the given one.

        Compared are only names that share the beginning of a word and whose payment
        and document have the same amount; ``settlement_crowded_name`` has the given
        names of which not all could be compared.
        """
        self._fill_name_keys()
        self._refill("settlement_name_group", self._name_groups_sql())
        self._refill("settlement_crowded_name", self._crowded_names_sql())
        clues = []
        for given, partner_id, known in self.env.execute_query(self._name_pairs_sql()):
            if found := counterparty.name_clue(given, known):
                clues.append((given, partner_id, found.clue.rank, found.text))
        self._copy_rows(
            "settlement_name_clue",
            SQL(
                "SELECT ''::text AS given, 0 AS partner_id, 0 AS rank, ''::text AS text"
            ),
            clues,
        )
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_payer (transaction_id, partner_id, rank, text)
                SELECT source.transaction_id, clue.partner_id, clue.rank, clue.text
                  FROM settlement_name_clue clue
                  JOIN settlement_open_source source ON source.name = clue.given
                """
            )
        )

    @api.model
    def _fill_name_keys(self):
        """Cut the names of payers and partners into the beginnings of their words."""
        self._refill("settlement_given_name", self._given_names_sql())
        self._refill("settlement_partner_name", self._partner_names_sql())
        found = self.env.execute_query(
            SQL(
                "SELECT name FROM settlement_given_name "
                "UNION SELECT name FROM settlement_partner_name"
            )
        )
        self._copy_rows(
            "settlement_name_key",
            SQL("SELECT ''::text AS name, ''::text AS key"),
            [(name, key) for (name,) in found for key in sorted(names.keys(name))],
        )
        # Amount and beginning in one row: else all names of one amount would meet.
        for side in ("given", "partner"):
            self._refill(
                f"settlement_{side}_key",
                SQL(
                    "SELECT * FROM %s JOIN settlement_name_key USING (name)",
                    SQL.identifier(f"settlement_{side}_name"),
                ),
            )

    @api.model
    def _given_names_sql(self):
        """Return the names on payments that a document of their amount stands by."""
        return SQL(
            """
            SELECT DISTINCT name, currency_id, minor FROM settlement_open_source
             WHERE name IS NOT NULL
               AND (currency_id, minor) IN (
                    SELECT currency_id, minor FROM settlement_open_unit)
            """
        )

    @api.model
    def _partner_names_sql(self):
        """Return the names of who owes: the company's and the contact's own."""
        return SQL(
            """
            SELECT DISTINCT unit.partner_id, partner.name, unit.currency_id, unit.minor
              FROM settlement_open_unit unit
              JOIN res_partner partner
                ON partner.id IN (unit.partner_id, unit.contact_id)
             WHERE partner.name IS NOT NULL
            """
        )

    @api.model
    def _name_groups_sql(self):
        """Return where names meet, with how many pairs there are."""
        return SQL(
            """
            SELECT given.currency_id, given.minor, given.key,
                   given.names * known.names AS pairs
              FROM (
                SELECT currency_id, minor, key, count(*) AS names
                  FROM settlement_given_key
                 GROUP BY currency_id, minor, key) given
              JOIN (
                SELECT currency_id, minor, key, count(*) AS names
                  FROM settlement_partner_key
                 GROUP BY currency_id, minor, key) known
             USING (currency_id, minor, key)
            """
        )

    @api.model
    def _crowded_names_sql(self):
        return SQL(
            """
            SELECT DISTINCT given.name, given.currency_id, given.minor
              FROM settlement_given_key given
              JOIN settlement_name_group met USING (currency_id, minor, key)
             WHERE met.pairs > %s
            """,
            MOST_PAIRS,
        )

    @api.model
    def _name_pairs_sql(self):
        """Return given names with partners to compare, all names of a partner."""
        return SQL(
            """
            SELECT given.name, known.partner_id,
                   array_agg(DISTINCT known.name ORDER BY known.name)
              FROM settlement_name_group met
              JOIN settlement_given_key given USING (currency_id, minor, key)
              JOIN settlement_partner_key known USING (currency_id, minor, key)
             WHERE met.pairs <= %s
             GROUP BY given.name, known.partner_id
             ORDER BY given.name, known.partner_id
            """,
            MOST_PAIRS,
        )

    @api.model
    def _copy_rows(self, name, pattern, rows):
        """Fill the temporary table ``name`` with rows made in Python.

        :param pattern: SELECT of one row that gives the columns their types.
        """
        self._refill(name, SQL("%s LIMIT 0", pattern))
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows)
        buffer.seek(0)
        table = SQL.identifier(name)
        copy = SQL("COPY %s FROM STDIN (FORMAT csv)", table)
        self.env.cr.copy_expert(copy.code, buffer)
        self.env.cr.execute(SQL("ANALYZE %s", table))
