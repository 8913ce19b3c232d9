from dataclasses import dataclass

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import OPEN_STATES

# Stages in the order in which money passes them.
STAGES = (
    "document",
    "payment",
    "match",
    "row",
    "payout",
    "posting",
    "bank_match",
    "bank_row",
    "bank_line",
    "statement",
    "message",
    "exception",
)
ACTIVE = ("proposed", "confirmed", "posted")
BANK_KINDS = ("bank_credit", "bank_debit")
# Records of one stage that a trail shows; more are counted.
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Step:
    """One record on the way of the money.

    :ivar rest: how many more there are at this stage.
    """

    stage: str
    record: object
    rest: int = 0


class MoneyTrail:
    """Follows money from a document to the bank, or from the bank to its documents.

    Everything is read with the rights of the user.
    """

    def __init__(self, record):
        self.env = record.env
        self.record = record
        self.found = {stage: self._none(stage) for stage in STAGES}

    def _none(self, stage):
        return self.env[MODELS[stage]]

    def steps(self):
        """Return the Steps of the trail, in the order of the money."""
        self._start()
        self._spread()
        steps = []
        for stage in STAGES:
            records = self.found[stage]
            shown = records[:SHOWN]
            rest = len(records) - len(shown)
            steps += [
                Step(stage, each, rest if number == len(shown) else 0)
                for number, each in enumerate(shown, start=1)
            ]
        return steps

    # ------------------------------------------------------------------
    # Where it starts
    # ------------------------------------------------------------------

    def _start(self):
        start = getattr(self, f"_from_{self.record._table}")
        start(self.record)

    def _from_account_move(self, moves):
        lines = moves.statement_line_ids
        if lines:
            return self._from_account_bank_statement_line(lines)
        postings = moves.settlement_posting_ids
        self._add("posting", postings)
        # An entry of ours may post hundreds of rows: those of the payout are its way.
        self._add("payout", self._payouts_of(postings.batch_id))
        if not postings.batch_id:
            rows = postings.with_context(active_test=False).line_ids.transaction_id
            self._add_rows(rows[:SHOWN])
        if not postings:
            self._from_documents(moves)
        return None

    def _from_documents(self, moves):
        self._add("document", moves)
        others = self._reconciled_with(moves)
        payments = others.origin_payment_id | moves.origin_payment_id
        self._add("payment", payments)
        self._follow_targets(moves.line_ids | payments.move_id.line_ids)

    def _reconciled_with(self, moves):
        lines = moves.line_ids
        others = lines.matched_debit_ids.debit_move_id
        others |= lines.matched_credit_ids.credit_move_id
        return others.move_id - moves

    def _from_account_move_line(self, items):
        row = items.settlement_transaction_id
        if row:
            return self._from_settlement_transaction(row)
        return self._from_account_move(items.move_id)

    def _from_account_payment(self, payments):
        self._add("payment", payments)
        documents = payments.reconciled_invoice_ids | payments.reconciled_bill_ids
        self._add("document", documents)
        self._follow_targets(payments.move_id.line_ids)

    def _from_account_bank_statement_line(self, lines):
        self._add("bank_line", lines)
        self._add("bank_row", lines.settlement_state_ids.transaction_id)
        self._add("document", self._invoices_of(lines.move_id))

    def _invoices_of(self, moves):
        others = self._reconciled_with(moves)
        return others.filtered(lambda move: move.is_invoice(include_receipts=True))

    def _from_res_partner(self, partners):
        items = self.env["settlement.match.line"].search(
            [
                ("move_line_id.partner_id", "child_of", partners.ids),
                ("state", "in", ACTIVE),
            ],
            order="id desc",
            limit=SHOWN,
        )
        self._add("document", items.move_line_id.move_id)
        self._add("match", items.match_id)
        rows = items.match_id.line_ids.transaction_id
        rows |= self.env["settlement.transaction"].search(
            [("partner_id", "child_of", partners.ids), ("is_current", "=", True)],
            limit=SHOWN,
        )
        self._add_rows(rows)

    def _from_settlement_transaction(self, rows):
        self._add_rows(rows)

    def _from_settlement_batch(self, batches):
        statements = batches.filtered(lambda each: each.kind == "statement")
        self._add("statement", statements)
        self._add("payout", batches - statements)
        if statements:
            self._add("bank_row", statements.transaction_ids)

    def _from_settlement_match(self, matches):
        self._add("match", matches)
        lines = matches.line_ids
        self._add_rows(lines.transaction_id)
        self._add("payout", lines.batch_id)
        self._add("document", lines.move_line_id.move_id)

    def _from_settlement_posting(self, postings):
        self._from_account_move(postings.move_id)

    def _from_settlement_message(self, messages):
        self._add("message", messages)
        self._add_rows(messages.transaction_ids[:SHOWN])

    def _from_settlement_exception(self, exceptions):
        self._add("exception", exceptions)
        self._add_rows(exceptions.transaction_id)
        self._from_settlement_batch(exceptions.batch_id)
        if exceptions.match_id:
            self._from_settlement_match(exceptions.match_id)

    # ------------------------------------------------------------------
    # Where it goes from there
    # ------------------------------------------------------------------

    def _add(self, stage, records):
        self.found[stage] |= records

    def _add_rows(self, rows):
        """Add rows of providers and of banks, each to its stage."""
        rows = rows._current_revisions() or rows
        banks = rows.filtered(lambda row: row.kind in BANK_KINDS)
        self._add("bank_row", banks)
        self._add("row", rows - banks)

    def _follow_targets(self, items):
        """Add the matches that aim at journal items, and their money."""
        lines = self.env["settlement.match.line"].search(
            [("move_line_id", "in", items.ids), ("state", "in", ACTIVE)]
        )
        self._add("match", lines.match_id)
        self._add_rows(lines.match_id.line_ids.transaction_id)
        self._add_rows(items.settlement_transaction_id)

    def _spread(self):
        """Follow the money both ways from what is known."""
        is_from_above = bool(self.found["document"] or self.found["row"])
        self._to_the_bank()
        self._to_the_payout()
        if not is_from_above:
            self._to_the_rows()
        self._to_the_documents()
        self._to_the_source()
        self.found["match"] -= self.found["bank_match"]

    def _to_the_bank(self):
        """From rows to their payout, from that to the bank's row."""
        self._add("payout", self._payouts_of(self.found["row"].batch_id))
        self._follow_payouts()

    def _payouts_of(self, batches):
        return batches.filtered(lambda each: each.kind != "statement")

    def _follow_payouts(self):
        payouts = self.found["payout"]
        own = payouts.mapped("payout_transaction_id")
        lines = self.env["settlement.match.line"].search(
            [
                "|",
                ("batch_id", "in", payouts.ids),
                ("transaction_id", "in", own.ids),
                ("state", "in", ACTIVE),
            ]
        )
        self._add("bank_match", lines.match_id)
        others = lines.match_id.line_ids.transaction_id
        self._add("bank_row", others.filtered(lambda row: row.kind in BANK_KINDS))

    def _to_the_payout(self):
        """From the bank's rows to the payouts that they are."""
        lines = self.env["settlement.match.line"].search(
            [
                ("transaction_id", "in", self.found["bank_row"].ids),
                ("state", "in", ACTIVE),
            ]
        )
        matches = lines.match_id
        payouts = matches.line_ids.batch_id
        payouts |= self._payouts_of(matches.line_ids.transaction_id.batch_id)
        with_payout = matches.filtered(
            lambda match: match.line_ids.batch_id
            or self._payouts_of(match.line_ids.transaction_id.batch_id)
        )
        self._add("bank_match", with_payout)
        self._add("match", matches - with_payout)
        self._add("payout", payouts)

    def _to_the_rows(self):
        """From payouts to the rows that they pay out."""
        own = self.found["payout"].mapped("payout_transaction_id")
        self._add("row", self.found["payout"].transaction_ids - own)

    def _to_the_documents(self):
        """From rows to what they paid."""
        rows = (self.found["row"] | self.found["bank_row"])[: 2 * SHOWN]
        lines = self.env["settlement.match.line"].search(
            [("transaction_id", "in", rows.ids), ("state", "in", ACTIVE)]
        )
        matches = lines.match_id - self.found["bank_match"]
        self._add("match", matches)
        moves = matches.line_ids.move_line_id.move_id
        payments = moves.origin_payment_id
        self._add("payment", payments)
        documents = moves.filtered(lambda move: not move.origin_payment_id)
        self._add("document", documents)
        self._add("document", self._invoices_of(payments.move_id))

    def _to_the_source(self):
        """Add entries, bank lines, payloads and what is wrong."""
        rows, banks = self.found["row"], self.found["bank_row"]
        payouts = self.found["payout"]
        self._add("posting", payouts.mapped("posting_ids"))
        self._add("posting", rows[:SHOWN].posting_line_ids.posting_id)
        self._add("bank_line", banks.mapped("statement_line_id"))
        self._add("statement", banks.batch_id)
        self._add("message", (rows[:SHOWN] | banks[:SHOWN]).message_id)
        self._add("exception", self._exceptions(rows | banks, payouts))

    def _exceptions(self, rows, payouts):
        return self.env["settlement.exception"].search(
            [
                ("state", "in", OPEN_STATES),
                "|",
                ("transaction_id", "in", rows.ids),
                ("batch_id", "in", payouts.ids),
            ]
        )

    # ------------------------------------------------------------------
    # The answer
    # ------------------------------------------------------------------

    def answer(self):
        """Return in a sentence where the money is; call it after :meth:`steps`."""
        rows, payouts = self.found["row"], self.found["payout"]
        banks = self.found["bank_row"]
        if self.record._name == "res.partner" and (rows or banks):
            return self._by_state(rows | banks)
        if banks:
            return self._at_the_bank(banks)
        if payouts:
            return self._on_its_way(payouts)
        if rows:
            return self._at_the_provider(rows)
        if self.found["exception"]:
            return self.found["exception"][:1].cause
        return self.env._(
            "No bank and no provider has reported money for this yet, as far as it is "
            "matched."
        )

    def _by_state(self, rows):
        words = dict(rows._fields["state"]._description_selection(self.env))
        counts = {}
        for row in rows:
            counts[row.state] = counts.get(row.state, 0) + 1
        return counted(
            self.env._(
                "%(count)s {payment|payments}: %(states)s.",
                count=len(rows),
                states=", ".join(
                    f"{number} {words.get(state, state)}"
                    for state, number in sorted(counts.items())
                ),
            ),
            len(rows),
        )

    def _at_the_bank(self, banks):
        first, last = min(banks.mapped("booked_on")), max(banks.mapped("booked_on"))
        names = ", ".join(sorted(set(banks.wallet_id.mapped("account_identifier"))))
        if first == last:
            return self.env._(
                "At the bank since %(day)s, account %(account)s.",
                day=first,
                account=names,
            )
        return self.env._(
            "At the bank since %(first)s to %(last)s, account %(account)s.",
            first=first,
            last=last,
            account=names,
        )

    def _on_its_way(self, payouts):
        days = [day for day in payouts.mapped("date") if day]
        return self.env._(
            "On its way to the bank in %(payouts)s; the provider paid it out on "
            "%(day)s, and no bank line for it has come yet.",
            payouts=", ".join(payouts[:3].mapped("display_name")),
            day=max(days) if days else "?",
        )

    def _at_the_provider(self, rows):
        return self.env._(
            "At the provider, in %(wallets)s since %(day)s; no payout lists it yet.",
            wallets=", ".join(rows.wallet_id.mapped("display_name")),
            day=min(rows.mapped("booked_on")),
        )


MODELS = {
    "document": "account.move",
    "payment": "account.payment",
    "match": "settlement.match",
    "row": "settlement.transaction",
    "payout": "settlement.batch",
    "posting": "settlement.posting",
    "bank_match": "settlement.match",
    "bank_row": "settlement.transaction",
    "bank_line": "account.bank.statement.line",
    "statement": "settlement.batch",
    "message": "settlement.message",
    "exception": "settlement.exception",
}
