from datetime import date, datetime, time
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.settlement.canonical.facts import (
    BalanceFact,
    BatchFact,
    FeeFact,
    TransactionFact,
)


class SettlementAccountCase(AccountTestInvoicingCommon):
    """A company in dollars with a chart, one provider and one wallet that posts."""

    @classmethod
    def get_default_groups(cls):
        groups = super().get_default_groups()
        for name in ("group_approver", "group_integration_admin", "group_auditor"):
            groups |= cls.env.ref(f"settlement.{name}")
        return groups

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.currency = cls.company.currency_id
        cls.policy = cls.env["settlement.posting.policy"]._create_defaults(cls.company)
        # Each has its own tests; elsewhere a month end brings no entry of its own.
        cls.policy.write({"accrue_at_month_end": False, "revalue_at_month_end": False})
        cls.policy.partner_id = cls.env["res.partner"].create({"name": "The Provider"})
        cls.backend = cls.new_backend("Provider")
        cls.wallet = cls.new_wallet(cls.backend)
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.numbers = iter(range(1, 10**6))

    # ------------------------------------------------------------------
    # Set-up
    # ------------------------------------------------------------------

    @classmethod
    def new_backend(cls, name, company=None, **values):
        """Return a backend of canonical files."""
        return cls.env["settlement.backend"].create(
            {
                "name": name,
                "connector": "canonical",
                "company_id": (company or cls.company).id,
                **values,
            }
        )

    @classmethod
    def new_wallet(cls, backend, currency=None, account="ACC-1", **values):
        """Return a wallet with journal and accounts that posts from 2026 on."""
        wallet = cls.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": account,
                "currency_id": (currency or cls.currency).id,
                "opening_date": date(2026, 1, 1),
                **values,
            }
        )
        wallet._set_up_accounts()
        return wallet

    @classmethod
    def new_user(cls, role, company=None, name=""):
        """Return a user with one role in one company; more have a name."""
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=f"{role}-{company.id}{name}",
            groups=f"base.group_user,settlement.{role}",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    def row(self, kind="charge", gross="100.00", fee="0", day=10, **values):
        """Return a TransactionFact of payout ``po_1`` unless told otherwise."""
        booked_on = date(2026, 1, day) if isinstance(day, int) else day
        gross, fee = Decimal(gross), Decimal(fee)
        tax = Decimal(values.pop("tax", "0"))
        fees = (FeeFact("processing", fee, tax),) if fee or tax else ()
        return TransactionFact(
            **{
                "currency": self.currency.name,
                "external_id": f"txn_{next(self.numbers)}",
                "kind": kind,
                "gross_amount": gross,
                "fee_amount": fee,
                "tax_amount": tax,
                "net_amount": gross - fee - tax,
                "fees": fees,
                "occurred_at": datetime.combine(booked_on, time(12)),
                "booked_on": booked_on,
                "batch_kind": "payout",
                "batch_external_id": "po_1",
                **values,
            }
        )

    def loose(self, *args, **values):
        """Return a TransactionFact of no payout."""
        return self.row(*args, batch_kind="", batch_external_id="", **values)

    def payout(self, *rows, name="po_1", day=None, **values):
        """Return the facts of a payout of ``rows``: rows, its own row, the batch."""
        total = sum(row.net_amount for row in rows)
        booked_on = max(row.booked_on for row in rows) if day is None else day
        if isinstance(booked_on, int):
            booked_on = date(2026, 1, booked_on)
        own = self.row(
            "payout",
            -total,
            day=booked_on,
            source_external_id=name,
            batch_external_id=name,
            currency=values.get("currency", self.currency.name),
        )
        batch = BatchFact(
            **{
                "currency": self.currency.name,
                "kind": "payout",
                "external_id": name,
                "date": booked_on,
                "total": total,
                **values,
            }
        )
        return [*rows, own, batch]

    def balance(self, available, day, reserve="0", hour=23, **values):
        """Return a BalanceFact at the end of a day."""
        day = date(2026, 1, day) if isinstance(day, int) else day
        return BalanceFact(
            currency=values.pop("currency", self.currency.name),
            observed_at=datetime.combine(day, time(hour)),
            available=Decimal(available),
            reserve=Decimal(reserve),
            **values,
        )

    def store(self, *facts, backend=None):
        """Store facts as coming from one message."""
        backend = backend or self.backend
        message = self.env["settlement.message"]._receive(
            backend, "manual", repr(facts).encode() + b"%d" % next(self.numbers)
        )
        # Facts are written by the pipeline only.
        self.env["settlement.fact.store"].sudo()._store(
            backend.sudo(), [(message.sudo(), fact) for fact in facts]
        )

    def stored(self, fact):
        """Return the current transaction of a fact."""
        return self.env["settlement.transaction"].search(
            [
                ("external_id", "=", fact.external_id),
                ("occurrence", "=", fact.occurrence),
                ("is_current", "=", True),
            ]
        )

    def batch(self, name="po_1"):
        """Return a stored batch."""
        return self.env["settlement.batch"].search([("external_id", "=", name)])

    # ------------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------------

    def invoice(self, amount, move_type="out_invoice", partner=None, **values):
        """Return a posted document of one line without tax."""
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (partner or self.customer).id,
                "invoice_date": values.pop("day", date(2026, 1, 2)),
                "company_id": self.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def open_item(self, move):
        """Return the receivable or payable line of a document."""
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type
            in ("asset_receivable", "liability_payable")
        )

    def match(self, facts, moves, **values):
        """Confirm a match of stored facts with documents or journal items."""
        facts = facts if isinstance(facts, list) else [facts]
        moves = moves if isinstance(moves, list) else [moves]
        items = [
            self.open_item(move) if move._name == "account.move" else move
            for move in moves
        ]
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose([self.stored(fact) for fact in facts], items, **values)
        )
        match._confirm()
        return match.sudo(False)

    def post(self, backend=None):
        """Validate and post what is pending; return the postings so far."""
        backend = (backend or self.backend).sudo()
        backend._step_validate(None)
        backend._step_post(None)
        return self.env["settlement.posting"].search(
            [("backend_id", "=", backend.id)], order="id"
        )

    def entry(self, posting):
        """Return the lines of an entry as (account, partner, amount, balance)."""
        names = self._account_names()
        lines = posting.move_id.line_ids.sorted("sequence")
        return [
            (
                names.get(line.account_id, line.account_id.name),
                line.partner_id.name or "",
                line.amount_currency,
                line.balance,
            )
            for line in lines
        ]

    def short(self, posting):
        """Return the lines of an entry as (account, balance)."""
        return [(account, balance) for account, _p, _a, balance in self.entry(posting)]

    def _account_names(self):
        policy, wallet = self.policy, self.wallet
        return {
            wallet.account_id: "wallet",
            wallet.in_transit_account_id: "in transit",
            self.receivable: "receivable",
            policy.fee_clearing_account_id: "fees to be invoiced",
            policy.suspense_account_id: "suspense",
            policy.dispute_account_id: "disputes",
            policy.reserve_account_id: "reserve",
            policy.transfer_account_id: "transfer",
        }

    def assert_lawful(self):
        """No law about the ledger is broken, whatever was done to it."""
        self.env.flush_all()
        findings = self.env["settlement.verification"].sudo().run()["findings"]
        broken = [each for each in findings if each["law"] in (3, 4, 5, 6, 8, 12)]
        self.assertEqual(broken, [])

    def exceptions(self, reason=None, record=None):
        """Return the open exceptions, of a reason and a record if given."""
        domain = [
            ("company_id", "=", self.company.id),
            ("state", "in", ("open", "in_progress")),
        ]
        if reason:
            domain.append(("reason", "=", reason))
        if record:
            domain += [
                ("subject_model", "=", record._name),
                ("subject_id", "in", record.ids),
            ]
        return self.env["settlement.exception"].search(domain)
