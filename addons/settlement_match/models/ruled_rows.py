from odoo import api, models
from odoo.tools import SQL

from ..engine import known_payer, rule

CHUNK_ROWS = 5_000
# A run reads the texts of so many open payments; the newest go first.
MOST_ROWS = 50_000


class SettlementMatcher(models.AbstractModel):
    """Which open payments meet the conditions of which approved rule."""

    _inherit = "settlement.matcher"

    @api.model
    def _ruled_rows(self, run, versions):
        """Return the open payments on which a rule decides, and how many are unread.

        :param versions: pure versions of the purposes payer and account.
        :return: (transaction → row with ``version``, what it says, and for payers
            the ids of the partners whose documents it may settle), number.
        """
        if not self._fill_open_sources(run):
            return {}, 0
        words = self._words_of(versions)
        found = {}
        last_id, read = None, 0
        while rows := self._rows_to_read(versions, last_id):
            last_id, read = rows[-1]["id"], read + len(rows)
            for row in rows:
                version = rule.first_of(versions, self._ruled_payment(row))
                if version:
                    found[row["id"]] = {**row, "version": version, **words[version.id]}
            if read >= MOST_ROWS:
                return self._with_other_payers(found), self._left(versions, last_id)
        return self._with_other_payers(found), 0

    @api.model
    def _words_of(self, versions):
        """Return version → the name of its rule and the partners it is about."""
        # Rules hold whoever runs the engine.
        stored = self.env["settlement.rule.version"].sudo()
        return {
            version.id: {
                "rule": version.display_name,
                "partner_ids": frozenset(
                    (
                        version.partner_ids | version.pays_for_partner_ids
                    ).commercial_partner_id.ids
                ),
            }
            for version in stored.browse([version.id for version in versions])
        }

    @api.model
    def _ruled_payment(self, row):
        """Return what the conditions of a rule look at."""
        return rule.Payment(
            backend_id=row["backend_id"],
            currency_id=row["currency_id"],
            amount=row["minor"],
            decimals=row["decimal_places"],
            booked_on=row["booked_on"],
            partner_ids=frozenset(row["stated_partner_ids"]),
            account=row["account"],
            texts=tuple(row["texts"]),
        )

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    @api.model
    def _rows_to_read(self, versions, last_id):
        """Return the next open payments that may meet the conditions of a rule."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT source.transaction_id AS id, source.currency_id, source.minor,
                       source.booked_on, source.external_id, source.names_something,
                       fact.backend_id, currency.decimal_places,
                       COALESCE(fact.counterparty_account, '') AS account,
                       %(texts)s AS texts,
                       array_remove(ARRAY[partner.id, partner.commercial_partner_id],
                            NULL) AS stated_partner_ids
                  %(sources)s
                  JOIN res_currency currency ON currency.id = source.currency_id
                  LEFT JOIN res_partner partner ON partner.id = fact.partner_id
                 WHERE %(wanted)s
                 ORDER BY source.transaction_id DESC
                 LIMIT %(limit)s
                """,
                texts=self._all_texts_sql(),
                sources=self._readable_sql(),
                wanted=self._may_be_ruled_sql(versions, last_id),
                limit=CHUNK_ROWS,
            )
        )

    @api.model
    def _left(self, versions, last_id):
        """Return how many payments a run has not read."""
        query = SQL(
            "SELECT count(*) %s WHERE %s",
            self._readable_sql(),
            self._may_be_ruled_sql(versions, last_id),
        )
        return self.env.execute_query(query)[0][0]

    @api.model
    def _readable_sql(self):
        return SQL(
            "FROM settlement_open_source source "
            "JOIN settlement_transaction fact ON fact.id = source.transaction_id"
        )

    @api.model
    def _may_be_ruled_sql(self, versions, last_id):
        """Return which payments have to be read: those behind ``last_id``, narrowed.

        A rule names an account or a text. Of a text, a plain piece is looked for
        first, in the spelling that both sides reach whatever stands between.
        """
        behind = SQL("TRUE")
        if last_id is not None:
            behind = SQL("source.transaction_id < %s", last_id)
        accounts, pieces = set(), set()
        for version in versions:
            if version.conditions.account:
                accounts.add(rule.account_key(version.conditions.account))
            elif found := known_payer.anchors(version.conditions.text_pattern):
                pieces.update(f"%{piece}%" for piece in found)
            else:
                return behind
        return SQL(
            "%s AND (%s = ANY(%s) OR %s LIKE ANY(%s))",
            behind,
            SQL(
                "upper(regexp_replace(COALESCE(fact.counterparty_account, ''), "
                "'[^[:alnum:]]+', '', 'g'))"
            ),
            sorted(accounts),
            SQL(
                "regexp_replace(replace(lower(normalize("
                "array_to_string(%s, ' '), NFKC)), 'ß', 'ss'), '[^a-z0-9]+', '', 'g')",
                self._all_texts_sql(),
            ),
            sorted(pieces),
        )

    # ------------------------------------------------------------------
    # Who else may have paid
    # ------------------------------------------------------------------

    @api.model
    def _with_other_payers(self, found):
        """Add to rows found by their text whose account it is known to be instead."""
        owners = self._owners_of(found) if found else {}
        for row_id, row in found.items():
            known, names = owners.get(row_id, (frozenset(), ""))
            by_text = row["version"].purpose == rule.PAYER and not (
                row["version"].conditions.account
            )
            is_other = by_text and known and not known & row["partner_ids"]
            row["other_payer"] = names if is_other else ""
        return found

    @api.model
    def _owners_of(self, found):
        """Return transaction → (partners who hold its account, their names)."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT given.transaction_id,
                       array_agg(DISTINCT partner.commercial_partner_id),
                       string_agg(DISTINCT partner.name, ', ')
                  FROM settlement_transaction_reference given
                  JOIN res_partner_bank bank
                    ON bank.sanitized_acc_number = given.text AND bank.active
                  JOIN res_partner partner ON partner.id = bank.partner_id
                 WHERE given.transaction_id = ANY(%s)
                   AND given.type = 'iban'
                   AND (bank.company_id IS NULL OR bank.company_id = given.company_id)
                 GROUP BY given.transaction_id
                """,
                list(found),
            )
        )
        return {row_id: (frozenset(ids), names) for row_id, ids, names in rows}
