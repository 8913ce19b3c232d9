from odoo import models

# Longer chains are cut: the records behind them are one click away.
MOST_LINKS = 12


class SettlementException(models.Model):
    """From the order to the journal item: every record that an exception touches."""

    _inherit = "settlement.exception"

    def _pane_chain(self):
        """Return the chain of the subject, in the direction of the money.

        Order → invoice → row of the provider → payout → bank row → journal item; only
        what is there, and what the user may see.
        """
        self.ensure_one()
        subject = self.env[self.subject_model].browse(self.subject_id).exists()
        builders = {
            "settlement.transaction": self._chain_of_row,
            "settlement.batch": self._chain_of_batch,
            "settlement.dispute": self._chain_of_dispute,
        }
        build = builders.get(self.subject_model, self._chain_of_other)
        links = build(subject) if subject else []
        seen, chain = set(), []
        for step, record in links:
            key = (record._name, record.id) if record else None
            if key and key not in seen and record.has_access("read"):
                seen.add(key)
                chain.append(self._chain_link(step, record, subject))
        return [*self._chain_orders(subject), *chain][:MOST_LINKS]

    def _chain_orders(self, subject):
        """Return the order that a row names, as text: sales are another addon's."""
        if subject._name != "settlement.transaction" or not subject.order_reference:
            return []
        return [
            {
                "step": self.env._("Order"),
                "model": "",
                "id": 0,
                "label": subject.order_reference,
                "amount": "",
                "state": "",
                "is_subject": False,
            }
        ]

    def _chain_link(self, step, record, subject):
        amount, currency = self._chain_money(record)
        return {
            "step": step,
            "model": record._name,
            "id": record.id,
            "label": self._chain_label(record),
            "amount": currency.format(amount) if currency else "",
            "currency": currency.name if currency else "",
            "state": self._chain_state(record),
            "is_subject": record == subject,
        }

    def _chain_label(self, record):
        if record._name == "settlement.transaction":
            return record.external_id
        if record._name == "settlement.batch":
            return record.external_id
        return record.display_name or ""

    def _chain_money(self, record):
        """Return amount and currency of a record, nothing where it has none."""
        names = {
            "settlement.transaction": "gross_amount",
            "settlement.batch": "total",
            "account.move": "amount_total",
            "account.bank.statement.line": "amount",
            "settlement.dispute": "amount",
            "settlement.expected.payment": "amount",
        }
        name = names.get(record._name)
        if not name or "currency_id" not in record._fields:
            return 0, None
        return record[name], record.currency_id

    def _chain_state(self, record):
        """Return the state of a record as people read it."""
        name = "payment_state" if self._is_document(record) else "state"
        if name not in record._fields:
            return ""
        described = record._fields[name]._description_selection(self.env)
        return dict(described).get(record[name], "")

    def _is_document(self, record):
        return record._name == "account.move" and record.is_invoice(True)

    # ------------------------------------------------------------------
    # The steps
    # ------------------------------------------------------------------

    def _chain_of_row(self, row):
        matches = row.match_line_ids.match_id.filtered(
            lambda match: match.state != "undone"
        )
        documents = matches.line_ids.move_line_id.move_id
        is_bank = row.kind in ("bank_credit", "bank_debit")
        payouts = matches.line_ids.batch_id
        step = self.env._("Bank row") if is_bank else self.env._("Provider's row")
        own = [(self._document_step(move), move) for move in documents]
        if is_bank:
            return [
                *own,
                *((self.env._("Payout"), payout) for payout in payouts),
                (step, row),
                (self.env._("Statement"), row.batch_id),
                (self.env._("Statement line"), row.statement_line_id),
                *self._chain_moves(row),
            ]
        return [
            *own,
            (self.env._("Dispute"), row.dispute_id),
            (step, row),
            *self._chain_of_batch(row.batch_id),
            *self._chain_moves(row),
        ]

    def _chain_of_batch(self, batch):
        """Return the payout, the bank's row for it and their entries."""
        if not batch:
            return []
        matches = batch.match_line_ids.match_id.filtered(
            lambda match: match.state != "undone"
        )
        bank = matches.line_ids.transaction_id
        kinds = dict(batch._fields["kind"]._description_selection(self.env))
        return [
            (kinds.get(batch.kind, ""), batch),
            *((self.env._("Bank row"), row) for row in bank),
            *(
                (self.env._("Statement line"), line)
                for line in bank.state_ids.statement_line_id
            ),
            *((self.env._("Entry"), move) for move in batch.posting_ids.move_id),
        ]

    def _chain_of_dispute(self, dispute):
        charge = dispute.chosen_charge_id or dispute.charge_transaction_id
        rows = dispute.transaction_ids.filtered("is_current")[:4]
        links = self._chain_of_row(charge) if charge else []
        return [
            *links,
            (self.env._("Dispute"), dispute),
            *((self.env._("Provider's row"), row) for row in rows),
        ]

    def _chain_of_other(self, subject):
        """Return the subject and what the exception points to besides."""
        return [
            (self.env._("Backend"), self.backend_id),
            (self.env._("Wallet"), self.wallet_id),
            (self.env._("Message"), self.message_id),
            (self.env._("About"), subject),
            (self.env._("Provider's row"), self.transaction_id),
            (self.env._("Payout"), self.batch_id),
        ]

    def _chain_moves(self, row):
        return [(self.env._("Entry"), move) for move in row._moves()]

    def _document_step(self, move):
        return self.env._("Invoice") if move.is_invoice(True) else self.env._("Entry")
