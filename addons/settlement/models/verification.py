from odoo import models
from odoo.tools import SQL

from ..canonical import kinds
from ..storage import payload as payload_storage


class SettlementVerification(models.AbstractModel):
    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_every_message_ended",
            "_check_every_row_ended",
            "_check_rows_told",
            "_check_pinned",
            "_check_payloads",
            "_check_purged",
            "_check_current_rows",
            "_check_state_rows",
            "_check_fee_lines",
            "_check_references",
            "_check_batch_sums",
            "_check_wallet_companies",
        ]

    # ------------------------------------------------------------------
    # Law 1: nothing vanishes
    # ------------------------------------------------------------------

    def _check_every_message_ended(self):
        """A message that could not be read has an exception or rows put aside."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.id, message.error
                  FROM settlement_message message
                 WHERE message.state IN ('failed', 'dead')
                   AND NOT EXISTS (
                        SELECT FROM settlement_exception exception
                         WHERE exception.subject_model = 'settlement.message'
                           AND exception.subject_id = message.id)
                """
            )
        )
        for message_id, error in rows:
            yield self._finding(
                1,
                "settlement.message",
                message_id,
                self.env._("It failed (%(error)s) and nobody was told.", error=error),
            )

    def _check_every_row_ended(self):
        """What a message was read as is still there: transactions and bad rows."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT message.id, message.stored_count + message.rejected_count,
                       stored.rows + rejected.rows
                  FROM settlement_message message
                 CROSS JOIN LATERAL (
                        SELECT count(*) AS rows FROM settlement_transaction known
                         WHERE known.message_id = message.id) stored
                 CROSS JOIN LATERAL (
                        SELECT count(*) AS rows FROM settlement_message_row known
                         WHERE known.message_id = message.id) rejected
                 WHERE message.state = 'parsed' AND message.read_count IS NOT NULL
                   AND (stored.rows < message.stored_count
                        OR rejected.rows < message.rejected_count)
                """
            )
        )
        for message_id, noted, found in rows:
            yield self._finding(
                1,
                "settlement.message",
                message_id,
                self.env._(
                    "Of %(noted)s transactions and rows put aside that came of it "
                    "%(found)s are left.",
                    noted=noted,
                    found=found,
                ),
            )

    def _check_rows_told(self):
        """A row that waits has an exception that says so."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT row.id, row.message_id FROM settlement_message_row row
                 WHERE row.state = 'quarantined'
                   AND EXISTS (
                        SELECT FROM settlement_message message
                         WHERE message.id = row.message_id
                           AND message.state = 'parsed')
                   AND NOT EXISTS (
                        SELECT FROM settlement_exception exception
                         WHERE exception.subject_model = 'settlement.message'
                           AND exception.subject_id = row.message_id
                           AND exception.state <> 'resolved')
                """
            )
        )
        for row_id, message_id in rows:
            yield self._finding(
                1,
                "settlement.message.row",
                row_id,
                self.env._(
                    "It was put aside from message %(message)s and nobody is told.",
                    message=message_id,
                ),
            )

    # ------------------------------------------------------------------
    # Law 11: facts and payloads are as they were received
    # ------------------------------------------------------------------

    def _check_pinned(self):
        """Every fact and every message is pinned by an event of its arrival."""
        for model, action in (
            ("settlement.transaction", "transaction.stored"),
            ("settlement.message", "message.received"),
            ("settlement.batch", "batch.stored"),
            ("settlement.balance", "balance.stored"),
        ):
            for row_id in self._unpinned(model, action):
                yield self._finding(
                    11,
                    model,
                    row_id,
                    self.env._(
                        "No event proves that this row was received: somebody wrote "
                        "it into the database."
                    ),
                )

    def _check_purged(self):
        """A payload that is gone was removed by policy, and an event says so."""
        unproved = self._unpinned(
            "settlement.message", "message.purged", SQL("row.purged_at IS NOT NULL")
        )
        for message_id in unproved:
            yield self._finding(
                11,
                "settlement.message",
                message_id,
                self.env._("Its payload was removed and no event says by whom."),
            )

    def _unpinned(self, model, action, condition=None):
        """Return the ids of rows that no event with ``action`` pins.

        :param condition: only of rows (as ``row``) that it holds for.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH pinned AS (
                    SELECT range_agg(int8range(
                                (ends ->> 0)::int8, (ends ->> 1)::int8, '[]')) AS ids
                      FROM settlement_event event
                     CROSS JOIN jsonb_array_elements(event.rows_ranges::jsonb) AS ends
                     WHERE event.rows_model = %(model)s AND event.action = %(action)s
                )
                SELECT row.id
                  FROM %(table)s AS row CROSS JOIN pinned
                 WHERE (pinned.ids IS NULL OR NOT row.id::int8 <@ pinned.ids)
                   AND %(condition)s
                """,
                condition=condition or SQL("TRUE"),
                model=model,
                action=action,
                table=SQL.identifier(self.env[model]._table),
            )
        )
        return [row[0] for row in rows]

    def _check_payloads(self):
        """Recompute the hash of every stored payload."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM settlement_message
                 WHERE stored_name IS NULL AND purged_at IS NULL
                   AND encode(sha256(COALESCE(payload, ''::bytea)), 'hex')
                       <> stored_sha256
                """
            )
        )
        altered = [row[0] for row in rows]
        messages = self.env["settlement.message"]
        for message in messages.search(
            [("stored_name", "!=", False), ("purged_at", "=", False)]
        ):
            path = message._folder() / message.stored_name
            if (
                not path.exists()
                or payload_storage.sha256_of_file(path) != message.stored_sha256
            ):
                altered.append(message.id)
        for message_id in altered:
            yield self._finding(
                11,
                "settlement.message",
                message_id,
                self.env._("Its payload is not the one that was received."),
            )

    # ------------------------------------------------------------------
    # Derived rows say the same as the facts
    # ------------------------------------------------------------------

    def _check_current_rows(self):
        """Exactly one revision of each identity is current: the source's latest."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id FROM (
                    SELECT id, is_current,
                           row_number() OVER (
                                PARTITION BY backend_id, external_id, occurrence
                                ORDER BY source_version_at DESC NULLS LAST,
                                         reading DESC, row_hash DESC) = 1 AS is_latest
                      FROM settlement_transaction) ranked
                 WHERE is_current <> is_latest
                """
            )
        )
        for (row_id,) in rows:
            yield self._finding(
                2,
                "settlement.transaction",
                row_id,
                self.env._("It is not the revision that should be current."),
            )

    def _check_state_rows(self):
        """Each current transaction has its state row, with the fact's own figures."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(stored.id, state.transaction_id)
                  FROM settlement_transaction stored
                  JOIN res_currency currency ON currency.id = stored.currency_id
                  FULL JOIN settlement_transaction_state state
                    ON state.transaction_id = stored.id
                 WHERE (stored.is_current AND (
                            state.id IS NULL
                         OR state.amount_minor <> stored.net_amount
                            * 10::numeric ^ currency.decimal_places
                         OR state.gross_minor <> stored.gross_amount
                            * 10::numeric ^ currency.decimal_places
                         OR state.currency_id <> stored.currency_id
                         OR state.wallet_id <> stored.wallet_id
                         OR state.company_id <> stored.company_id
                         OR state.booked_on IS DISTINCT FROM stored.booked_on
                         OR state.needs_target
                            IS DISTINCT FROM stored.kind IN %(with_target)s))
                    OR (NOT stored.is_current AND state.id IS NOT NULL)
                    OR stored.id IS NULL
                """,
                with_target=kinds.KINDS_WITH_TARGET,
            )
        )
        for (row_id,) in rows:
            yield self._finding(
                1,
                "settlement.transaction",
                row_id,
                self.env._("Its processing state is missing or says other amounts."),
            )

    def _check_fee_lines(self):
        """Fee lines are those the fact was stored with."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT stored.id
                  FROM settlement_transaction stored
                  LEFT JOIN (
                    SELECT transaction_id, count(*) AS lines, sum(amount) AS amount,
                           sum(tax_amount) AS tax
                      FROM settlement_transaction_fee GROUP BY transaction_id
                  ) fee ON fee.transaction_id = stored.id
                 WHERE COALESCE(fee.lines, 0) <> COALESCE(
                        array_length(string_to_array(stored.fee_summary, ';'), 1), 0)
                    OR (fee.lines > 0 AND (fee.amount <> stored.fee_amount
                                           OR fee.tax <> stored.tax_amount))
                """
            )
        )
        for (row_id,) in rows:
            yield self._finding(
                11,
                "settlement.transaction",
                row_id,
                self.env._("Its fee lines are not those the source stated."),
            )

    def _check_references(self):
        """References are exactly those the facts carry."""
        wanted = self.env["settlement.fact.store"]._wanted_references_sql()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(wanted.transaction_id, known.transaction_id)
                  FROM (%(wanted)s) wanted
                  FULL JOIN settlement_transaction_reference known
                    ON known.transaction_id = wanted.transaction_id
                   AND known.type = wanted.type
                   AND known.text = wanted.text
                 WHERE known.id IS NULL OR wanted.transaction_id IS NULL
                    OR known.key <> wanted.key
                    OR known.company_id <> wanted.company_id
                """,
                wanted=wanted,
            )
        )
        for row_id in sorted({row[0] for row in rows}):
            yield self._finding(
                11,
                "settlement.transaction",
                row_id,
                self.env._("Its references are not those of the fact."),
            )

    # ------------------------------------------------------------------
    # Law 3: batches
    # ------------------------------------------------------------------

    def _check_batch_sums(self):
        """A batch beyond validation equals the sum of its lines."""
        batches = self.env["settlement.batch"].search(
            [("state", "in", ("validated", "posted", "reconciled"))]
        )
        for batch in batches.filtered("lists_rows"):
            if not batch.currency_id.is_zero(batch.difference):
                yield self._finding(
                    3,
                    "settlement.batch",
                    batch.id,
                    self.env._(
                        "%(batch)s: its total and its lines are %(difference)s apart.",
                        batch=batch.external_id,
                        difference=batch.difference,
                    ),
                )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT batch.id
                  FROM settlement_batch batch
                  JOIN res_currency currency ON currency.id = batch.currency_id
                 WHERE batch.total_minor
                       <> batch.total * 10::numeric ^ currency.decimal_places
                """
            )
        )
        for (row_id,) in rows:
            yield self._finding(
                3,
                "settlement.batch",
                row_id,
                self.env._("Its total and its total in minor units differ."),
            )

    # ------------------------------------------------------------------
    # Law 9: companies
    # ------------------------------------------------------------------

    def _check_wallet_companies(self):
        """Company, backend and currency of a row are those of its wallet."""
        for model in ("message", "wallet"):
            yield from self._disagreeing(model, "backend", ("company_id",))
        for model in ("transaction", "batch"):
            yield from self._disagreeing(
                model, "wallet", ("company_id", "backend_id", "currency_id")
            )
        for model in ("transaction.fee", "transaction.reference", "transaction.state"):
            yield from self._disagreeing(model, "transaction", ("company_id",))

    def _disagreeing(self, model, owner, columns):
        """Yield rows that differ from the row they belong to."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT row.id FROM %(table)s AS row
                  JOIN %(owner)s AS owner ON owner.id = row.%(link)s
                 WHERE %(differs)s
                """,
                table=SQL.identifier(self.env[f"settlement.{model}"]._table),
                owner=SQL.identifier(f"settlement_{owner}"),
                link=SQL.identifier(f"{owner}_id"),
                differs=SQL(" OR ").join(
                    SQL(
                        "row.%(column)s IS DISTINCT FROM owner.%(column)s",
                        column=SQL.identifier(column),
                    )
                    for column in columns
                ),
            )
        )
        for (row_id,) in rows:
            yield self._finding(
                9,
                f"settlement.{model}",
                row_id,
                self.env._(
                    "Its company, backend or currency is not that of its %(owner)s.",
                    owner=owner,
                ),
            )
