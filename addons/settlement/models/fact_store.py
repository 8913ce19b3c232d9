import csv
import io

from odoo import api, models
from odoo.tools import SQL

from ..canonical import kinds
from ..canonical.errors import MalformedInput
from ..canonical.facts import (
    BalanceFact,
    BatchFact,
    ExpectedPaymentFact,
    RejectedRow,
    TransactionFact,
)
from ..storage import fact_columns
from .reference_sql import reference_key_sql, reference_text_sql

NULL = "\\N"


class SettlementFactStore(models.AbstractModel):
    """Writes canonical facts in sets: stage, deduplicate, revise, index.

    Facts come in chunks. What is known already is recognised by identity and row
    hash, so the same facts any number of times, in any order, end in the same rows.
    """

    _name = "settlement.fact.store"
    _description = "Settlement Fact Store"

    @api.model
    def _store(self, backend, facts):
        """Store one chunk of facts.

        :param facts: list of (message, fact); facts of several messages may mix.
        :return: dict of counters ``transactions, revisions, batches, balances,
            expected, rejected``.
        """
        # Everything below is SQL: it must see what the ORM still holds back.
        self.env.flush_all()
        rejected = [pair for pair in facts if isinstance(pair[1], RejectedRow)]
        of = {
            kind: [pair for pair in facts if isinstance(pair[1], kind)]
            for kind in (TransactionFact, BatchFact, BalanceFact, ExpectedPaymentFact)
        }
        counters = self._store_transactions(backend, of[TransactionFact], rejected)
        counters["batches"] = self.env["settlement.batch"]._store_facts(
            backend, of[BatchFact], rejected
        )
        counters["balances"] = self._store_balances(backend, of[BalanceFact], rejected)
        counters["expected"] = self.env["settlement.expected.payment"]._store_facts(
            backend, of[ExpectedPaymentFact], rejected
        )
        counters["rejected"] = self._quarantine(rejected)
        return counters

    @api.model
    def _quarantine(self, rejected):
        """Put rows that could not be read aside, each with its message."""
        by_message = {}
        for message, row in rejected:
            by_message.setdefault(message, []).append(row)
        for message, rows in by_message.items():
            message._quarantine(rows)
        return len(rejected)

    # ------------------------------------------------------------------
    # Transactions
    # ------------------------------------------------------------------

    @api.model
    def _store_transactions(self, backend, facts, rejected):
        rows = self._stage_rows(backend, facts, rejected)
        if not rows:
            return {"transactions": 0, "revisions": 0}
        self._fill_stage(backend, rows)
        added = self._insert_transactions(backend)
        self._insert_details(added)
        revised = self._settle_revisions(backend)
        self._assign_batches()
        self.env.invalidate_all()
        self.env["settlement.transaction"].browse(added)._raise_notices()
        return {"transactions": len(added), "revisions": len(revised)}

    @api.model
    def _stage_rows(self, backend, facts, rejected):
        """Return stage rows; what cannot be one is appended to ``rejected``."""
        wallets = self._wallets_of(backend)
        currency_ids = self._currency_ids()
        rows = []
        for number, (message, fact) in enumerate(facts, 1):
            try:
                wallet = self._wallet_of(backend, wallets, fact)
                rows.append(
                    fact_columns.stage_row(fact, message.id, wallet, currency_ids)
                )
            except MalformedInput as error:
                rejected.append((message, self._refused(number, fact, error)))
        return rows

    @api.model
    def _refused(self, number, fact, error):
        identity = getattr(fact, "external_id", "")
        return RejectedRow(
            number=number,
            raw=f"{type(fact).__name__} {identity} {fact.currency}",
            reason=str(error),
            code=getattr(error, "code", "malformed_input"),
        )

    @api.model
    def _wallets_of(self, backend):
        """Return wallet ids by (account, currency code), "" for the only account."""
        wallets = {}
        for wallet in backend.wallet_ids:
            code = wallet.currency_id.name
            wallets[wallet.account_identifier, code] = wallet.id
            # Several accounts in one currency: an unnamed account means none of them.
            wallets["", code] = None if ("", code) in wallets else wallet.id
        return wallets

    @api.model
    def _wallet_of(self, backend, wallets, fact):
        wallet = wallets.get((fact.account_identifier, fact.currency))
        if wallet:
            return wallet
        raise MalformedInput(
            self.env._(
                "%(backend)s has no wallet for account %(account)s in %(currency)s. "
                "Add the wallet, then replay the message.",
                backend=backend.name,
                account=fact.account_identifier or self.env._("(not named)"),
                currency=fact.currency,
            )
        )

    @api.model
    def _currency_ids(self):
        currencies = self.env["res.currency"].with_context(active_test=False).search([])
        return {currency.name: currency.id for currency in currencies}

    @api.model
    def _fill_stage(self, backend, rows):
        """Copy rows into the temporary stage and hash them there."""
        cr = self.env.cr
        cr.execute(
            SQL(
                """
                CREATE TEMPORARY TABLE IF NOT EXISTS settlement_stage
                    ON COMMIT DELETE ROWS AS
                SELECT transaction.*, ''::text AS batch_kind,
                       ''::text AS batch_external_id, 0::int8 AS net_minor,
                       0::int8 AS gross_minor, 0::int4 AS position, FALSE AS is_known
                  FROM settlement_transaction transaction
                  WITH NO DATA
                """
            )
        )
        cr.execute(SQL("DELETE FROM settlement_stage"))
        columns = (*fact_columns.STAGE_COLUMNS, "position")
        copy = SQL(
            "COPY settlement_stage (%s) FROM STDIN (FORMAT csv, NULL '\\N')",
            SQL(", ").join(map(SQL.identifier, columns)),
        )
        cr.copy_expert(copy.code, self._as_csv(rows))
        # The hash reads company and backend, so they are set before it.
        cr.execute(
            SQL(
                "UPDATE settlement_stage SET company_id = %s, backend_id = %s, "
                "is_known = FALSE",
                backend.company_id.id,
                backend.id,
            )
        )
        cr.execute(
            SQL(
                "UPDATE settlement_stage AS stage SET row_hash = %s",
                self.env["settlement.transaction"]._row_hash_sql("stage"),
            )
        )

    @api.model
    def _as_csv(self, rows):
        """Return stage rows as the CSV that COPY reads; their order is a column."""
        buffer = io.StringIO()
        csv.writer(buffer).writerows(
            [*(NULL if value is None else value for value in row), position]
            for position, row in enumerate(rows)
        )
        buffer.seek(0)
        return buffer

    @api.model
    def _mark_known_sql(self, backend):
        """Give stage rows that are stored already the id of their transaction.

        They stay in the stage, for they may still say which batch they are in.
        """
        return SQL(
            """
            UPDATE settlement_stage AS stage
               SET id = known.id, is_known = TRUE
              FROM settlement_transaction known
             WHERE known.backend_id = %(backend)s
               AND known.external_id = stage.external_id
               AND known.occurrence = stage.occurrence
               AND known.row_hash = stage.row_hash
            """,
            backend=backend.id,
        )

    @api.model
    def _number_fresh_sql(self, backend):
        """Give each fresh fact of the stage an id and its revision number.

        The same fact twice in one chunk gets one id; only its first row, the one
        with a revision, is inserted.
        """
        return SQL(
            """
            WITH fresh AS (
                SELECT first.external_id, first.occurrence, first.row_hash,
                       first.position,
                       nextval(pg_get_serial_sequence('settlement_transaction', 'id'))
                           AS id,
                       row_number() OVER (
                            PARTITION BY first.external_id, first.occurrence
                            ORDER BY first.position)
                       + COALESCE((
                            SELECT max(known.revision)
                              FROM settlement_transaction known
                             WHERE known.backend_id = %(backend)s
                               AND known.external_id = first.external_id
                               AND known.occurrence = first.occurrence), 0) AS revision
                  FROM (
                    SELECT DISTINCT ON (external_id, occurrence, row_hash)
                           external_id, occurrence, row_hash, position
                      FROM settlement_stage
                     WHERE NOT is_known
                     ORDER BY external_id, occurrence, row_hash, position
                  ) first
            )
            UPDATE settlement_stage AS stage
               SET id = fresh.id,
                   revision = CASE WHEN stage.position = fresh.position
                                   THEN fresh.revision END
              FROM fresh
             WHERE stage.external_id = fresh.external_id
               AND stage.occurrence = fresh.occurrence
               AND stage.row_hash = fresh.row_hash
               AND NOT stage.is_known
            """,
            backend=backend.id,
        )

    @api.model
    def _insert_transactions(self, backend):
        """Insert the fresh revisions of the stage; return their ids.

        A new identity is current at once; a further revision of a known one is
        not, until the versions of the source are compared.
        """
        self.env.cr.execute(self._mark_known_sql(backend))
        self.env.cr.execute(self._number_fresh_sql(backend))
        columns = (
            "id",
            "company_id",
            "backend_id",
            "row_hash",
            "revision",
            *fact_columns.COPIED,
            *fact_columns.RESOLVED,
        )
        added = self.env.execute_query(
            SQL(
                """
                INSERT INTO settlement_transaction (
                    %(columns)s, is_current, correlation_id)
                SELECT %(columns)s, revision = 1, %(correlation)s
                  FROM settlement_stage
                 WHERE revision IS NOT NULL
                 ORDER BY id
                RETURNING id
                """,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                correlation=self.env.context.get("settlement_correlation_id"),
            )
        )
        transactions = self.env["settlement.transaction"].browse(
            row[0] for row in added
        )
        if transactions:
            # One event pins all rows of the chunk: each altered one can be named.
            self.env["settlement.event"]._log(
                "transaction.stored", backend, rows=transactions
            )
        return transactions.ids

    # ------------------------------------------------------------------
    # What hangs on transactions
    # ------------------------------------------------------------------

    @api.model
    def _insert_details(self, added):
        """Write fee lines, processing states and references of new rows."""
        for query in (
            self._fee_lines_sql(added),
            self._states_sql(),
            self._references_sql(added),
            self._find_parents_sql(),
            self._find_children_sql(),
        ):
            self.env.cr.execute(query)

    @api.model
    def _fee_lines_sql(self, added):
        return SQL(
            """
            INSERT INTO settlement_transaction_fee (
                transaction_id, company_id, kind, amount, tax_amount)
            SELECT stored.id, stored.company_id, split_part(line, ':', 1),
                   split_part(line, ':', 2)::numeric, split_part(line, ':', 3)::numeric
              FROM settlement_transaction stored
             CROSS JOIN string_to_table(stored.fee_summary, ';')
                        WITH ORDINALITY AS fee (line, position)
             WHERE stored.id = ANY(%(added)s)
             ORDER BY stored.id, fee.position
            """,
            added=added,
        )

    @api.model
    def _states_sql(self):
        """Give each new identity its processing state."""
        return SQL(
            """
            INSERT INTO settlement_transaction_state (
                transaction_id, company_id, wallet_id, currency_id, amount_minor,
                gross_minor, provider_state, match_state, posting_state)
            SELECT id, company_id, wallet_id, currency_id, net_minor, gross_minor,
                   provider_state,
                   CASE WHEN kind IN %(with_target)s AND provider_state = 'settled'
                             AND gross_minor <> 0
                        THEN 'open' ELSE 'not_needed' END,
                   'none'
              FROM settlement_stage
             WHERE revision = 1
             ORDER BY id
            """,
            with_target=kinds.KINDS_WITH_TARGET,
        )

    @api.model
    def _references_sql(self, transaction_ids):
        """Write the comparable references of current transactions."""
        return SQL(
            """
            INSERT INTO settlement_transaction_reference (
                transaction_id, company_id, type, text, key)
            SELECT transaction_id, company_id, type, text, key
              FROM (%(wanted)s) wanted
             ORDER BY transaction_id
            """,
            wanted=self._wanted_references_sql(
                SQL("AND stored.id = ANY(%s)", transaction_ids)
            ),
        )

    @api.model
    def _wanted_references_sql(self, condition=SQL("")):
        """Return the references that current transactions should have, as a SELECT.

        :param condition: further condition on the transaction ``stored``.
        """
        pairs = SQL(", ").join(
            SQL("(%s, stored.%s)", reference_type, SQL.identifier(column))
            for reference_type, column in fact_columns.REFERENCE_FIELDS
        )
        return SQL(
            """
            SELECT id AS transaction_id, company_id, type, text, %(key)s AS key
              FROM (
                SELECT DISTINCT stored.id, stored.company_id, given.type,
                       %(text)s AS text
                  FROM settlement_transaction stored
                 CROSS JOIN LATERAL (
                    SELECT * FROM (VALUES %(pairs)s) AS field (type, text)
                     UNION ALL
                    SELECT split_part(line, '=', 1),
                           substr(line, strpos(line, '=') + 1)
                      FROM string_to_table(stored.extra_references, E'\n') AS line
                 ) AS given
                 WHERE stored.is_current
                   AND given.text IS NOT NULL
                   %(condition)s
              ) comparable
             WHERE text <> ''
            """,
            key=reference_key_sql(SQL("type"), SQL("text")),
            text=reference_text_sql(SQL("given.type"), SQL("given.text")),
            pairs=pairs,
            condition=condition,
        )

    @api.model
    def _find_parents_sql(self):
        """Link fresh rows with the stored row they undo."""
        return self._link_parents_sql(
            SQL("child.id = stage.id AND stage.parent_external_id IS NOT NULL")
        )

    @api.model
    def _find_children_sql(self):
        """Link fresh rows with stored rows that have waited for them."""
        return self._link_parents_sql(SQL("parent.id = stage.id"))

    @api.model
    def _link_parents_sql(self, condition):
        return SQL(
            """
            UPDATE settlement_transaction child
               SET parent_id = parent.id
              FROM settlement_transaction parent, settlement_stage stage
             WHERE stage.revision IS NOT NULL
               AND child.backend_id = parent.backend_id
               AND child.parent_external_id = parent.source_external_id
               AND child.parent_id IS NULL
               AND parent.is_current
               AND parent.id <> child.id
               AND parent.kind IN ('charge', 'payout', 'refund', 'dispute')
               AND %(condition)s
            """,
            condition=condition,
        )

    # ------------------------------------------------------------------
    # Revisions
    # ------------------------------------------------------------------

    @api.model
    def _settle_revisions(self, backend):
        """Make the highest version of the source current, in any order of arrival.

        :return: list of (old id, new id) of identities whose current row changed.
        """
        changed = self.env.execute_query(
            SQL(
                """
                SELECT known.id, best.id
                  FROM (
                    SELECT DISTINCT ON (rival.external_id, rival.occurrence)
                           rival.external_id, rival.occurrence, rival.id
                      FROM settlement_transaction rival
                      JOIN (SELECT DISTINCT external_id, occurrence
                              FROM settlement_stage WHERE revision > 1) revised
                        ON revised.external_id = rival.external_id
                       AND revised.occurrence = rival.occurrence
                     WHERE rival.backend_id = %(backend)s
                     ORDER BY rival.external_id, rival.occurrence,
                              rival.source_version_at DESC NULLS LAST,
                              rival.row_hash DESC
                  ) best
                  JOIN settlement_transaction known
                    ON known.backend_id = %(backend)s
                   AND known.external_id = best.external_id
                   AND known.occurrence = best.occurrence
                   AND known.is_current
                 WHERE known.id <> best.id
                """,
                backend=backend.id,
            )
        )
        if changed:
            self._switch_current(changed)
        return changed

    @api.model
    def _switch_current(self, changed):
        """Move what hangs on the old revisions to the new ones."""
        old_ids, new_ids = (list(ids) for ids in zip(*changed, strict=True))
        transactions = self.env["settlement.transaction"]
        transactions.browse(old_ids)._before_superseded(transactions.browse(new_ids))
        self.env.flush_all()
        cr = self.env.cr
        cr.execute(
            SQL(
                "UPDATE settlement_transaction SET is_current = FALSE "
                "WHERE id = ANY(%s)",
                old_ids,
            )
        )
        for query in self._switch_queries(old_ids, new_ids):
            cr.execute(query)
        self.env.invalidate_all()

    @api.model
    def _switch_queries(self, old_ids, new_ids):
        pairs = SQL("unnest(%s::int[], %s::int[]) AS pair (old, new)", old_ids, new_ids)
        return (
            SQL(
                """
                UPDATE settlement_transaction AS fresh
                   SET is_current = TRUE, batch_id = COALESCE(fresh.batch_id, old.batch_id)
                  FROM %s JOIN settlement_transaction old ON old.id = pair.old
                 WHERE fresh.id = pair.new
                """,
                pairs,
            ),
            SQL(
                """
                UPDATE settlement_transaction_state AS state
                   SET transaction_id = fresh.id, wallet_id = fresh.wallet_id,
                       currency_id = fresh.currency_id,
                       amount_minor = (fresh.net_amount * %(factor)s)::int8,
                       gross_minor = (fresh.gross_amount * %(factor)s)::int8,
                       provider_state = fresh.provider_state
                  FROM %(pairs)s
                  JOIN settlement_transaction fresh ON fresh.id = pair.new
                  JOIN res_currency currency ON currency.id = fresh.currency_id
                 WHERE state.transaction_id = pair.old
                """,
                pairs=pairs,
                # A wallet's currency is checked to be rounded as ISO 4217 says.
                factor=SQL("(10 ^ currency.decimal_places)"),
            ),
            SQL(
                "DELETE FROM settlement_transaction_reference "
                "WHERE transaction_id = ANY(%s)",
                old_ids,
            ),
            self._references_sql(new_ids),
        )

    # ------------------------------------------------------------------
    # Batches and balances
    # ------------------------------------------------------------------

    @api.model
    def _assign_batches(self):
        """Put rows into the batch their source lists them in, once."""
        keys = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT wallet_id, batch_kind, batch_external_id
                  FROM settlement_stage
                 WHERE batch_external_id IS NOT NULL
                """
            )
        )
        if not keys:
            return
        self.env["settlement.batch"]._ensure(keys)
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction AS stored
                   SET batch_id = batch.id
                  FROM settlement_stage stage
                  JOIN settlement_batch batch
                    ON batch.wallet_id = stage.wallet_id
                   AND batch.kind = stage.batch_kind
                   AND batch.external_id = stage.batch_external_id
                 WHERE stored.id = stage.id
                   AND stored.batch_id IS NULL
                """
            )
        )

    @api.model
    def _store_balances(self, backend, facts, rejected):
        """Store reported balances, one for each wallet and instant."""
        wallets = self._wallets_of(backend)
        balances = self.env["settlement.balance"]
        added = balances
        for number, (message, fact) in enumerate(facts, 1):
            try:
                wallet = self._wallet_of(backend, wallets, fact)
            except MalformedInput as error:
                rejected.append((message, self._refused(number, fact, error)))
                continue
            added |= balances._store_fact(wallet, message, fact)
        added.wallet_id._refresh_balance()
        return len(added)
