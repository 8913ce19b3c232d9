from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import SettlementAccountCase

MODELS = (
    "settlement.posting",
    "settlement.posting.line",
    "settlement.posting.policy",
)
READERS = ("group_viewer", "group_auditor", "group_integration_admin")


@tagged("post_install", "-at_install")
class TestAccess(SettlementAccountCase):
    """Who may see and do what, role by role and company by company."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.roles = {
            role: cls.new_user(role) for role in (*READERS, "group_accountant")
        }
        cls.roles["group_approver"] = cls.new_user("group_approver")
        cls.other = cls.setup_other_company(name="Other")["company"]
        cls.stranger = new_test_user(
            cls.env,
            login="stranger",
            groups="base.group_user,settlement.group_approver,"
            "settlement.group_integration_admin,settlement.group_auditor",
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )

    def posted(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        match = self.match(charge, self.invoice(100))
        return self.post(), match

    def test_readers_see_and_change_nothing(self):
        posting, match = self.posted()
        for role in READERS:
            user = self.roles[role]
            mine = posting.with_user(user)
            self.assertTrue(mine.read(["date", "amount"]), role)
            self.assertTrue(mine.action_open_move(), role)
            for act in (
                lambda mine=mine: mine.action_reverse("no"),
                lambda mine=mine: mine.batch_id.action_post(),
                lambda user=user: match.with_user(user).action_undo("no"),
                lambda mine=mine: mine.wallet_id.action_post_opening(),
                lambda mine=mine: mine.wallet_id.action_post_cutoff(date(2026, 1, 31)),
                lambda mine=mine: mine.write({"reason": "no"}),
                lambda mine=mine: mine.unlink(),
                lambda user=user: self.policy.with_user(user).write({"hold_days": 1}),
            ):
                with self.subTest(role=role), self.assertRaises(AccessError):
                    act()

    def test_an_accountant_posts_and_does_not_reverse(self):
        self.policy.auto_post_limit = 0
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        self.backend.sudo()._step_validate(None)
        accountant = self.roles["group_accountant"]
        posting = self.batch().with_user(accountant).action_post()
        self.assertEqual(posting.move_id.state, "posted")
        with self.assertRaises(AccessError):
            posting.action_reverse("mistake")
        with self.assertRaises(AccessError):
            self.policy.with_user(accountant).write({"auto_post_limit": 10**9})
        approver = self.roles["group_approver"]
        self.assertTrue(posting.with_user(approver).action_reverse("mistake"))

    def test_the_pipeline_posts_for_an_accountant(self):
        charge = self.row(gross="100")
        self.store(*self.payout(charge))
        invoice = self.invoice(100, payment_reference="R1")
        self.match(charge, invoice)
        user = self.roles["group_accountant"]
        run = self.backend.with_user(user).run_pipeline()
        self.assertEqual(run.counters["post"]["posted"], 1)
        self.assertEqual(invoice.payment_state, "paid")

    def test_another_company_sees_and_does_nothing(self):
        posting, match = self.posted()
        for model in MODELS:
            seen = self.env[model].with_user(self.stranger).search([])
            self.assertFalse(
                seen.filtered(lambda each: each.company_id == self.company)
            )
        for act in (
            lambda: posting.with_user(self.stranger).read(["amount"]),
            lambda: posting.with_user(self.stranger).action_reverse("no"),
            lambda: posting.batch_id.with_user(self.stranger).action_post(),
            lambda: match.with_user(self.stranger).action_undo("no"),
            lambda: self.wallet.with_user(self.stranger).action_prove(),
            lambda: self.wallet.with_user(self.stranger).action_open_missing(),
            lambda: self.wallet.with_user(self.stranger).action_set_up_accounts(),
            lambda: self.backend.with_user(self.stranger).run_pipeline(),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_nobody_enters_a_proof_or_an_entry_by_hand(self):
        for role in ("group_accountant", "group_approver"):
            user = self.roles[role]
            with self.assertRaises(UserError):
                self.wallet.with_user(user).write({"difference": 0})
            with self.assertRaises(AccessError):
                self.env["settlement.posting"].with_user(user).create({})

    def test_set_up_says_what_it_did(self):
        backend = self.new_backend("Another", self.company)
        wallet = self.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": "X",
                "currency_id": self.currency.id,
            }
        )
        user = self.roles["group_integration_admin"]
        said = wallet.with_user(user).action_set_up_accounts()["params"]["message"]
        self.assertIn(wallet.journal_id.name, said)
        self.assertTrue(wallet.in_transit_account_id.reconcile)
        self.assertTrue(wallet.journal_id.suspense_account_id.reconcile)
        again = wallet.with_user(user).action_set_up_accounts()["params"]["message"]
        self.assertIn("Nothing", again)
