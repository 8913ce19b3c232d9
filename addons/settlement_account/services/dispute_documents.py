from odoo.exceptions import UserError

from .settled_reader import PARTNER_TYPES
from .token import with_token


class DisputedDocuments:
    """What a disputed payment had paid, and how that opens again."""

    def __init__(self, dispute):
        self.env = dispute.env
        self.dispute = dispute
        self.charge = dispute.charge_transaction_id
        lines = self.charge.match_line_ids.filtered(lambda line: line.side == "source")
        self.matches = lines.match_id.filtered(
            lambda match: match.state in ("confirmed", "posted")
        )
        targets = self.matches.line_ids.filtered(lambda line: line.side == "target")
        items = targets.move_line_id
        self.open_items = items.filtered(self._is_of_partner)
        self.payments = (items - self.open_items).move_id.origin_payment_id

    @staticmethod
    def _is_of_partner(line):
        return line.account_id.account_type in PARTNER_TYPES

    @property
    def payment_lines(self):
        """The lines of Odoo's own payments that had paid the documents."""
        return self.payments.move_id.line_ids.filtered(self._is_of_partner)

    @property
    def account(self):
        """The receivable on which the customer owes it again; empty if unknown."""
        return (self.open_items or self.payment_lines).account_id[:1]

    @property
    def partner(self):
        """The customer as the ledger has it."""
        return (self.open_items or self.payment_lines).partner_id[:1]

    @property
    def documents(self):
        """The invoices that the payment had paid."""
        paid = self.payment_lines.matched_debit_ids.debit_move_id
        documents = (self.open_items | paid).move_id.filtered(
            lambda move: move.is_invoice(include_receipts=True)
        )
        return documents | self.dispute.reopened_invoice_ids

    # ------------------------------------------------------------------
    # Opening them again
    # ------------------------------------------------------------------

    def follow(self, lines, treatment):
        """Let lines on the customer's account open what the payment had paid.

        Where that cannot be, because a period is closed or several payments paid
        together, the customer owes it by the new line alone, and the dispute says so.

        :param lines: journal items of one entry on the receivable.
        :param treatment: ``reopen`` the document, or leave the line for a ``credit``
            note.
        """
        if treatment == "credit":
            self._settle_credit_note(lines)
            return
        debts = lines.filtered(lambda line: line.balance > 0)
        if not debts:
            self._settle_open_documents(lines)
            return
        try:
            with self.env.cr.savepoint():
                self._reopen(debts)
                self.env.flush_all()
        except UserError as error:
            self.env.invalidate_all()
            self._note_left_open(debts, str(error))

    def _reopen(self, debts):
        if self.payments:
            self._free_payments(debts)
        else:
            self._match_again(debts)

    def _free_payments(self, debts):
        """Unlink Odoo's payments from the documents, and pay the new debt by them."""
        credits = self.payment_lines
        self._check_currency(debts, credits)
        pairs = credits.matched_debit_ids
        paid = pairs.debit_move_id
        self.env["settlement.match"]._check_period_open(pairs)
        self._remember(paid.move_id)
        with_token(pairs).unlink()
        (credits | debts).reconcile()
        rest = (credits | paid).filtered(lambda line: not line.reconciled)
        if rest & credits and rest & paid:
            rest.reconcile()

    def _match_again(self, debts):
        """Match the payment with the new debt, and with the document what is left."""
        match = self._only_match()
        self._check_currency(debts, self.open_items)
        source = match.line_ids.filtered(lambda line: line.side == "source")
        factor = 10**debts.currency_id.decimal_places
        wanted = [
            (debt, round(debt.amount_residual_currency * factor)) for debt in debts
        ]
        wanted += [
            (line.move_line_id, line.amount_minor)
            for line in match.line_ids
            if line.side == "target"
        ]
        reason = self.env._("Disputed: %(dispute)s", dispute=self.dispute.external_id)
        self._remember(self.documents)
        # The pipeline decides what a lost dispute does; policy or person ruled it.
        match = match.sudo()
        match._undo(reason)
        again = match._propose(
            [(self.charge, source.amount_minor)],
            _cut(wanted, source.amount_minor),
            evidence={
                "contributions": [{"what": "person", "text": reason, "weight": 0}]
            },
        )
        # The next clearing lets the payment's line settle what it now pays.
        again._confirm()

    def _remember(self, documents):
        """Keep which documents opened again: the payment's match forgets them."""
        self.dispute.reopened_invoice_ids |= documents

    def _only_match(self):
        """Return the one match of the payment, which pays nothing else."""
        sources = self.matches.line_ids.filtered(lambda line: line.side == "source")
        if len(self.matches) != 1 or len(sources) != 1 or self.matches.rest_to_credit:
            raise UserError(self.env._("The payment was settled together with others."))
        return self.matches

    def _check_currency(self, debts, others):
        if debts.currency_id != others.currency_id:
            raise UserError(
                self.env._("The document is in another currency than the payment.")
            )

    def _settle_open_documents(self, credits):
        """What came back after all pays the document that had been opened again."""
        owed = self.documents.line_ids.filtered(
            lambda line: self._is_of_partner(line)
            and not line.reconciled
            and line.account_id == credits.account_id
            and line.currency_id == credits.currency_id
        )
        if owed:
            (owed | credits).reconcile()

    def _settle_credit_note(self, debts):
        """Reconcile the new debt with the credit note that a person named."""
        note = self.dispute.credit_note_id
        owed = note.line_ids.filtered(
            lambda line: line.account_id in debts.account_id
            and line.partner_id in debts.partner_id
            and not line.reconciled
        )
        if owed:
            (owed | debts).reconcile()

    def _note_left_open(self, debts, why):
        self.dispute.message_post(
            body=self.env._(
                "The document could not be opened again: %(why)s The customer owes it "
                "by %(entry)s instead.",
                why=why,
                entry=", ".join(debts.move_id.mapped("name")),
            )
        )


def _cut(wanted, amount):
    """Return (item, amount) pairs, in order, cut to what the payment brought."""
    cut = []
    for item, part in wanted:
        part = min(part, amount)
        amount -= part
        if part:
            cut.append((item, part))
    return cut
