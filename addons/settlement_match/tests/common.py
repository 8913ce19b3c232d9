from datetime import date, datetime
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.account_payment.tests.common import AccountPaymentCommon
from odoo.addons.settlement.canonical.facts import BatchFact, TransactionFact

DAY = date(2026, 1, 10)


class MatchCase(AccountPaymentCommon):
    """A company with its ledger, a provider's wallet and a bank account."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The pipeline runs past all access rules; tests of roles say whom they mean.
        cls.env = cls.env(su=True)
        cls.company = cls.env.company
        cls.currency = cls.company.currency_id
        cls.backend = cls.new_backend("Provider")
        cls.wallet = cls.new_wallet(cls.backend, "acct_1")
        cls.bank = cls.new_backend("Bank")
        cls.bank_wallet = cls.new_wallet(cls.bank, "DE02120300000000202051")
        cls.customer = cls.env["res.partner"].create({"name": "Ada Ltd"})
        cls.matcher = cls.env["settlement.matcher"]
        cls.matches = cls.env["settlement.match"]
        cls.exceptions = cls.env["settlement.exception"]

    # ------------------------------------------------------------------
    # What the source says
    # ------------------------------------------------------------------

    @classmethod
    def new_backend(cls, name, company=None):
        return cls.env["settlement.backend"].create(
            {
                "name": name,
                "connector": "canonical",
                "company_id": (company or cls.company).id,
            }
        )

    @classmethod
    def new_wallet(cls, backend, account, currency=None):
        return cls.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": account,
                "currency_id": (currency or backend.company_id.currency_id).id,
            }
        )

    @classmethod
    def new_user(cls, role, company=None, login=""):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login or f"{role}-{company.id}",
            groups=f"base.group_user,settlement.{role}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    def fact(self, external_id, gross, **values):
        """Return a TransactionFact without fee; a charge unless told otherwise."""
        gross = Decimal(gross)
        return TransactionFact(
            **{
                "currency": self.currency.name,
                "external_id": external_id,
                "kind": "charge" if gross > 0 else "refund",
                "gross_amount": gross,
                "net_amount": gross,
                "occurred_at": datetime(2026, 1, 10, 12, 0),
                "booked_on": DAY,
                **values,
            }
        )

    def bank_fact(self, external_id, gross, **values):
        """Return a TransactionFact of a bank row."""
        kind = "bank_credit" if Decimal(gross) > 0 else "bank_debit"
        return self.fact(external_id, gross, **{"kind": kind, **values})

    def payout(self, external_id, total, **values):
        """Return a BatchFact of a payout that is expected two days later."""
        return BatchFact(
            **{
                "currency": self.currency.name,
                "kind": "payout",
                "external_id": external_id,
                "date": DAY,
                "expected_on": date(2026, 1, 12),
                "total": Decimal(total),
                "lists_rows": False,
                **values,
            }
        )

    def store(self, *facts, backend=None):
        """Store facts and return the current transactions, in the order given."""
        backend = backend or self.backend
        message = self.env["settlement.message"]._receive(
            backend, "manual", repr(facts).encode()
        )
        self.env["settlement.fact.store"]._store(
            backend, [(message, fact) for fact in facts]
        )
        return self.current_row(
            *(fact.external_id for fact in facts if isinstance(fact, TransactionFact)),
            backend=backend,
        )

    def current_row(self, *external_ids, backend=None):
        """Return the current transactions with these ids, in this order."""
        transactions = self.env["settlement.transaction"]
        for external_id in external_ids:
            transactions |= transactions.search(
                [
                    ("external_id", "=", external_id),
                    ("backend_id", "=", (backend or self.backend).id),
                    ("is_current", "=", True),
                ]
            )
        return transactions

    # ------------------------------------------------------------------
    # What the ledger says
    # ------------------------------------------------------------------

    def new_invoice(self, amount, move_type="out_invoice", **values):
        """Return a posted invoice without tax."""
        invoice = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.customer.id,
                "invoice_date": date(2026, 1, 5),
                "date": date(2026, 1, 5),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Goods", "price_unit": amount, "tax_ids": False}
                    )
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice

    def open_line(self, invoice):
        """Return the receivable or payable items of a document."""
        return invoice.line_ids.filtered(
            lambda line: line.account_id.account_type
            in ("asset_receivable", "liability_payable")
        )

    def online_payment(self, amount, provider_reference, invoice=None, booked=True):
        """Return a finished payment transaction, with its payment entry if booked."""
        values = {
            "provider_id": self.provider.id,
            "payment_method_id": self.payment_method_id,
            "amount": amount,
            "currency_id": self.currency.id,
            "partner_id": self.customer.id,
            "reference": f"ref {provider_reference}",
            "provider_reference": provider_reference,
            "operation": "online_direct" if amount > 0 else "refund",
            "state": "done",
        }
        if invoice:
            values["invoice_ids"] = [Command.set(invoice.ids)]
        payment = self.env["payment.transaction"].create(values)
        if booked:
            payment._create_payment()
        return payment

    def outstanding_line(self, payment_transaction):
        """Return the outstanding item of the payment of a payment transaction."""
        payment = payment_transaction.payment_id
        return payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.outstanding_account_id
        )

    # ------------------------------------------------------------------
    # Matching
    # ------------------------------------------------------------------

    def run_match(self, company=None):
        """Run all stages and return their counters."""
        counters = self.matcher._match_company(company or self.company)
        self.env.invalidate_all()
        return counters

    def match_of(self, record):
        """Return the matches of a record that are not undone."""
        field = {
            "account.move.line": "settlement_match_line_ids",
        }.get(record._name, "match_line_ids")
        return record[field].match_id.filtered(lambda match: match.state != "undone")

    def reasons(self, record):
        """Return the reasons of the open exceptions of a record, sorted."""
        return sorted(self.open_exceptions(record).mapped("reason"))

    def open_exceptions(self, record):
        return self.exceptions.search(
            [
                ("subject_model", "=", record._name),
                ("subject_id", "in", record.ids),
                ("state", "=", "open"),
            ]
        )

    def claim_of(self, record):
        """Return (claimed, total) minor units of a record."""
        column = {
            "account.move.line": "move_line_id",
            "settlement.batch": "batch_id",
            "settlement.expected.payment": "expected_payment_id",
        }.get(record._name, "transaction_id")
        claim = self.env["settlement.claim"].search([(column, "=", record.id)])
        return claim.claimed_minor, claim.total_minor

    def assertMatched(self, source, target, amount=None):
        """Assert one confirmed, automatic match between exactly these items."""
        match = self.match_of(source)
        self.assertEqual(len(match), 1, self.reasons(source))
        self.assertEqual(match.state, "confirmed")
        self.assertTrue(match.is_automatic)
        self.assertEqual(source.match_state, "matched")
        lines = match.line_ids
        self.assertEqual(lines.transaction_id, source)
        self.assertEqual(lines.move_line_id, target)
        if amount is not None:
            targets = lines.filtered(lambda line: line.side == "target")
            self.assertEqual(sum(targets.mapped("amount_minor")), amount)
        return match

    def assertOpen(self, record, *reasons):
        """Assert that a payment is not matched, for exactly these reasons."""
        self.assertEqual(record.match_state, "open")
        self.assertFalse(self.match_of(record))
        self.assertEqual(self.reasons(record), sorted(reasons))
