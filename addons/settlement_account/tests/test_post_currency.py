from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostCurrency(SettlementAccountCase):
    """Wallets and documents in other currencies than the company's dollar."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.euro = cls.foreign("EUR", [("2026-01-01", 0.5), ("2026-01-15", 0.4)])
        cls.euro_wallet = cls.new_wallet(cls.backend, cls.euro, account="EUR-1")

    @classmethod
    def foreign(cls, code, rates):
        """Return a currency with rates (units of it for one dollar)."""
        currency = cls.env.ref(f"base.{code}")
        currency.active = True
        currency.rate_ids.unlink()
        for day, rate in rates:
            cls.env["res.currency.rate"].create(
                {
                    "currency_id": currency.id,
                    "company_id": cls.company.id,
                    "name": day,
                    "rate": rate,
                }
            )
        return currency

    def euro_row(self, *args, **values):
        return self.row(*args, currency="EUR", account_identifier="EUR-1", **values)

    def euro_payout(self, *rows, **values):
        *facts, own, batch = self.payout(*rows, currency="EUR", **values)
        return [
            *facts,
            own.__class__(
                **{
                    name: getattr(own, name)
                    for name in own.__dataclass_fields__
                    if name != "account_identifier"
                },
                account_identifier="EUR-1",
            ),
            batch.__class__(
                **{
                    name: getattr(batch, name)
                    for name in batch.__dataclass_fields__
                    if name != "account_identifier"
                },
                account_identifier="EUR-1",
            ),
        ]

    def wallet_lines(self, wallet=None):
        account = (wallet or self.euro_wallet).account_id
        return self.env["account.move.line"].search([("account_id", "=", account.id)])

    def test_a_wallet_in_euro_is_kept_in_euro_and_valued_by_the_rate(self):
        charge = self.euro_row(gross="100", fee="3", day=10)
        self.store(*self.euro_payout(charge))
        invoice = self.invoice(100, currency_id=self.euro.id)
        self.match(charge, invoice)
        posting = self.post()
        receivable = posting.move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        self.assertEqual(receivable.currency_id, self.euro)
        self.assertEqual((receivable.amount_currency, receivable.balance), (-100, -200))
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(sum(self.wallet_lines().mapped("balance")), 0.0)

    def test_a_wallet_at_zero_is_at_zero_in_company_currency_too(self):
        # 97 in at 0.5, out at 0.4: 194 in, 242.50 out.
        charge = self.euro_row(gross="97", day=10)
        self.store(
            *self.euro_payout(charge, day=20),
        )
        self.post()
        lines = self.wallet_lines()
        self.assertIn(lines.sorted("id")[:1].amount_currency, (97.0, -97.0, 60.0))
        self.assertEqual(sum(lines.mapped("amount_currency")), 0.0)
        self.assertEqual(sum(lines.mapped("balance")), 0.0)
        self.assertTrue(all(lines.mapped("reconciled")))

    def test_it_stays_so_over_two_entries(self):
        first = self.euro_row(gross="60", day=10, batch_external_id="day_1")
        self.store(first)
        self.euro_wallet.action_post_cutoff(date(2026, 1, 12))
        second = self.euro_row(gross="40", day=18)
        *facts, own, batch = self.euro_payout(second, day=20)
        whole = self.euro_row("payout", "-100", day=20)
        self.store(*facts, whole)
        self.euro_wallet.action_post_cutoff(date(2026, 1, 31))
        lines = self.wallet_lines()
        self.assertIn(lines.sorted("id")[:1].amount_currency, (97.0, -97.0, 60.0))
        self.assertEqual(sum(lines.mapped("amount_currency")), 0.0)
        self.assertEqual(sum(lines.mapped("balance")), 0.0)

    def test_a_missing_rate_is_said_and_never_taken_as_one(self):
        self.euro.rate_ids.unlink()
        self.store(*self.euro_payout(self.euro_row(gross="100")))
        self.assertFalse(self.post())
        exception = self.exceptions("rate_missing", self.batch())
        self.assertIn("EUR", exception.cause)

    def test_an_invoice_in_company_currency_paid_in_euro(self):
        charge = self.euro_row(
            gross="100",
            day=10,
            presentment_amount=Decimal("201"),
            presentment_currency="USD",
        )
        self.store(*self.euro_payout(charge))
        invoice = self.invoice(201)
        self.match_amounts(charge, 10000, invoice, 20100)
        posting = self.post()
        receivable = posting.move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        self.assertEqual(
            (receivable.currency_id, receivable.balance),
            (
                self.currency,
                -201.0,
            ),
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(sum(self.wallet_lines().mapped("amount_currency")), 0.0)
        self.assertEqual(sum(self.wallet_lines().mapped("balance")), 0.0)

    def test_an_invoice_far_from_the_rate_is_refused(self):
        charge = self.euro_row(gross="100", day=10)
        self.store(*self.euro_payout(charge))
        self.match_amounts(charge, 10000, self.invoice(300), 30000)
        self.assertFalse(self.post())
        self.assertTrue(self.exceptions("currency_mismatch", self.batch()))

    def test_an_invoice_in_another_currency_paid_in_dollars(self):
        charge = self.row(
            gross="200",
            day=10,
            presentment_amount=Decimal("100"),
            presentment_currency="EUR",
        )
        self.store(*self.payout(charge))
        invoice = self.invoice(100, currency_id=self.euro.id)
        self.match_amounts(charge, 20000, invoice, 10000)
        posting = self.post()
        receivable = posting.move_id.line_ids.filtered(
            lambda line: line.account_id == self.receivable
        )
        self.assertEqual(
            (receivable.currency_id, receivable.amount_currency, receivable.balance),
            (self.euro, -100.0, -200.0),
        )
        self.assertEqual(invoice.payment_state, "paid")

    def match_amounts(self, fact, amount, invoice, invoice_amount):
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose(
                [(self.stored(fact), amount)],
                [(self.open_item(invoice), invoice_amount)],
            )
        )
        match._confirm()

    def test_yen_and_dinar(self):
        for code, rate, gross, decimals in (
            ("JPY", 150, "12345", 0),
            ("KWD", 0.3, "12.345", 3),
        ):
            currency = self.foreign(code, [("2026-01-01", rate)])
            wallet = self.new_wallet(self.backend, currency, account=code)
            row = self.row(
                gross=gross,
                currency=code,
                account_identifier=code,
                batch_external_id=code,
                day=31,
            )
            self.store(row)
            wallet.action_post_cutoff(date(2026, 1, 31))
            (line,) = self.wallet_lines(wallet)
            self.assertEqual(line.amount_currency, float(gross))
            self.assertEqual(line.balance, round(float(gross) / rate, 2))
            proof = wallet._proof()
            self.assertEqual(proof["difference_minor"], 0)
            self.assertEqual(proof["ledger_minor"], int(float(gross) * 10**decimals))

    def test_conversion_between_wallets_leaves_nothing_on_the_way(self):
        out = self.row(
            "conversion",
            "-210",
            day=10,
            source_external_id="cv_1",
            batch_external_id="day_1",
        )
        into = self.euro_row(
            "conversion",
            "100",
            day=10,
            source_external_id="cv_1",
            batch_external_id="day_2",
        )
        self.store(out, into)
        (self.wallet + self.euro_wallet).action_post_cutoff(date(2026, 1, 31))
        transfer = self.env["account.move.line"].search(
            [("account_id", "=", self.policy.transfer_account_id.id)]
        )
        self.assertEqual(sorted(transfer.mapped("balance")), [-210.0, 210.0])
        self.assertEqual(self.wallet_lines().balance, 210.0)
        self.assertEqual(self.wallet_lines().amount_currency, 100.0)

    def test_legs_that_only_name_their_payment_meet_too(self):
        names = {"parent_external_id": "sale_1", "batch_external_id": "day_1"}
        out = self.row("conversion", "-210", source_external_id="leg_1", **names)
        into = self.euro_row("conversion", "100", source_external_id="leg_2", **names)
        self.store(out, into)
        (self.wallet + self.euro_wallet).action_post_cutoff(date(2026, 1, 31))
        transfer = self.env["account.move.line"].search(
            [("account_id", "=", self.policy.transfer_account_id.id)]
        )
        self.assertEqual(sorted(transfer.mapped("balance")), [-210.0, 210.0])
        self.assertEqual(self.wallet_lines().balance, 210.0)

    def test_clearing_from_suspense_in_euro_leaves_no_rest(self):
        charge = self.euro_row(gross="100", day=10)
        self.store(*self.euro_payout(charge))
        self.post()
        invoice = self.invoice(100, currency_id=self.euro.id, day=date(2026, 1, 16))
        self.match(charge, invoice)
        self.post()
        self.assertEqual(invoice.payment_state, "paid")
        suspense = self.env["account.move.line"].search(
            [("account_id", "=", self.policy.suspense_account_id.id)]
        )
        self.assertEqual(sum(suspense.mapped("balance")), 0.0)
        self.assertTrue(all(suspense.mapped("reconciled")))

    def test_a_payout_in_euro_arrives_at_a_bank_in_dollars(self):
        bank_backend = self.new_backend("Bank")
        bank = self.new_wallet(bank_backend, account="BANK", is_bank=True)
        charge = self.euro_row(gross="100", day=10)
        self.store(*self.euro_payout(charge))
        self.post()
        arrived = self.row(
            "bank_credit",
            "205",
            day=12,
            batch_kind="statement",
            batch_external_id="st_1",
            account_identifier="BANK",
        )
        statement = self.payout(arrived, name="st_1", account_identifier="BANK")[-1]
        statement = statement.__class__(
            **{
                **{
                    name: getattr(statement, name)
                    for name in statement.__dataclass_fields__
                },
                "kind": "statement",
            }
        )
        self.store(arrived, statement, backend=bank_backend)
        match = (
            self.env["settlement.match"]
            .sudo()
            ._propose([(self.batch(), 10000)], [(self.stored(arrived), 20500)], "batch")
        )
        match._confirm()
        self.post(bank_backend)
        line = self.env["account.bank.statement.line"].search(
            [("settlement_wallet_id", "=", bank.id)]
        )
        self.assertTrue(line.is_reconciled)
        transit = self.env["account.move.line"].search(
            [("account_id", "=", self.euro_wallet.in_transit_account_id.id)]
        )
        self.assertEqual(sum(transit.mapped("amount_currency")), 0.0)
        self.assertEqual(sum(transit.mapped("balance")), 0.0)
        self.assertEqual(self.batch().state, "reconciled")
