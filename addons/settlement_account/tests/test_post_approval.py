from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SettlementAccountCase


@tagged("post_install", "-at_install")
class TestPostApproval(SettlementAccountCase):
    """What one person, or a machine, may not post alone waits for another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.approver = cls.new_user("group_approver")
        cls.requests = cls.env["settlement.posting.request"]

    def waiting(self, kind=None):
        domain = [("state", "=", "waiting")]
        return self.requests.search(domain + ([("kind", "=", kind)] if kind else []))

    def approve(self, request):
        request.with_user(self.approver).action_approve()

    def postings(self):
        return self.env["settlement.posting"].search([], order="id")

    def two_payouts(self):
        charges = []
        for number in (1, 2):
            name = f"po_{number}"
            charges.append(self.row(gross="100", batch_external_id=name))
            self.store(*self.payout(charges[-1], name=name))
            self.match(charges[-1], self.invoice(100))
        return charges

    # ------------------------------------------------------------------
    # Payouts
    # ------------------------------------------------------------------

    def test_above_the_limit_another_person_decides(self):
        self.policy.auto_post_limit = 99.99
        self.two_payouts()
        self.assertFalse(self.post())
        requests = self.waiting("batch")
        self.assertEqual(requests.batch_id, self.batch("po_1") + self.batch("po_2"))
        self.assertEqual(requests.mapped("amount"), [100.0, 100.0])
        with self.assertRaisesRegex(UserError, "yourself"):
            requests[:1].action_approve()
        first = requests.filtered(lambda each: each.batch_id == self.batch("po_1"))
        self.approve(first)
        posting = self.postings()
        self.assertEqual(posting.batch_id, self.batch("po_1"))
        self.assertEqual(first.state, "posted")
        self.assertEqual(posting.request_id, first)
        self.assertEqual(posting.approver_id, self.approver)
        self.assertEqual(self.post(), posting, "the other one still waits")

    def test_the_limit_itself_is_posted(self):
        self.policy.auto_post_limit = 100
        self.two_payouts()
        self.assertEqual(len(self.post()), 2)
        self.assertFalse(self.waiting())

    def test_a_second_run_asks_once(self):
        self.policy.auto_post_limit = 50
        self.two_payouts()
        self.post()
        before = self.requests.search([])
        approvals = before.approval_id
        self.post()
        self.assertEqual(self.requests.search([]), before)
        self.assertEqual(before.approval_id, approvals)

    def test_an_approval_holds_for_exactly_these_entries(self):
        self.policy.auto_post_limit = 50
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        self.post()
        request = self.waiting()
        first = request.approval_id
        self.match(charge, self.invoice(100))
        self.post()
        self.assertEqual(first.state, "withdrawn")
        self.assertEqual(self.waiting(), request)
        self.assertNotEqual(request.approval_id, first)
        self.approve(request)
        self.assertEqual(self.short(self.postings())[0], ("receivable", -100.0))

    def test_what_changed_between_approval_and_posting_is_asked_again(self):
        self.policy.auto_post_limit = 50
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        self.post()
        request = self.waiting()
        # The approver looks at the entry with suspense; then a match comes in.
        self.match(charge, self.invoice(100))
        self.approve(request)
        self.assertFalse(self.postings())
        self.assertEqual(request.state, "waiting")
        self.approve(request)
        self.assertEqual(self.short(self.postings())[0], ("receivable", -100.0))

    def test_what_was_refused_is_not_asked_again_until_it_changes(self):
        self.policy.auto_post_limit = 50
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        self.post()
        request = self.waiting()
        request.with_user(self.approver).action_refuse("look at it again")
        self.assertEqual(request.state, "refused")
        self.assertEqual(self.batch().posting_request_state, "refused")
        self.assertFalse(self.post())
        self.assertFalse(self.waiting())
        self.match(charge, self.invoice(100))
        self.assertFalse(self.post())
        self.assertNotEqual(self.waiting(), request)
        self.assertEqual(self.batch().posting_request_state, "waiting")

    def test_a_person_may_ask_again_for_what_was_refused(self):
        self.policy.auto_post_limit = 50
        self.store(*self.payout(self.row(gross="100")))
        self.post()
        self.waiting().with_user(self.approver).action_refuse("not now")
        self.assertFalse(self.batch().action_post())
        self.assertEqual(len(self.waiting()), 1)

    def test_a_higher_limit_makes_the_request_superfluous(self):
        self.policy.auto_post_limit = 50
        self.store(*self.payout(self.row(gross="100")))
        self.post()
        request = self.waiting()
        self.policy.auto_post_limit = 500
        self.assertEqual(len(self.post()), 1)
        self.assertEqual(request.state, "withdrawn")
        self.assertEqual(request.approval_id.state, "withdrawn")

    def test_without_automatic_posting_everything_waits(self):
        self.policy.auto_post = False
        self.two_payouts()
        self.assertFalse(self.post())
        self.assertEqual(len(self.waiting()), 2)

    def test_a_person_has_a_limit_of_their_own(self):
        self.policy.write({"auto_post_limit": 500, "approval_limit": 50})
        self.store(*self.payout(self.row(gross="100")))
        accountant = self.new_user("group_accountant")
        self.backend.sudo()._step_validate(None)
        self.assertFalse(self.batch().with_user(accountant).action_post())
        request = self.waiting()
        self.assertEqual(request.requester_id, accountant)
        self.approve(request)
        self.assertEqual(self.postings().request_id, request)

    def test_the_limit_is_in_company_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-01-01", "rate": 0.5}
        )
        self.new_wallet(self.backend, euro, account="EUR-1")
        rows = [
            self.row(gross="100", currency="EUR", account_identifier="EUR-1"),
            self.row("payout", "-100", currency="EUR", account_identifier="EUR-1"),
        ]
        batch = self.payout(rows[0], currency="EUR", account_identifier="EUR-1")[-1]
        self.policy.auto_post_limit = 150
        self.store(*rows, batch)
        self.assertFalse(self.post())
        self.assertEqual(self.waiting().amount, 200.0)

    # ------------------------------------------------------------------
    # Every other kind
    # ------------------------------------------------------------------

    def test_a_cut_off_waits_and_goes_on(self):
        self.policy.auto_post_limit = 50
        self.store(
            self.loose(gross="100", fee="3", day=20),
            self.loose(gross="1", day=date(2026, 2, 1)),
        )
        self.assertFalse(self.post())
        request = self.waiting("cutoff")
        self.assertEqual(request.amount, 100.0)
        self.approve(request)
        posting = self.postings()
        self.assertEqual((posting.kind, posting.request_id), ("cutoff", request))
        self.assertEqual(
            self.short(posting),
            [("suspense", -100.0), ("fees to be invoiced", 3.0), ("wallet", 97.0)],
        )

    def test_a_cut_off_does_not_slip_around_the_request_of_a_payout(self):
        self.policy.auto_post_limit = 50
        self.store(
            *self.payout(self.row(gross="100")),
            self.loose(gross="1", day=date(2026, 3, 1)),
        )
        self.assertFalse(self.post())
        self.assertEqual(self.waiting().kind, "batch")
        self.waiting().with_user(self.approver).action_refuse("no")
        self.assertFalse(self.post())
        self.assertFalse(self.waiting("cutoff"))

    def test_a_cut_off_of_rows_that_found_a_payout_is_withdrawn(self):
        self.policy.auto_post_limit = 50
        charge = self.row(gross="100", day=20)
        self.store(charge, self.loose(gross="1", day=date(2026, 2, 1)))
        self.post()
        request = self.waiting("cutoff")
        self.policy.auto_post_limit = 0
        *_rows, payout, batch = self.payout(charge, day=date(2026, 2, 1))
        self.store(payout, batch)
        self.post()
        self.assertEqual(request.state, "withdrawn")

    def test_a_clearing_waits_and_goes_on(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        first = self.post()
        self.policy.auto_post_limit = 50
        invoice = self.invoice(100)
        match = self.match(charge, invoice)
        self.assertEqual(self.post(), first)
        request = self.waiting("clearing")
        self.assertEqual(request.amount, 100.0)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.post()
        self.assertEqual(self.waiting("clearing"), request, "asked once")
        self.approve(request)
        clearing = self.postings() - first
        self.assertEqual(clearing.request_id, request)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(match.state, "posted")

    def test_a_clearing_whose_match_was_undone_is_withdrawn(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        self.post()
        self.policy.auto_post_limit = 50
        match = self.match(charge, self.invoice(100))
        self.post()
        request = self.waiting("clearing")
        match.action_undo("wrong")
        self.post()
        self.assertEqual(request.state, "withdrawn")

    def test_an_opening_waits_and_goes_on(self):
        self.wallet.opening_balance = 70
        self.policy.approval_limit = 69
        self.assertFalse(self.wallet.action_post_opening(self.receivable))
        request = self.waiting("opening")
        self.approve(request)
        posting = self.postings()
        self.assertEqual(self.short(posting), [("wallet", 70.0), ("receivable", -70.0)])
        self.assertEqual(posting.request_id, request)

    def test_bank_lines_on_the_opening_day_are_no_opening(self):
        bank = self.new_backend("Bank", timezone="UTC")
        wallet = self.new_wallet(
            bank, account="BANK-1", is_bank=True, opening_balance=70
        )
        wallet.opening_date = date(2026, 1, 10)
        line = self.row(
            "bank_credit",
            "25",
            account_identifier="BANK-1",
            batch_kind="statement",
            batch_external_id="st_1",
        )
        batch = self.payout(
            line, kind="statement", name="st_1", account_identifier="BANK-1"
        )[-1]
        self.store(line, batch, backend=bank)
        self.post(bank)
        self.assertTrue(self.stored(line).statement_line_id)
        posting = wallet.action_post_opening()
        self.assertEqual(posting.amount, 70.0)
        self.assertFalse(wallet.action_post_opening())

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_the_author_of_an_automatic_act_is_who_imported(self):
        self.policy.auto_post_limit = 50
        self.store(*self.payout(self.row(gross="100")))
        importer = self.stored_message_author()
        backend = self.backend.with_user(1)
        backend._step_validate(None)
        backend._step_post(None)
        request = self.waiting()
        self.assertEqual(request.requester_id, importer)
        with self.assertRaisesRegex(UserError, "yourself"):
            request.with_user(importer).action_approve()

    def test_what_the_technical_user_runs_is_the_act_of_who_imported(self):
        self.policy.auto_post_limit = 50
        self.store(*self.payout(self.row(gross="100")))
        bot = self.env["settlement.backend"]._bot()
        backend = self.backend.with_user(bot).sudo()
        backend._step_validate(None)
        backend._step_post(None)
        self.assertEqual(self.waiting().requester_id, self.stored_message_author())
        self.assertNotEqual(self.waiting().requester_id, bot)

    def stored_message_author(self):
        message = self.env["settlement.message"].search([], order="id desc", limit=1)
        return message.create_uid

    def test_roles(self):
        self.policy.auto_post_limit = 50
        self.store(*self.payout(self.row(gross="100")))
        self.post()
        request = self.waiting()
        for role in ("group_viewer", "group_accountant", "group_auditor"):
            user = self.new_user(role)
            self.assertEqual(request.with_user(user).name, request.name)
            with self.assertRaises(AccessError):
                request.with_user(user).action_approve()
            with self.assertRaises(AccessError):
                request.with_user(user).action_refuse("no")
            with self.assertRaises(AccessError):
                request.with_user(user).write({"state": "approved"})
            with self.assertRaises(AccessError):
                request.with_user(user).unlink()

    def test_nobody_of_another_company_sees_it(self):
        self.policy.auto_post_limit = 50
        self.store(*self.payout(self.row(gross="100")))
        self.post()
        other = self.setup_other_company()["company"]
        stranger = self.new_user("group_approver", other)
        requests = self.requests.with_user(stranger)
        self.assertFalse(requests.search([]))
        with self.assertRaises(AccessError):
            requests.browse(self.waiting().id).action_approve()

    def test_a_decision_is_kept(self):
        self.policy.auto_post_limit = 50
        self.store(*self.payout(self.row(gross="100")))
        self.post()
        with self.assertRaisesRegex(UserError, "kept"):
            self.waiting().sudo().unlink()

    def test_an_accountant_without_more_rights_posts_a_cut_off(self):
        self.store(self.loose(gross="100", day=20))
        accountant = self.new_user("group_accountant")
        wallet = self.wallet.with_user(accountant)
        self.assertEqual(wallet._post_cutoff(date(2026, 1, 31)), 1)

    def test_a_cut_off_that_cannot_be_posted_says_why(self):
        self.store(self.loose(gross="100", day=20))
        self.company.sudo().fiscalyear_lock_date = date(2026, 1, 31)
        with self.assertRaisesRegex(UserError, "closed"):
            self.wallet.action_post_cutoff(date(2026, 1, 31))
