from odoo import api, models
from odoo.tools import SQL

from ..engine import evidence
from .claim import minor_sql

ALWAYS = SQL("TRUE")
# Outcomes that are matched without a person.
ACCEPTED = ("exact", "sum", "part", "over")
# Outcomes that somebody has allowed: all is settled, with a difference.
TOLERATED = ("short", "excess")
# By what the tables of a decision are joined and narrowed.
PAIR_KEYS = ("transaction_id", "document_id", "move_line_id")
DECISION_KEYS = (*PAIR_KEYS, "match_id", "outcome", "is_first", "is_proposed")


class SettlementMatcher(models.AbstractModel):
    """From "this payment names that document" to a decision, in sets.

    Two temporary tables, both with one row per payment and journal item of a document
    that it names; ``settlement_decision`` has the outcome as well. Open amounts are
    signed minor units, positive when money comes to us.
    """

    _inherit = "settlement.matcher"

    @api.model
    def _resolve(self, run, named, certain=ALWAYS):
        """Decide on all payments that name a document.

        :param named: SELECT of ``transaction_id, currency_id, gross_minor,
            source_open, move_line_id, rank, text``.
        :param certain: SQL condition on decisions: what may be matched at all.
        """
        pairs = self._pairs_sql(self._as_of(run, named))
        self._temporary("settlement_pair", pairs, PAIR_KEYS)
        self.env.cr.execute(self._drop_weaker_pairs_sql())
        self.env.cr.execute(self._offer_presentment_sql())
        if is_payer_known := self._fill_known_payers(run.company):
            self.env.cr.execute(self._drop_namesakes_sql())
        self._offer_at_rate(run)
        decisions = self._decisions_sql(run, certain)
        self._temporary("settlement_decision", decisions, DECISION_KEYS)
        if is_payer_known:
            self._hold_other_payers(run.company)
        else:
            self.env.cr.execute(SQL("DROP TABLE IF EXISTS settlement_other_payer"))

    @api.model
    def _as_of(self, run, named):
        """Return which items the payments name, as they stand for each payment.

        That is as they stand now. A replay of history puts each of them back to the
        payment's day.

        :param named: SELECT of ``transaction_id``, ``move_line_id`` and whatever.
        """
        return named

    @api.model
    def _open_transactions_sql(self, company):
        """Return ``transaction_id, currency_id, gross_minor, source_open``."""
        return SQL(
            """
            SELECT state.transaction_id, state.currency_id, state.gross_minor,
                   CASE WHEN state.gross_minor < 0
                        THEN state.gross_minor + COALESCE(claim.claimed_minor, 0)
                        ELSE state.gross_minor - COALESCE(claim.claimed_minor, 0)
                   END AS source_open
              FROM (%s) state
              LEFT JOIN settlement_claim claim
                ON claim.transaction_id = state.transaction_id
            """,
            self._open_states_sql(company),
        )

    @api.model
    def _open_states_sql(self, company):
        """Return the states of open rows, and of those with mere guesses proposed."""
        return SQL(
            """
            SELECT transaction_id, currency_id, gross_minor
              FROM settlement_transaction_state
             WHERE company_id = %(company)s
               AND match_state = 'open'
               AND %(in_scope)s
             UNION ALL
            SELECT guessed.transaction_id, guessed.currency_id, guessed.gross_minor
              FROM (%(again)s) again
              JOIN settlement_transaction_state guessed USING (transaction_id)
             WHERE guessed.match_state = 'proposed'
               AND %(guessed_in_scope)s
            """,
            in_scope=self._in_scope_sql(SQL("transaction_id")),
            guessed_in_scope=self._in_scope_sql(SQL("guessed.transaction_id")),
            company=company.id,
            again=self._reconsidered_sql(company),
        )

    @api.model
    def _same_reference_sql(self, given, document):
        """Return when two references are the same: by key, re-checked on the text.

        The planner would take key, type and text for independent and expect next to
        nothing of a join that finds everything; of a CASE it makes no such guess.
        """
        names = {
            f"{side}_{column}": SQL.identifier(alias, column)
            for side, alias in (("given", given), ("document", document))
            for column in ("key", "type", "text")
        }
        return SQL(
            "%(document_key)s = %(given_key)s AND CASE WHEN "
            "%(document_type)s = %(given_type)s AND %(document_text)s = %(given_text)s "
            "THEN TRUE ELSE FALSE END",
            **names,
        )

    @api.model
    def _rank_sql(self, column):
        """Return the rank of a reference type as SQL."""
        whens = SQL(" ").join(
            SQL("WHEN %s THEN %s", kind.name, kind.rank)
            for kind in evidence.REFERENCE_KINDS
        )
        return SQL("CASE %s %s END", column, whens)

    @api.model
    def _pairs_sql(self, named):
        """Return payments and the journal items they name, with what is open of both.

        ``kinds`` has one bit for each kind of field that names the item, and one for
        the texts: how often and how well a text names it says nothing about others.
        ``offered`` is the payment in the currency of the item, if it is known; by a
        rate, it is what is open, and ``rate_off`` says how far from it.
        """
        return SQL(
            """
            SELECT named.*, entry.move_id AS document_id,
                   entry.currency_id AS document_currency_id, entry.move_name,
                   entry.date, entry.account_id, entry.partner_id,
                   entry.date_maturity, residual.minor AS residual_minor,
                   residual.minor - CASE WHEN residual.minor < 0 THEN -1 ELSE 1 END
                        * COALESCE(claim.claimed_minor - claim.posted_minor, 0)
                        AS open_minor,
                   CASE WHEN named.currency_id = entry.currency_id
                        THEN named.source_open END AS offered,
                   NULL::int8 AS rate_off, FALSE AS is_stated_rate
              FROM (SELECT transaction_id, currency_id, gross_minor, source_open,
                           move_line_id, bit_or(1 << LEAST(rank, %(text)s)) AS kinds,
                           min((rank::text || text) COLLATE "C") AS strongest
                      FROM (%(named)s) single
                     GROUP BY transaction_id, currency_id, gross_minor, source_open,
                              move_line_id
                   ) named
              JOIN account_move_line entry ON entry.id = named.move_line_id
              JOIN res_currency currency ON currency.id = entry.currency_id
             CROSS JOIN LATERAL (SELECT %(residual)s AS minor) residual
              LEFT JOIN settlement_claim claim ON claim.move_line_id = entry.id
             ORDER BY named.transaction_id
            """,
            named=named,
            text=evidence.NUMBER.rank,
            residual=minor_sql(SQL("entry.amount_residual_currency"), "currency"),
        )

    @api.model
    def _drop_weaker_pairs_sql(self):
        """Forget documents that only some references name, if all name another.

        An order number may stand for several invoices, of which the invoice number
        names one.
        """
        return SQL(
            """
            WITH several AS (
                SELECT transaction_id, bit_or(kinds) AS kinds
                  FROM settlement_pair
                 GROUP BY transaction_id
                HAVING count(*) > 1
            ), agreed AS (
                SELECT DISTINCT several.transaction_id, several.kinds
                  FROM several
                  JOIN settlement_pair pair
                    ON pair.transaction_id = several.transaction_id
                   AND pair.kinds = several.kinds
            )
            DELETE FROM settlement_pair pair
             USING agreed
             WHERE agreed.transaction_id = pair.transaction_id
               AND agreed.kinds <> pair.kinds
            """
        )

    @api.model
    def _offer_presentment_sql(self):
        """Offer what the customer saw and paid, where that is the item's currency."""
        return SQL(
            """
            UPDATE settlement_pair AS pair
               SET offered = abs(%(presented)s)
                             * CASE WHEN pair.source_open < 0 THEN -1 ELSE 1 END
              FROM settlement_transaction fact
              JOIN res_currency currency ON currency.id = fact.presentment_currency_id
             WHERE fact.id = pair.transaction_id
               AND pair.offered IS NULL
               AND pair.document_currency_id = fact.presentment_currency_id
               AND pair.source_open = pair.gross_minor
               AND fact.presentment_amount <> 0
            """,
            presented=minor_sql(SQL("fact.presentment_amount"), "currency"),
        )

    @api.model
    def _decisions_sql(self, run, certain):
        """Return the pairs with their outcome, one for each document of a payment.

        - ``exact``: the only fitting document, same amount, no rival payment
        - ``sum``: several documents whose sum is exact, none with a rival payment
        - ``part``: the only document; all payments that name it fit into it
        - ``over``: the only document, less is open than was paid, no rival
        - ``currency``: the only document has another currency, and no rate fits
        - ``settled``: nothing of what it names is open any more
        - ``other``: nothing is open of this document, but of another one
        - ``opposite``: the only document goes the other way
        - ``rivals``: the payments that name the document exceed it
        - ``several``: it names several documents that do not add up
        - ``short``, ``excess``: all is settled, somebody allows the difference; these
          are decided later, the columns behind ``match_id`` are theirs

        ``match_id`` is the number of the match to come; it stands on the payment's
        first row.
        """
        return SQL(
            """
            SELECT decided.*,
                   CASE WHEN is_leader AND outcome IN %(accepted)s AND %(certain)s
                        THEN nextval('settlement_match_id_seq')::int4 END AS match_id,
                   NULL::int4 AS rule_version_id, 0::int8 AS difference_minor,
                   NULL::varchar AS difference_kind, NULL::text AS difference_text,
                   FALSE AS is_proposed
              FROM (
                SELECT weighed.*, %(outcome)s AS outcome
                  FROM (%(weighed)s) weighed
              ) decided
            """,
            accepted=ACCEPTED,
            certain=self._only_wanted(run, certain),
            outcome=self._outcome_sql(),
            weighed=self._weighed_sql(),
        )

    @api.model
    def _only_wanted(self, run, condition):
        """Narrow a condition on ``transaction_id`` to what the run may match.

        What a stronger stage found ambiguous is not for a weaker one to decide.
        """
        if run.notes:
            condition = SQL(
                "%s AND NOT transaction_id = ANY(%s)", condition, list(run.notes)
            )
        if run.wanted is None:
            return condition
        return SQL("%s AND transaction_id = ANY(%s)", condition, run.wanted)

    @api.model
    def _outcome_sql(self):
        """Return the outcome of a weighed pair as SQL."""
        return SQL(
            """
            CASE
                WHEN live = 0 THEN 'settled'
                WHEN document_open = 0 THEN 'other'
                WHEN live = 1 AND same_way AND offered IS NULL THEN 'currency'
                WHEN fitting = 1 AND fits AND sources = 1
                     AND offered = document_open THEN 'exact'
                WHEN live > 1 AND live = same_currency AND NOT contested
                     AND total_open = source_open THEN 'sum'
                WHEN live = 1 AND NOT fits THEN 'opposite'
                WHEN live = 1 AND abs(claimed_open) <= abs(document_open) THEN 'part'
                WHEN live = 1 AND sources = 1 THEN
                     CASE WHEN same_currency = 1 THEN 'over' ELSE 'currency' END
                WHEN live = 1 OR (fitting = 1 AND fits AND offered = document_open)
                     THEN 'rivals'
                ELSE 'several' END
            """
        )
