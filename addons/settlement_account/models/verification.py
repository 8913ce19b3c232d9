from odoo import models
from odoo.tools import SQL

from odoo.addons.settlement.canonical.card_numbers import mask_card_numbers

from ..services.transit_reader import TRANSIT_KINDS

# Texts that people or sources wrote, by model: a card number may hide in any.
TEXTS = {
    "settlement.transaction": (
        "description",
        "payment_reference",
        "order_reference",
        "invoice_reference",
        "structured_reference",
        "mandate_reference",
        "end_to_end_reference",
        "bank_reference",
        "extra_references",
        "counterparty_name",
        "counterparty_account",
        "source_external_id",
    ),
    "settlement.transaction.reference": ("text",),
    "settlement.message": ("filename", "error", "external_id", "context"),
    "settlement.message.row": ("raw", "reason"),
    "settlement.exception": ("cause", "resolution"),
    "account.bank.statement.line": ("payment_ref", "partner_name", "account_number"),
    "account.move.line": ("name",),
}
# Twelve digits in a row, blanks and hyphens between them: what may be a card number.
DIGITS = r"[0-9]([ -]?[0-9]){11}"


class SettlementVerification(models.AbstractModel):
    _inherit = "settlement.verification"

    def _checks(self):
        return [
            *super()._checks(),
            "_check_wallet_proofs",
            "_check_opening_dates",
            "_check_posted_amounts",
            "_check_posted_batches",
            "_check_posting_states",
            "_check_settled_states",
            "_check_batch_states",
            "_check_card_numbers",
        ]

    def _findings_of(self, law, model, query, sentence, *names):
        """Yield one finding for each row ``id, values…`` that a query returns.

        :param sentence: text in which ``%(name)s`` stands for a further value.
        :param names: the names of these values, in the order of the query.
        """
        for row_id, *values in self.env.execute_query(query):
            said = sentence % dict(zip(names, values, strict=True))
            yield self._finding(law, model, row_id, said)

    # ------------------------------------------------------------------
    # Law 4: the wallets, every day
    # ------------------------------------------------------------------

    def _check_wallet_proofs(self):
        """Each wallet is proved on every day, or an exception says why not."""
        wallets = self.env["settlement.wallet"].with_context(active_test=False)
        opened = wallets.search([("opening_date", "!=", False)])
        for wallet, (newest, findings) in opened._proof_findings().items():
            if not findings or wallet._is_told(findings):
                continue
            for sentence in wallet._finding_sentences(newest, findings):
                yield self._finding(4, "settlement.wallet", wallet.id, sentence)

    def _check_opening_dates(self):
        """Nothing that was booked before the opening of a wallet is posted."""
        yield from self._findings_of(
            4,
            "settlement.wallet",
            SQL(
                """
                SELECT wallet.id, wallet.opening_date::text
                  FROM settlement_wallet wallet
                 WHERE EXISTS (
                        SELECT FROM settlement_posting posting
                          JOIN settlement_posting_line line
                            ON line.posting_id = posting.id AND line.active
                          JOIN settlement_transaction fact
                            ON fact.id = line.transaction_id
                         WHERE posting.wallet_id = wallet.id
                           AND fact.booked_on < wallet.opening_date)
                    OR EXISTS (
                        SELECT FROM account_bank_statement_line bank
                          JOIN account_move move ON move.id = bank.move_id
                         WHERE bank.settlement_wallet_id = wallet.id
                           AND move.date < wallet.opening_date)
                """
            ),
            self.env._("It opens on %(day)s, and rows booked before are posted."),
            "day",
        )

    # ------------------------------------------------------------------
    # Law 3: what was posted is what the rows say
    # ------------------------------------------------------------------

    def _check_posted_amounts(self):
        """A posting, and its entry, move into the wallet the net of its rows."""
        yield from self._findings_of(
            3,
            "settlement.posting",
            SQL(
                """
                SELECT posting.id, rows.net::text, moved.amount::text
                  FROM settlement_posting posting
                  JOIN settlement_wallet wallet ON wallet.id = posting.wallet_id
                  JOIN res_company company ON company.id = wallet.company_id
                 CROSS JOIN LATERAL (
                        SELECT COALESCE(sum(fact.net_amount), 0) AS net
                          FROM settlement_posting_line line
                          JOIN settlement_transaction fact
                            ON fact.id = line.transaction_id
                         WHERE line.posting_id = posting.id) rows
                 CROSS JOIN LATERAL (
                        SELECT COALESCE(sum(CASE
                                    WHEN wallet.currency_id = company.currency_id
                                    THEN item.balance
                                    ELSE item.amount_currency END), 0) AS amount
                          FROM account_move_line item
                          JOIN account_journal journal ON journal.id = wallet.journal_id
                         WHERE item.move_id = posting.move_id
                           -- A payment that stands on the wallet is settled there.
                           AND item.settlement_role IS DISTINCT FROM 'settled'
                           AND item.account_id = journal.default_account_id) moved
                 WHERE posting.kind IN ('batch', 'cutoff', 'correction')
                   AND (rows.net <> posting.amount OR rows.net <> moved.amount)
                """
            ),
            self.env._(
                "Its rows are %(net)s in all, its entry moves %(moved)s into the "
                "wallet."
            ),
            "net",
            "moved",
        )

    def _check_posted_batches(self):
        """The rows of a posted batch are all posted and sum to its total."""
        yield from self._findings_of(
            3,
            "settlement.batch",
            SQL(
                """
                SELECT batch.id, rows.posted::text, batch.total::text
                  FROM settlement_batch batch
                  JOIN settlement_wallet wallet ON wallet.id = batch.wallet_id
                 CROSS JOIN LATERAL (
                        SELECT COALESCE(sum(fact.net_amount) FILTER (
                                    WHERE entry.is_posted
                                      AND fact.kind <> 'payout'), 0) AS posted,
                               COALESCE(bool_or(
                                    fact.booked_on < wallet.opening_date), FALSE)
                                    AS is_history
                          FROM settlement_transaction fact
                          JOIN settlement_transaction_state state
                            ON state.transaction_id = fact.id
                         CROSS JOIN LATERAL (
                                SELECT state.statement_line_id IS NOT NULL
                                       OR EXISTS (%(posted)s) AS is_posted) entry
                         WHERE fact.batch_id = batch.id AND fact.is_current) rows
                 WHERE batch.state IN ('posted', 'reconciled')
                   AND batch.lists_rows
                   AND NOT rows.is_history
                   AND rows.posted <> batch.total
                """,
                posted=self._active_posting_sql(),
            ),
            self.env._(
                "It counts as posted: its rows with an entry sum to %(posted)s of "
                "%(total)s."
            ),
            "posted",
            "total",
        )

    def _active_posting_sql(self):
        """Return what is posted of the identity of ``fact``, whatever revision."""
        return SQL(
            """
            SELECT FROM settlement_transaction revision
              JOIN settlement_posting_line line
                ON line.transaction_id = revision.id AND line.active
              JOIN settlement_posting posting
                ON posting.id = line.posting_id AND posting.state = 'posted'
             WHERE revision.backend_id = fact.backend_id
               AND revision.external_id = fact.external_id
               AND revision.occurrence = fact.occurrence
            """
        )

    # ------------------------------------------------------------------
    # Law 8: no state without its reason
    # ------------------------------------------------------------------

    def _check_posting_states(self):
        """A row counts as posted if, and only if, an entry stands for it."""
        yield from self._findings_of(
            8,
            "settlement.transaction",
            SQL(
                """
                SELECT fact.id, state.posting_state
                  FROM settlement_transaction fact
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 WHERE fact.is_current
                   AND (state.posting_state IN ('posted', 'reconciled'))
                       <> (state.statement_line_id IS NOT NULL OR EXISTS (%(posted)s))
                """,
                posted=self._active_posting_sql(),
            ),
            self.env._("Its state is “%(state)s”, and its entry says otherwise."),
            "state",
        )
        yield from self._findings_of(
            8,
            "settlement.posting",
            SQL(
                """
                SELECT DISTINCT posting.id
                  FROM settlement_posting posting
                  JOIN settlement_posting_line line ON line.posting_id = posting.id
                 WHERE line.active <> (posting.state = 'posted')
                """
            ),
            self.env._("It is reversed with rows still active, or the other way."),
        )

    def _check_settled_states(self):
        """A row counts as reconciled if the ledger says so of what it settled."""
        yield from self._findings_of(
            8,
            "settlement.transaction",
            SQL(
                """
                SELECT fact.id, state.posting_state
                  FROM account_move_line item
                  JOIN settlement_transaction fact
                    ON fact.id = item.settlement_transaction_id
                  JOIN settlement_transaction_state state
                    ON state.transaction_id = fact.id
                 WHERE item.settlement_role = 'in_transit'
                   AND item.parent_state = 'posted'
                   AND fact.is_current
                   AND state.posting_state <> CASE WHEN item.reconciled
                        THEN 'reconciled' ELSE 'posted' END
                """
            ),
            self.env._(
                "Its state is “%(state)s”, and its line in transit says otherwise: "
                "look whether the bank has this payout."
            ),
            "state",
        )
        yield from self._findings_of(
            8,
            "settlement.transaction",
            SQL(
                """
                SELECT fact.id
                  FROM settlement_transaction_state state
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                 WHERE state.posting_state = 'reconciled'
                   AND fact.kind NOT IN %(transit)s
                   -- What a bank books for itself is settled by its account.
                   AND NOT (state.match_state = 'not_needed'
                            AND fact.kind IN ('bank_credit', 'bank_debit'))
                   -- Where other money was posted before, its match stays with it.
                   AND NOT EXISTS (
                        SELECT FROM settlement_transaction revision
                          JOIN settlement_match_line line
                            ON line.transaction_id = revision.id
                          JOIN settlement_match match ON match.id = line.match_id
                         WHERE revision.backend_id = fact.backend_id
                           AND revision.external_id = fact.external_id
                           AND revision.occurrence = fact.occurrence
                           AND match.state = 'posted')
                """,
                transit=TRANSIT_KINDS,
            ),
            self.env._("It counts as reconciled, and no posted match settles it."),
        )

    def _check_batch_states(self):
        """The state of a batch is that of its rows."""
        # A law holds for all rows.
        # pylint: disable-next=no-search-all
        batches = self.env["settlement.batch"].search([])
        if not batches:
            return
        yield from self._findings_of(
            8,
            "settlement.batch",
            batches._wanted_states_sql(),
            self.env._("By its rows its state should be “%(state)s”."),
            "state",
        )

    # ------------------------------------------------------------------
    # Law 10: no card number in clear
    # ------------------------------------------------------------------

    def _check_card_numbers(self):
        """No text of ours, and none of ours in the ledger, has a card number."""
        for model, columns in TEXTS.items():
            for row_id, text in self.env.execute_query(
                self._digits_sql(model, columns)
            ):
                if self._has_card_number(text):
                    yield self._finding(
                        10,
                        model,
                        row_id,
                        self.env._("It contains a card number in clear."),
                    )
        for row_id, text in self.env.execute_query(self._payload_digits_sql()):
            if self._has_card_number(text):
                yield self._finding(
                    10,
                    "settlement.message",
                    row_id,
                    self.env._("Its payload contains a card number in clear."),
                )

    def _has_card_number(self, text):
        content = text.encode()
        return mask_card_numbers(content) != content

    def _digits_sql(self, model, columns):
        """Return ``id, text`` of the rows of a model that have enough digits."""
        ours = SQL("TRUE")
        if model == "account.move.line":
            ours = SQL("settlement_role IS NOT NULL")
        elif model == "account.bank.statement.line":
            ours = SQL("settlement_wallet_id IS NOT NULL")
        return SQL(
            """
            SELECT id, text
              FROM (SELECT id, concat_ws(chr(10), %(columns)s) AS text
                      FROM %(table)s WHERE %(ours)s) row
             WHERE text ~ %(digits)s
            """,
            columns=SQL(", ").join(SQL("%s::text", SQL.identifier(c)) for c in columns),
            table=SQL.identifier(self.env[model]._table),
            ours=ours,
            digits=DIGITS,
        )

    def _payload_digits_sql(self):
        """Return ``id, text`` of small payloads; of files only the hash is kept."""
        return SQL(
            """
            SELECT id, text
              FROM (SELECT id, encode(payload, 'escape') AS text
                      FROM settlement_message WHERE payload IS NOT NULL) row
             WHERE text ~ %(digits)s
            """,
            digits=DIGITS,
        )
