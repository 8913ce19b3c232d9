from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from .common import SettlementAccountCase

TRACES = (
    "account.move",
    "account.partial.reconcile",
    "settlement.posting",
    "settlement.posting.request",
    "settlement.exception",
    "settlement.event",
)


@tagged("post_install", "-at_install")
class TestPostPreview(SettlementAccountCase):
    """What is shown is what is posted, and looking at it changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0

    def ready(self, *rows):
        """Store a payout that is ready to be posted; return its batch."""
        self.store(*self.payout(*rows))
        self.backend.sudo()._step_validate(None)
        return self.batch()

    def preview(self, subject):
        action = subject.action_preview_posting()
        self.assertEqual(action["target"], "new")
        return self.env[action["res_model"]].browse(action["res_id"])

    def counts(self):
        self.env.flush_all()
        return {name: self.env[name].sudo().search_count([]) for name in TRACES}

    def shown(self, preview, number=1):
        lines = preview.line_ids.filtered(lambda line: line.number == number)
        return [
            (line.account_id, line.partner_id, line.debit, line.credit, line.name)
            for line in lines
        ]

    def posted(self, move):
        return [
            (line.account_id, line.partner_id, line.debit, line.credit, line.name)
            for line in move.line_ids.sorted("sequence")
        ]

    # ------------------------------------------------------------------
    # Payouts
    # ------------------------------------------------------------------

    def test_what_is_shown_is_what_is_posted(self):
        charge = self.row(gross="100", fee="3")
        batch = self.ready(charge, self.row("dispute", "-20"))
        self.match(charge, self.invoice(100))
        preview = self.preview(batch)
        self.assertEqual(preview.entry_count, 1)
        self.assertEqual(set(preview.line_ids.mapped("kind")), {"settlement"})
        self.assertEqual(preview.line_ids[0].date, date(2026, 1, 10))
        preview.action_post()
        posting = batch.posting_ids
        self.assertEqual(self.shown(preview), self.posted(posting.move_id))
        self.assertEqual(preview.line_ids.journal_id, posting.move_id.journal_id)

    def test_a_preview_leaves_no_trace(self):
        charge = self.row(gross="100", fee="3")
        batch = self.ready(charge)
        invoice = self.invoice(100)
        match = self.match(charge, invoice)
        before = self.counts()
        self.preview(batch)
        self.assertEqual(self.counts(), before)
        self.assertEqual(batch.state, "validated")
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(self.stored(charge).posting_state, "none")

    def test_its_effect_on_wallet_transit_and_profit(self):
        self.policy.fees = "expense"
        preview = self.preview(self.ready(self.row(gross="100", fee="3")))
        self.assertEqual(preview.wallet_change, 0.0)
        self.assertEqual(preview.transit_change, 97.0)
        self.assertEqual(preview.profit_change, -3.0)

    def test_it_names_what_is_settled(self):
        charge = self.row(gross="60")
        batch = self.ready(charge)
        invoice = self.invoice(100)
        self.match(charge, invoice)
        preview = self.preview(batch)
        self.assertIn(invoice.name, preview.settled_text)
        self.assertIn("60.00", preview.settled_text)

    def test_another_situation_shows_the_new_preview_instead_of_posting(self):
        charge = self.row(gross="100")
        batch = self.ready(charge)
        preview = self.preview(batch)
        first = preview.preview_hash
        self.match(charge, self.invoice(100))
        action = preview.action_post()
        self.assertEqual(action["res_id"], preview.id)
        self.assertTrue(preview.has_changed)
        self.assertNotEqual(preview.preview_hash, first)
        self.assertFalse(batch.posting_ids)
        self.assertIn(self.receivable, preview.line_ids.account_id)
        preview.action_post()
        self.assertEqual(self.shown(preview), self.posted(batch.posting_ids.move_id))

    def test_a_payout_over_two_months_shows_both_entries(self):
        rows = [
            self.row(gross="100", day=date(2026, 1, 30)),
            self.row(gross="50", day=date(2026, 2, 1)),
        ]
        self.store(*self.payout(*rows, day=date(2026, 2, 2)))
        self.backend.sudo()._step_validate(None)
        preview = self.preview(self.batch())
        self.assertEqual(preview.entry_count, 2)
        preview.action_post()
        moves = self.batch().posting_ids.sorted("id").move_id
        for number, move in enumerate(moves, start=1):
            self.assertEqual(self.shown(preview, number), self.posted(move))

    def test_what_cannot_be_posted_says_why_and_opens_nothing(self):
        batch = self.ready(self.row(gross="100"))
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        before = self.counts()
        with self.assertRaisesRegex(UserError, "closed"):
            batch.action_preview_posting()
        self.assertEqual(self.counts(), before)

    def test_above_the_limit_it_is_shown_and_waits(self):
        self.policy.auto_post_limit = 50
        batch = self.ready(self.row(gross="100"))
        preview = self.preview(batch)
        self.assertEqual(preview.entry_count, 1)
        self.assertFalse(batch.posting_request_ids)
        preview.action_post()
        self.assertFalse(batch.posting_ids)
        self.assertEqual(batch.posting_request_state, "waiting")
        batch.posting_request_ids.with_user(
            self.new_user("group_approver")
        ).action_approve()
        self.assertEqual(self.shown(preview), self.posted(batch.posting_ids.move_id))

    # ------------------------------------------------------------------
    # What reconciling makes besides
    # ------------------------------------------------------------------

    def cash_basis_tax(self):
        company = self.company.sudo()
        company.tax_exigibility = True
        if not company.tax_cash_basis_journal_id:
            company.tax_cash_basis_journal_id = self.company_data[
                "default_journal_misc"
            ]
        transition = self.env["account.account"].create(
            {
                "name": "Tax not due yet",
                "code": "251999",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        return self.env["account.tax"].create(
            {
                "name": "VAT 20 on payment",
                "amount": 20,
                "type_tax_use": "sale",
                "company_id": self.company.id,
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": transition.id,
            }
        )

    def test_tax_on_payment_is_part_of_the_preview(self):
        tax = self.cash_basis_tax()
        charge = self.row(gross="120")
        batch = self.ready(charge)
        invoice = self.invoice(
            100,
            invoice_line_ids=[
                Command.create(
                    {
                        "name": "Goods",
                        "price_unit": 100,
                        "tax_ids": [Command.set(tax.ids)],
                    }
                )
            ],
        )
        self.assertEqual(invoice.amount_total, 120.0)
        self.match(charge, invoice)
        preview = self.preview(batch)
        self.assertEqual(
            set(preview.line_ids.mapped("kind")), {"settlement", "cash_basis"}
        )
        of_tax = preview.line_ids.filtered(lambda line: line.kind == "cash_basis")
        number = of_tax[:1].number
        preview.action_post()
        made = self.env["account.move"].search(
            [("tax_cash_basis_origin_move_id", "=", invoice.id)]
        )
        self.assertEqual(len(made), 1)
        self.assertEqual(self.shown(preview, number), self.posted(made))

    def test_exchange_differences_are_part_of_the_preview(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        for day, rate in (("2026-01-01", 0.5), ("2026-01-10", 0.4)):
            self.env["res.currency.rate"].create(
                {"currency_id": euro.id, "name": day, "rate": rate}
            )
        self.new_wallet(self.backend, euro, account="EUR-1")
        facts = {"currency": "EUR", "account_identifier": "EUR-1"}
        charge = self.row(gross="100", **facts)
        payout = self.row("payout", "-100", **facts)
        self.store(charge, payout, self.payout(charge, **facts)[-1])
        self.backend.sudo()._step_validate(None)
        self.match(charge, self.invoice(100, currency_id=euro.id))
        preview = self.preview(self.batch())
        exchange = preview.line_ids.filtered(lambda line: line.kind == "exchange")
        self.assertEqual(sum(exchange.mapped("debit")), 50.0)
        self.assertEqual(preview.profit_change, 50.0)

    # ------------------------------------------------------------------
    # Matches
    # ------------------------------------------------------------------

    def proposal(self, fact, move):
        return (
            self.env["settlement.match"]
            .sudo()
            ._propose([self.stored(fact)], [self.open_item(move)])
            .sudo(False)
        )

    def test_a_proposal_shows_the_payout_that_it_would_be_posted_with(self):
        charge = self.row(gross="100")
        batch = self.ready(charge)
        invoice = self.invoice(100)
        match = self.proposal(charge, invoice)
        before = self.counts()
        preview = self.preview(match)
        self.assertEqual(self.counts(), before)
        self.assertEqual(match.state, "proposed")
        preview.action_post()
        self.assertEqual(match.state, "posted")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.shown(preview), self.posted(batch.posting_ids.move_id))

    def test_a_match_of_a_posted_row_shows_its_clearing(self):
        charge, other = self.row(gross="100"), self.row(gross="40")
        self.store(*self.payout(charge, other))
        first = self.post()
        invoice = self.invoice(100)
        # Another match waits, too: it is none of this preview.
        self.match(other, self.invoice(40))
        match = self.proposal(charge, invoice)
        preview = self.preview(match)
        self.assertEqual(
            [(line.account_id, line.debit, line.credit) for line in preview.line_ids],
            [
                (self.policy.suspense_account_id, 100.0, 0.0),
                (self.receivable, 0.0, 100.0),
            ],
        )
        preview.action_post()
        clearing = self.env["settlement.posting"].search([]) - first
        self.assertEqual(self.shown(preview), self.posted(clearing.move_id))
        self.assertEqual(invoice.payment_state, "paid")

    def test_a_match_of_an_unfinished_payout_says_that_nothing_is_posted(self):
        charge = self.row(gross="100")
        self.store(charge)
        match = self.proposal(charge, self.invoice(100))
        self.assertEqual(self.preview(match).entry_count, 0)

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_roles(self):
        batch = self.ready(self.row(gross="100"))
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            user = self.new_user(role)
            with self.subTest(role), self.assertRaises(AccessError):
                batch.with_user(user).action_preview_posting()
            with self.subTest(role), self.assertRaises(AccessError):
                batch.with_user(user).action_post_previewed("")
        accountant = self.new_user("group_accountant")
        preview = self.preview(batch.with_user(accountant))
        self.assertEqual(preview.with_user(accountant).entry_count, 1)
        other = self.new_user("group_accountant", self.company, "other")
        with self.assertRaises(AccessError):
            preview.with_user(other).read(["preview_hash"])

    def test_nobody_previews_another_company(self):
        batch = self.ready(self.row(gross="100"))
        stranger = self.new_user(
            "group_accountant", self.setup_other_company()["company"]
        )
        with self.assertRaises(AccessError):
            batch.with_user(stranger).action_preview_posting()
