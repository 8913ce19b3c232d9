from decimal import Decimal

from ..closing.csv_file import Table
from .close_tables_control import CloseControlTables


class CloseLedgerTables(CloseControlTables):
    """The lists of an evidence pack, those of the ledger included."""

    def tables(self):
        """Yield the tables in the order in which they stand in the pack."""
        yield from super().tables()
        yield self._postings()
        yield self._entries()
        yield self._wallet_days()

    def _postings(self):
        columns = (
            "posting",
            "entry",
            "date",
            "kind",
            "state",
            "backend",
            "account",
            "payout",
            "amount",
            "currency",
            "transactions",
            "approver",
            "plan_sha256",
            "fingerprint",
        )
        return Table("postings.csv", columns, self._posting_rows())

    def _posting_rows(self):
        for row in self._pages(
            """
            SELECT posting.id, move.name, posting.date, posting.kind, posting.state,
                   backend.name, wallet.account_identifier, batch.external_id,
                   posting.amount::text, currency.name, lines.count, decider.login,
                   posting.plan_hash, posting.row_hash
              FROM settlement_posting posting
              JOIN account_move move ON move.id = posting.move_id
              JOIN settlement_wallet wallet ON wallet.id = posting.wallet_id
              JOIN settlement_backend backend ON backend.id = wallet.backend_id
              JOIN res_currency currency ON currency.id = posting.currency_id
              LEFT JOIN settlement_batch batch ON batch.id = posting.batch_id
              LEFT JOIN settlement_posting_request request
                ON request.id = posting.request_id
              LEFT JOIN settlement_approval approval
                ON approval.id = request.approval_id
              LEFT JOIN res_users decider ON decider.id = approval.decider_id
             CROSS JOIN LATERAL (
                    SELECT count(*) AS count FROM settlement_posting_line line
                     WHERE line.posting_id = posting.id) lines
             WHERE posting.company_id = %(company)s
               AND posting.id > %(after)s
               AND posting.date BETWEEN %(start)s AND %(day)s
             ORDER BY posting.id
             LIMIT %(limit)s
            """
        ):
            yield (*row[:8], self._money(row[8]), *row[9:])

    def _entries(self):
        columns = (
            "item",
            "entry",
            "date",
            "journal",
            "account",
            "account_name",
            "partner",
            "label",
            "debit",
            "credit",
            "amount_currency",
            "currency",
            "reconciled",
            "stands_for",
            "row_of_source",
            "message",
            "match",
            "posting",
            "bank_line",
            "entry_hash",
        )
        return Table("entries.csv", columns, self._entry_rows())

    def _entry_rows(self):
        accounts = self._accounts()
        for row in self._pages(
            """
            SELECT item.id, move.name, item.date, journal.code, item.account_id,
                   partner.name, item.name, item.debit::text, item.credit::text,
                   item.amount_currency::text, currency.name, item.reconciled,
                   item.settlement_role, fact.external_id, fact.message_id,
                   item.settlement_match_id, posting.id, bank.id,
                   move.inalterable_hash
              FROM account_move_line item
              JOIN account_move move ON move.id = item.move_id
              JOIN account_journal journal ON journal.id = move.journal_id
              JOIN res_currency currency ON currency.id = item.currency_id
              LEFT JOIN res_partner partner ON partner.id = item.partner_id
              LEFT JOIN settlement_posting posting ON posting.move_id = move.id
              LEFT JOIN account_bank_statement_line bank
                ON bank.move_id = move.id AND bank.settlement_wallet_id IS NOT NULL
              LEFT JOIN settlement_transaction fact
                ON fact.id = item.settlement_transaction_id
             WHERE item.company_id = %(company)s
               AND item.id > %(after)s
               AND item.parent_state = 'posted'
               AND item.account_id IS NOT NULL
               AND item.date BETWEEN %(start)s AND %(day)s
               AND (posting.id IS NOT NULL OR bank.id IS NOT NULL)
             ORDER BY item.id
             LIMIT %(limit)s
            """
        ):
            code, name = accounts[row[4]]
            amounts = map(self._money, row[7:10])
            yield (*row[:4], code, name, *row[5:7], *amounts, *row[10:])

    def _accounts(self):
        """Return id → code and name of the company's accounts."""
        accounts = self.env["account.account"].with_company(self.company)
        found = accounts.with_context(active_test=False).search(
            accounts._check_company_domain(self.company)
        )
        return {each.id: (each.code or "", each.name) for each in found}

    def _wallet_days(self):
        columns = (
            "day",
            "backend",
            "account",
            "currency",
            "rests_on_balance_of",
            "at_provider",
            "in_ledger",
            "not_posted_yet",
            "posted_early",
            "unexplained",
            "in_transit",
            "unexplained_in_transit",
        )
        return Table("wallet_proof.csv", columns, self._wallet_day_rows())

    def _wallet_day_rows(self):
        for wallet in self.env["settlement.close.check"]._wallets(self.close):
            transits = {
                each.day: each for each in wallet._transits(self.start, self.day)
            }
            for proof in wallet._proofs(self.start, self.day):
                yield self._wallet_day(wallet, proof, transits.get(proof.day))

    def _wallet_day(self, wallet, proof, transit):
        def major(minor):
            return Decimal(minor).scaleb(-wallet.currency_id.decimal_places)

        return (
            proof.day,
            wallet.backend_id.name,
            wallet.account_identifier,
            wallet.currency_id.name,
            proof.anchor,
            major(proof.provider),
            major(proof.ledger),
            major(proof.missing),
            major(proof.early),
            major(proof.difference),
            major(transit.ledger) if transit else None,
            major(transit.difference) if transit else None,
        )
