from decimal import Decimal

from ..export.workbook import Column, Sheet

MATCHED = ("confirmed", "posted")


class PayoutTables:
    """Reads payouts and statements with what became of them, as tables.

    Everything is read with the rights of the user, but the figures of the proof.
    """

    def __init__(self, batches):
        self.batches = batches
        self.env = batches.env
        self.digits = max(batches.currency_id.mapped("decimal_places"), default=2)

    def sheets(self):
        """Return the sheets: summary, lines, entries, proof."""
        return [self._summary(), self._lines(), self._entries(), self._proof()]

    def _columns(self, *titles):
        return [Column(title, width, self.digits) for title, width in titles]

    def _word(self, record, name):
        """Return the value of a selection field as people read it."""
        words = dict(record._fields[name]._description_selection(self.env))
        return words.get(record[name], "")

    def _money(self, amount, currency):
        return Decimal(f"{amount or 0.0:.{currency.decimal_places}f}")

    # ------------------------------------------------------------------
    # Summary
    # ------------------------------------------------------------------

    def _summary(self):
        columns = self._columns(
            (self.env._("Company"), 20),
            (self.env._("Backend"), 20),
            (self.env._("Account"), 26),
            (self.env._("Kind"), 12),
            (self.env._("Source ID"), 30),
            (self.env._("Date"), 12),
            (self.env._("Expected on"), 12),
            (self.env._("Currency"), 9),
            (self.env._("Total"), 14),
            (self.env._("Lines"), 8),
            (self.env._("Sum of Lines"), 14),
            (self.env._("Difference"), 12),
            (self.env._("State"), 12),
            (self.env._("Bank Reference"), 24),
            (self.env._("Entries"), 30),
            (self.env._("SHA-256 of the Message"), 66),
        )
        exported = self.env._(
            "Exported by %(user)s on %(when)s UTC.",
            user=self.env.user.name,
            when=self.env.cr.now().strftime("%Y-%m-%d %H:%M:%S"),
        )
        rows = map(self._summary_row, self.batches)
        return Sheet(self.env._("Payout"), columns, rows, [exported])

    def _summary_row(self, batch):
        total = self._money(batch.total, batch.currency_id)
        difference = self._money(batch.difference, batch.currency_id)
        return [
            batch.company_id.display_name,
            batch.backend_id.name,
            batch.wallet_id.account_identifier,
            self._word(batch, "kind"),
            batch.external_id,
            batch.date or None,
            batch.expected_on or None,
            batch.currency_id.name,
            total,
            batch.transaction_count,
            total - difference,
            difference,
            self._word(batch, "state"),
            batch.reference or "",
            ", ".join(self._names(batch.posting_ids.move_id)),
            batch.message_id.sha256 or "",
        ]

    def _names(self, moves):
        return [move.name or f"#{move.id}" for move in moves]

    # ------------------------------------------------------------------
    # Lines
    # ------------------------------------------------------------------

    def _lines(self):
        columns = self._columns(
            (self.env._("Payout"), 30),
            (self.env._("Source ID"), 30),
            (self.env._("Source Object"), 30),
            (self.env._("Kind"), 16),
            (self.env._("Booked on"), 12),
            (self.env._("Occurred (UTC)"), 19),
            (self.env._("Currency"), 9),
            (self.env._("Gross"), 14),
            (self.env._("Fee"), 12),
            (self.env._("Tax on Fee"), 12),
            (self.env._("Net"), 14),
            (self.env._("Paid Amount"), 14),
            (self.env._("Paid Currency"), 9),
            (self.env._("Counterparty"), 24),
            (self.env._("Order"), 18),
            (self.env._("Invoice Reference"), 18),
            (self.env._("Matched with"), 28),
            (self.env._("Method"), 16),
            (self.env._("State"), 12),
            (self.env._("Entries"), 26),
        )
        return Sheet(self.env._("Lines"), columns, self._line_rows())

    def _line_rows(self):
        facts = self.batches.transaction_ids
        matched = self._matched(facts)
        for batch in self.batches:
            for fact in batch.transaction_ids:
                yield self._line_row(batch, fact, *matched.get(fact.id, ("", "")))

    def _line_row(self, batch, fact, documents, methods):
        currency, paid_in = fact.currency_id, fact.presentment_currency_id
        return [
            batch.external_id,
            fact.external_id,
            fact.source_external_id or "",
            self._word(fact, "kind"),
            fact.booked_on,
            fact.occurred_at,
            currency.name,
            self._money(fact.gross_amount, currency),
            self._money(fact.fee_amount, currency),
            self._money(fact.tax_amount, currency),
            self._money(fact.net_amount, currency),
            self._money(fact.presentment_amount, paid_in) if paid_in else None,
            paid_in.name or "",
            fact.counterparty_name or "",
            fact.order_reference or "",
            fact.invoice_reference or "",
            documents,
            methods,
            self._word(fact, "state"),
            ", ".join(self._names(fact.posting_line_ids.posting_id.move_id)),
        ]

    def _matched(self, facts):
        """Return id of a transaction → (names of what it pays, methods)."""
        lines = self.env["settlement.match.line"].search(
            [("transaction_id", "in", facts.ids), ("match_id.state", "in", MATCHED)]
        )
        found = {}
        for fact_id, own in lines.grouped(lambda line: line.transaction_id.id).items():
            matches = own.match_id
            others = matches.line_ids - own
            names = [line.item_name or "" for line in others if line.side == "target"]
            words = [self._word(match, "method") for match in matches]
            found[fact_id] = (", ".join(names), ", ".join(dict.fromkeys(words)))
        return found

    # ------------------------------------------------------------------
    # Entries
    # ------------------------------------------------------------------

    def _entries(self):
        columns = self._columns(
            (self.env._("Payout"), 30),
            (self.env._("Posting"), 20),
            (self.env._("Entry"), 22),
            (self.env._("Date"), 12),
            (self.env._("Journal"), 20),
            (self.env._("Account"), 12),
            (self.env._("Account Name"), 28),
            (self.env._("Partner"), 24),
            (self.env._("Label"), 36),
            (self.env._("Debit"), 14),
            (self.env._("Credit"), 14),
            (self.env._("Amount in Currency"), 14),
            (self.env._("Currency"), 9),
            (self.env._("Open Amount"), 14),
            (self.env._("Matching"), 12),
        )
        return Sheet(self.env._("Entries"), columns, self._entry_rows())

    def _entry_rows(self):
        for batch in self.batches:
            postings = batch.posting_ids
            for posting in postings | postings.reversal_ids:
                for item in posting.move_id.line_ids:
                    yield self._entry_row(batch, posting, item)

    def _entry_row(self, batch, posting, item):
        company, currency = item.company_currency_id, item.currency_id
        return [
            batch.external_id,
            self._word(posting, "kind"),
            item.move_id.name or "",
            item.date,
            item.journal_id.display_name,
            item.account_id.code or "",
            item.account_id.name,
            item.partner_id.display_name or "",
            item.name or "",
            self._money(item.debit, company),
            self._money(item.credit, company),
            self._money(item.amount_currency, currency),
            currency.name,
            self._money(item.amount_residual, company),
            item.matching_number or "",
        ]

    # ------------------------------------------------------------------
    # Proof
    # ------------------------------------------------------------------

    def _proof(self):
        columns = self._columns(
            (self.env._("Payout"), 30),
            (self.env._("Step"), 44),
            (self.env._("Amount"), 16),
            (self.env._("Currency"), 9),
        )
        note = self.env._(
            "Lines: gross less fees and tax is net, and net is the total. Wallet: the "
            "provider's balance is the ledger, plus what is not posted yet, less what "
            "is posted early."
        )
        return Sheet(self.env._("Proof"), columns, self._proof_rows(), [note])

    def _proof_rows(self):
        for batch in self.batches:
            for step, amount in (*self._line_proof(batch), *self._wallet_proof(batch)):
                yield [batch.external_id, step, amount, batch.currency_id.name]

    def _line_proof(self, batch):
        rows = batch.transaction_ids.filtered(lambda fact: fact.kind != "payout")
        sums = {
            name: sum(
                (self._money(row[name], batch.currency_id) for row in rows), Decimal()
            )
            for name in ("gross_amount", "fee_amount", "tax_amount", "net_amount")
        }
        total = self._money(batch.total, batch.currency_id)
        return [
            (self.env._("Gross of the lines"), sums["gross_amount"]),
            (self.env._("Fees of the lines"), -sums["fee_amount"]),
            (self.env._("Tax on fees"), -sums["tax_amount"]),
            (self.env._("Net of the lines"), sums["net_amount"]),
            (self.env._("Total as the source states it"), total),
            (self.env._("Difference of total and lines"), total - sums["net_amount"]),
        ]

    def _wallet_proof(self, batch):
        """Return the proof of the wallet at the end of the day of the batch."""
        wallet, opening = batch.wallet_id, batch.wallet_id.opening_date
        if not opening or not batch.date or batch.date < opening:
            return []
        # Whoever may see a wallet may see what its account shows in all.
        proof = wallet.sudo()._proof(batch.date)
        held = self.env._("At the provider, end of %(day)s", day=batch.date)
        booked = self.env._("In the ledger, end of %(day)s", day=batch.date)
        missing = sum(row["net_minor"] for row in proof["missing"])
        early = sum(row["net_minor"] for row in proof["early"])
        digits = batch.currency_id.decimal_places
        return [
            (step, Decimal(amount).scaleb(-digits))
            for step, amount in (
                (held, proof["provider_minor"]),
                (booked, proof["ledger_minor"]),
                (self.env._("Booked and not posted yet"), missing),
                (self.env._("Posted and not booked yet"), -early),
                (self.env._("Unexplained"), proof["difference_minor"]),
            )
        ]
