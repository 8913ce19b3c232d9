from odoo import api, models
from odoo.tools import SQL

from ..engine import counterparty, likeness
from .suggestion_search import PER_PARTNER

# So many partners and words of a name are looked up.
MOST_PARTNERS = 20
MOST_WORDS = 8
# So many of the latest withheld fees say what is usual.
LATEST_FEES = 500
USUAL_FEES = 5


class SettlementSuggestion(models.AbstractModel):
    """Who a payer may be, and what a payer's bank usually keeps."""

    _inherit = "settlement.suggestion"

    @api.model
    def _payers_of(self, rows):
        """Return for each row: partner id → (the clue, what says so, the name).

        The strongest clue of a partner counts: what was decided before, the mandate,
        the bank account, the e-mail address.
        """
        accounts = {row["account"] for row in rows if row["account"]}
        emails = {row["email"] for row in rows if row["email"]}
        known = {row["partner_id"] for row in rows if row["partner_id"]}
        # The later a clue stands here, the stronger it is.
        clues = (
            (counterparty.EMAIL, "email", self._partners_by_email(sorted(emails))),
            (counterparty.IBAN, "account", self._partners_by_account(sorted(accounts))),
            (counterparty.PARTNER, "partner_id", self._partners_by_id(sorted(known))),
        )
        mandates = self._partners_by_mandate(
            [row["id"] for row in rows if row["has_mandate"]]
        )
        found = {
            row["id"]: {
                partner_id: (
                    clue.what,
                    name if clue is counterparty.PARTNER else row[column],
                    name,
                )
                for clue, column, known_partners in clues
                for partner_id, name in known_partners.get(row[column], ())
            }
            for row in rows
        }
        for row_id, partners in mandates.items():
            for partner_id, name, mandate in partners:
                clue = (counterparty.MANDATE.what, mandate, name)
                if found[row_id].get(partner_id, clue)[0] != counterparty.PARTNER.what:
                    found[row_id][partner_id] = clue
        return found

    @api.model
    def _grouped_partners(self, query):
        """Return key → [(commercial partner id, name), …] of a query."""
        found = {}
        for key, partner_id, name in self.env.execute_query(query):
            found.setdefault(key, []).append((partner_id, name))
        return found

    @api.model
    def _partners_by_account(self, texts):
        """Return partners by the comparable spelling of their bank accounts."""
        if not texts:
            return {}
        return self._grouped_partners(
            SQL(
                """
                SELECT bank.sanitized_acc_number, partner.commercial_partner_id,
                       partner.name
                  FROM unnest(%(texts)s::text[]) AS given (text)
                 CROSS JOIN LATERAL (
                    SELECT bank.sanitized_acc_number, bank.partner_id
                      FROM res_partner_bank bank
                     WHERE bank.sanitized_acc_number = given.text
                       AND bank.active
                       AND (bank.company_id IS NULL OR bank.company_id = %(company)s)
                     ORDER BY bank.partner_id
                     LIMIT %(limit)s) bank
                  JOIN res_partner partner ON partner.id = bank.partner_id
                """,
                texts=texts,
                company=self.env.company.id,
                limit=MOST_PARTNERS,
            )
        )

    @api.model
    def _partners_by_email(self, texts):
        """Return partners by their e-mail address in comparable spelling."""
        if not texts:
            return {}
        return self._grouped_partners(
            SQL(
                """
                SELECT given.text, partner.commercial_partner_id, partner.name
                  FROM unnest(%(texts)s::text[]) AS given (text)
                 CROSS JOIN LATERAL (
                    SELECT partner.commercial_partner_id, partner.name
                      FROM res_partner partner
                     WHERE lower(partner.email) = given.text
                       AND partner.active
                       AND (partner.company_id IS NULL
                            OR partner.company_id = %(company)s)
                     LIMIT %(limit)s) partner
                """,
                texts=texts,
                company=self.env.company.id,
                limit=MOST_PARTNERS,
            )
        )

    @api.model
    def _partners_by_id(self, ids):
        """Return the commercial partners of partners."""
        if not ids:
            return {}
        return self._grouped_partners(
            SQL(
                "SELECT id, commercial_partner_id, name FROM res_partner "
                "WHERE id = ANY(%s)",
                ids,
            )
        )

    @api.model
    def _partners_named(self, name):
        """Return the commercial partners in whose name all words of ``name`` occur."""
        words = likeness.search_words(name, MOST_WORDS)
        if not words:
            return []
        query = SQL(
            """
            SELECT partner.commercial_partner_id
              FROM res_partner partner
             WHERE to_tsvector('simple', partner.name) @@ %(query)s::tsquery
               AND (partner.company_id IS NULL OR partner.company_id = %(company)s)
             LIMIT %(limit)s
            """,
            query=self._name_query(words),
            company=self.env.company.id,
            limit=MOST_PARTNERS,
        )
        return [row[0] for row in self.env.execute_query(query)]

    @api.model
    def _name_query(self, words):
        """Return words as a text search query; they consist of letters and digits."""
        either = [" | ".join(f"'{form}'" for form in forms) for forms in words]
        return " & ".join(f"({forms})" for forms in either)

    @api.model
    def _usual_fees(self, currency_id):
        """Return what was withheld most often lately, in unsigned minor units."""
        query = SQL(
            """
            SELECT abs(difference_minor)
              FROM (SELECT difference_minor
                      FROM settlement_match
                     WHERE company_id = %(company)s
                       AND currency_id = %(currency)s
                       AND difference_kind = 'fee'
                       AND state IN ('confirmed', 'posted')
                     ORDER BY id DESC
                     LIMIT %(latest)s) latest
             GROUP BY 1
             ORDER BY count(*) DESC, 1
             LIMIT %(usual)s
            """,
            company=self.env.company.id,
            currency=currency_id,
            latest=LATEST_FEES,
            usual=USUAL_FEES,
        )
        return tuple(row[0] for row in self.env.execute_query(query))

    # ------------------------------------------------------------------
    # By partner
    # ------------------------------------------------------------------

    @api.model
    def _items_of_payers(self, question, money):
        """Return open journal items of everybody who may be the payer."""
        partners = [*money.payers, *self._partners_named(money.counterparty)]
        partners = list(dict.fromkeys(partners))[:MOST_PARTNERS]
        if not partners:
            return []
        names = self.env["res.partner"].sudo().browse(partners[:5]).mapped("name")
        question.searched.append(
            self.env._("partners: %(names)s", names=", ".join(filter(None, names)))
        )
        found = self._row_ids(self._items_of_partners_sql(partners))
        if len(found) == PER_PARTNER:
            question.bounds.append(
                self.env._(
                    "Only %(most)s open items of these partners were looked at.",
                    most=PER_PARTNER,
                )
            )
        return found

    @api.model
    def _items_of_partners_sql(self, partners):
        """Return open journal items of partners, by Odoo's own index."""
        return SQL(
            """
            SELECT entry.id
              FROM account_move_line entry
             WHERE entry.account_id = ANY(%(accounts)s)
               AND entry.partner_id = ANY(%(partners)s)
               AND %(open)s
             LIMIT %(limit)s
            """,
            accounts=self._target_accounts(),
            partners=partners,
            open=self._is_open_item_sql(),
            limit=PER_PARTNER,
        )

    @api.model
    def _target_accounts(self):
        """Return the ids of the accounts on which items wait for money."""
        # Which accounts a company has does not depend on who asks.
        accounts = self.env["account.account"].sudo()
        return accounts.search(
            [
                ("company_ids", "in", self.env.company.ids),
                ("reconcile", "=", True),
            ]
        ).ids
