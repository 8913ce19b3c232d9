from odoo.tools import SQL

# How an instant is written in a message: ISO 8601, as PostgreSQL spells it.
INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS'


class LineReader:
    """Reads which statement lines of Odoo say something that is not known yet.

    What is known of a line is its fingerprint. So no clock decides what is read: a
    line that somebody else commits late is found, and one that is read twice says
    nothing new.
    """

    def __init__(self, wallets):
        """Read the journals of ``wallets``."""
        self.env = wallets.env
        self.wallets = wallets

    def candidates(self, is_sweep=False):
        """Return the ids of the lines to look at, oldest first.

        A line that is settled already when it is seen first needs nobody.

        :param is_sweep: look at known lines that are settled, too.
        """
        wanted = SQL("line.is_reconciled IS NOT TRUE")
        if is_sweep:
            wanted = SQL(
                """
                (line.is_reconciled IS NOT TRUE OR EXISTS (
                    SELECT FROM settlement_transaction_state state
                     WHERE state.ledger_line_id = line.id
                       AND state.match_state <> 'not_needed'))
                """
            )
        return self._ids(
            """
            SELECT line.id
              FROM settlement_wallet wallet
              JOIN account_bank_statement_line line
                ON line.journal_id = wallet.journal_id
               AND line.company_id = wallet.company_id
             WHERE wallet.id = ANY(%(wallets)s)
               AND line.settlement_wallet_id IS NULL
               AND %(wanted)s
             ORDER BY line.id
            """,
            wanted=wanted,
        )

    def news(self, line_ids):
        """Return those of some lines that are new or say something else than they did.

        :return: list of (line id, fingerprint, partner id or 0, text of the line).
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT said.id, said.fingerprint, said.partner_id,
                       (said.content || jsonb_build_object(
                            'partner_name', said.partner_name,
                            'version', to_char(said.version, %(instant)s)))::text
                  FROM (%(said)s) said
                 WHERE said.fingerprint IS DISTINCT FROM said.known
                   AND NOT EXISTS (%(refused)s)
                 ORDER BY said.id
                """,
                said=self.said_sql(SQL("line.id = ANY(%s)", line_ids)),
                refused=self._refused_sql(),
                instant=INSTANT,
            )
        )

    def vanished(self):
        """Return the ids of known lines that are not posted any more, or deleted."""
        return self._ids(
            """
            SELECT state.ledger_line_id
              FROM settlement_transaction_state state
              LEFT JOIN account_bank_statement_line line
                ON line.id = state.ledger_line_id
              LEFT JOIN account_move move ON move.id = line.move_id
             WHERE state.wallet_id = ANY(%(wallets)s)
               AND state.ledger_line_id IS NOT NULL
               AND state.provider_state = 'settled'
               AND move.state IS DISTINCT FROM 'posted'
             ORDER BY state.ledger_line_id
            """
        )

    def last_words(self, line_ids):
        """Return what is to be said of lines that are deleted or posted no more.

        :return: list of (line id, None, 0, text of the line as it was).
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT state.ledger_line_id, NULL, 0,
                       jsonb_strip_nulls(jsonb_build_object(
                            'line', state.ledger_line_id,
                            'account', wallet.account_identifier,
                            'currency', currency.name,
                            'state', COALESCE(NULLIF(move.state, 'posted'), 'deleted'),
                            'date', fact.booked_on,
                            'amount', trim_scale(fact.gross_amount)::text,
                            'label', fact.description,
                            'partner_name', fact.counterparty_name,
                            'account_number', fact.counterparty_account,
                            'type', fact.source_code,
                            'version', to_char(%(version)s, %(instant)s)))::text
                  FROM settlement_transaction_state state
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                  JOIN settlement_wallet wallet ON wallet.id = state.wallet_id
                  JOIN res_currency currency ON currency.id = state.currency_id
                  LEFT JOIN account_bank_statement_line line
                    ON line.id = state.ledger_line_id
                  LEFT JOIN account_move move ON move.id = line.move_id
                 WHERE state.ledger_line_id = ANY(%(lines)s)
                 ORDER BY state.ledger_line_id
                """,
                lines=line_ids,
                version=self._version_sql(),
                instant=INSTANT,
            )
        )

    def settled_elsewhere(self):
        """Return the rows whose line somebody settled beside our entries.

        :return: list of transaction ids.
        """
        return self._ids(
            """
            SELECT state.transaction_id
              FROM settlement_transaction_state state
              JOIN account_bank_statement_line line ON line.id = state.ledger_line_id
              JOIN account_journal journal ON journal.id = line.journal_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(sum(abs(item.balance)), 0) AS total,
                           COALESCE(sum(ours.amount), 0) AS ours
                      FROM account_move_line item
                     CROSS JOIN LATERAL (
                            SELECT sum(pair.amount) AS amount
                              FROM account_partial_reconcile pair
                              JOIN account_move_line other
                                ON other.id IN (
                                   pair.debit_move_id, pair.credit_move_id)
                               AND other.id <> item.id
                              JOIN settlement_posting posting
                                ON posting.move_id = other.move_id
                             WHERE item.id IN (
                                   pair.debit_move_id, pair.credit_move_id)) ours
                     WHERE item.move_id = line.move_id
                       AND item.account_id = journal.suspense_account_id) waiting
             WHERE state.wallet_id = ANY(%(wallets)s)
               AND state.ledger_line_id IS NOT NULL
               AND state.provider_state = 'settled'
               AND state.posting_state <> 'reconciled'
               AND line.is_reconciled
               AND NOT (waiting.total > 0 AND waiting.ours >= waiting.total)
             ORDER BY state.transaction_id
            """
        )

    def reopened(self):
        """Return the rows that were settled elsewhere and are open again."""
        return self._ids(
            """
            SELECT state.transaction_id
              FROM settlement_transaction_state state
              JOIN account_bank_statement_line line ON line.id = state.ledger_line_id
              JOIN account_move move ON move.id = line.move_id
             WHERE state.wallet_id = ANY(%(wallets)s)
               AND state.posting_state = 'reconciled'
               AND state.match_state = 'not_needed'
               AND line.is_reconciled IS NOT TRUE
               AND move.state = 'posted'
             ORDER BY state.transaction_id
            """
        )

    def _ids(self, query, **parts):
        self.env.flush_all()
        query = SQL(query, wallets=self.wallets.ids, **parts)
        rows = self.env.execute_query(query)
        return [row_id for (row_id,) in rows]

    def said_sql(self, wanted):
        """Return all that lines say, with what is known of them, as a SELECT.

        :param wanted: condition on the statement line ``line``.
        """
        return SQL(
            """
            SELECT line.id, wallet.backend_id, line.write_date,
                   COALESCE(line.partner_id, 0) AS partner_id,
                   COALESCE(NULLIF(line.partner_name, ''), partner.name)
                        AS partner_name,
                   %(version)s AS version, state.ledger_fingerprint AS known,
                   told.content, md5(told.content::text) AS fingerprint
              FROM settlement_wallet wallet
              JOIN account_journal journal ON journal.id = wallet.journal_id
              JOIN res_currency currency ON currency.id = wallet.currency_id
              JOIN account_bank_statement_line line ON line.journal_id = journal.id
              JOIN account_move move ON move.id = line.move_id
              LEFT JOIN res_partner partner ON partner.id = line.partner_id
              LEFT JOIN res_currency abroad
                ON abroad.id = line.foreign_currency_id
               AND abroad.id <> wallet.currency_id
              LEFT JOIN settlement_transaction_state state
                ON state.ledger_line_id = line.id
              LEFT JOIN settlement_transaction fact ON fact.id = state.transaction_id
             CROSS JOIN LATERAL (
                    SELECT CASE WHEN abroad.id IS NULL THEN line.amount
                                ELSE line.amount_currency END AS amount) booked
             CROSS JOIN LATERAL (
                    SELECT -sum(item.amount_currency) AS amount
                      FROM account_move_line item
                     WHERE item.move_id = line.move_id
                       AND item.account_id = journal.suspense_account_id) waiting
             CROSS JOIN LATERAL (
                    SELECT %(content)s AS content) told
             WHERE wallet.id = ANY(%(wallets)s)
               AND line.company_id = wallet.company_id
               AND move.state = 'posted'
               AND line.settlement_wallet_id IS NULL
               AND line.amount <> 0 AND booked.amount <> 0 AND waiting.amount <> 0
               AND (wallet.ledger_from IS NULL OR move.date >= wallet.ledger_from)
               AND %(wanted)s
            """,
            version=self._version_sql(),
            content=self._content_sql(),
            wallets=self.wallets.ids,
            wanted=wanted,
        )

    def _content_sql(self):
        """Return what the line ``line`` says; all of it is in its fingerprint.

        Of a line that somebody has reconciled in part, the rest counts.
        """
        return SQL(
            """
            jsonb_strip_nulls(jsonb_build_object(
                'line', line.id,
                'account', wallet.account_identifier,
                'currency', currency.name,
                'state', move.state,
                'date', move.date,
                'amount', trim_scale(
                    CASE WHEN waiting.amount = booked.amount THEN line.amount
                         ELSE round(line.amount * waiting.amount
                                    / booked.amount, currency.decimal_places)
                         END)::text,
                'foreign_currency', abroad.name,
                'foreign_amount', CASE WHEN abroad.id IS NOT NULL
                    THEN trim_scale(waiting.amount)::text END,
                'label', line.payment_ref,
                'reference', move.ref,
                'partner', line.partner_id,
                'payer', line.partner_name,
                'account_number', line.account_number,
                'type', line.transaction_type,
                'details', line.transaction_details))
            """
        )

    def _version_sql(self):
        """Return when the line came to say this, later than what it said before."""
        return SQL(
            "GREATEST(date_trunc('second', line.write_date), "
            "date_trunc('second', move.write_date), "
            "fact.source_version_at + interval '1 second')"
        )

    def _refused_sql(self):
        """Return what was put aside of the line ``said`` since it changed last."""
        return SQL(
            """
            SELECT FROM settlement_message_row refused
              JOIN settlement_message message ON message.id = refused.message_id
             WHERE refused.backend_id = said.backend_id
               AND refused.external_id = 'line:' || said.id
               AND refused.state = 'quarantined'
               AND message.received_at >= date_trunc('second', said.write_date)
            """
        )
