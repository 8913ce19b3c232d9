from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .pane_case import PaneCase


@tagged("post_install", "-at_install")
class TestPane(PaneCase):
    """What the pane is told about one exception."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Made once: each test takes back what it does.
        cls.charge = cls.maker().waiting_charge()

    def opened(self, **values):
        return self.raised(self.charge, **values)

    def test_the_cause_comes_first_with_its_arithmetic(self):
        exception = self.opened()
        exception.sudo().cause = "100 is more than 60.\n60 + 40 = 100\n"
        data = exception.pane_data()
        self.assertEqual(data["id"], exception.id)
        self.assertEqual(data["sentence"], "100 is more than 60.")
        self.assertEqual(data["arithmetic"], ["60 + 40 = 100"])
        self.assertEqual(data["reason"], "unmatched")
        self.assertIn("100.00", data["amount"])
        self.assertTrue(data["can_act"])

    def test_the_chain_leads_from_the_order_to_the_entry(self):
        charge = self.row(order_reference="S00042", batch_external_id="po_2")
        self.store(*self.payout(charge, name="po_2"))
        invoice = self.invoice(100)
        self.match(charge, invoice)
        self.post()
        exception = self.raised(self.stored(charge), "dispute_opened")
        chain = exception.pane_data()["chain"]
        self.assertEqual(chain[0]["label"], "S00042")
        self.assertEqual(
            [link["model"] for link in chain[1:]],
            [
                "account.move",
                "settlement.transaction",
                "settlement.batch",
                "account.move",
            ],
        )
        self.assertEqual(chain[1]["id"], invoice.id)
        self.assertEqual([link["is_subject"] for link in chain].count(True), 1)
        entry = self.env["account.move"].browse(chain[-1]["id"])
        self.assertEqual(entry, self.batch("po_2").posting_ids.move_id)

    def test_a_payout_s_chain_reaches_the_bank(self):
        bank = self.new_backend("Bank")
        self.new_wallet(bank, account="BANK-1", is_bank=True)
        credit = self.loose("bank_credit", "100", day=12, account_identifier="BANK-1")
        self.store(credit, backend=bank)
        matches = self.env["settlement.match"].sudo()
        matches._propose([self.batch()], [self.stored(credit)])._confirm()
        chain = self.raised(self.batch(), "late_payout").pane_data()["chain"]
        models = [link["model"] for link in chain]
        self.assertEqual(models[:2], ["settlement.batch", "settlement.transaction"])
        self.assertEqual(chain[1]["id"], self.stored(credit).id)

    def test_each_link_opens_what_it_names(self):
        exception = self.opened()
        for link in exception.pane_data()["chain"]:
            action = exception.pane_open(link["model"], link["id"])
            self.assertEqual(action["res_model"], link["model"])
            self.assertEqual(action["res_id"], link["id"])

    def test_a_candidate_opens_its_document(self):
        exception = self.opened()
        invoice = self.invoice(100)
        action = exception.pane_open(*self.key(invoice))
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("account.move", invoice.id)
        )

    def test_other_subjects_have_a_chain_too(self):
        for record in (self.backend, self.wallet):
            chain = self.raised(record, "balance_gap").pane_data()["chain"]
            self.assertTrue(chain, record)
            self.assertIn(record._name, [link["model"] for link in chain])

    def test_verbs_say_what_they_do_and_why_not(self):
        exception = self.opened()
        verbs = {verb["name"]: verb for verb in exception.pane_data()["verbs"]}
        self.assertFalse(verbs["accept"]["enabled"])
        self.assertIn("Nothing is proposed", verbs["accept"]["why_not"])
        self.assertTrue(verbs["match"]["enabled"])
        self.assertEqual(verbs["match"]["takes"], "chosen")
        self.assertEqual(verbs["split"]["takes"], "parts")
        self.assertEqual(verbs["split"]["key"], "s")
        self.assertTrue(verbs["match"]["posts"])
        self.assertFalse(verbs["ignore"]["posts"])
        self.assertTrue(all(verb["effect"] for verb in verbs.values()))
        self.assertNotIn("mark_duplicate", verbs, "only those that fit")

    def test_no_two_verbs_of_a_reason_share_a_key(self):
        for reason, _label in (
            self.env["settlement.exception"]
            ._fields["reason"]
            ._description_selection(self.env)
        ):
            record = self.wallet if reason != "unmatched" else self.charge
            verbs = self.raised(record, reason).pane_data()["verbs"]
            keys = [verb["key"] for verb in verbs if verb["key"]]
            self.assertEqual(len(keys), len(set(keys)), reason)

    def test_inputs_are_those_of_the_dialogue(self):
        exception = self.opened()
        verbs = {verb["name"]: verb for verb in exception.pane_data()["verbs"]}
        inputs = {each["name"]: each for each in verbs["ignore"]["inputs"]}
        self.assertEqual(inputs["code"]["type"], "selection")
        self.assertTrue(inputs["code"]["required"])
        self.assertIn("immaterial", dict(inputs["code"]["options"]))
        ask = {each["name"]: each for each in verbs["ask"]["inputs"]}
        self.assertEqual(ask["user_id"]["type"], "record")
        self.assertEqual(ask["user_id"]["model"], "res.users")
        self.assertEqual(ask["user_id"]["domain"], [("share", "=", False)])

    def test_who_waits_for_whom(self):
        self.policy.approval_limit = 10
        exception = self.opened()
        exception.action_ignore("Agreed by phone.", "agreed")
        data = exception.pane_data()
        self.assertEqual(data["state"], "waiting_approval")
        self.assertEqual(data["approval"]["requester"], self.accountant.name)
        verbs = {verb["name"]: verb for verb in data["verbs"]}
        self.assertIn("approval already", verbs["ignore"]["why_not"])
        self.assertTrue(verbs["assign"]["enabled"])

    # ------------------------------------------------------------------
    # Who sees what
    # ------------------------------------------------------------------

    def test_viewer_and_auditor_see_all_and_may_do_nothing(self):
        exception = self.opened()
        values = {"chosen": [self.key(self.invoice(100))]}
        for user in (self.viewer, self.auditor):
            mine = exception.with_user(user)
            data = mine.pane_data()
            self.assertEqual(data["verbs"], [])
            self.assertFalse(data["can_act"])
            self.assertTrue(data["candidates"])
            for act in (
                lambda mine=mine: mine.pane_preview("match", values),
                lambda mine=mine: mine.pane_resolve("match", values, "x"),
                lambda mine=mine: mine.action_resolve(
                    "match", preview_hash="x", **values
                ),
                lambda mine=mine: mine.pane_undo("no"),
            ):
                with self.assertRaises(AccessError):
                    act()
        self.assertEqual(exception.state, "open")

    def test_another_company_sees_nothing(self):
        exception = self.opened()
        stranger = exception.with_user(self.outsider())
        for act in (
            stranger.pane_data,
            lambda: stranger.pane_preview("ignore", {}),
            lambda: stranger.pane_choice([]),
            lambda: stranger.pane_resolve("ignore", {}, "x"),
            stranger.action_open_pane,
        ):
            with self.assertRaises(AccessError):
                act()
        queue = stranger.env["settlement.exception"].pane_queue([])
        self.assertEqual(queue["total"], 0)

    def test_without_a_role_nothing_is_told(self):
        exception = self.opened().with_user(self.nobody())
        for act in (
            exception.pane_data,
            lambda: exception.pane_queue(),
            exception.pane_settings,
            exception.pane_proof,
            lambda: exception.pane_set_single_keys(False),
            lambda: exception.pane_open("res.users", 1),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_integration_administrators_work_on_it_matters(self):
        admin = self.new_user("group_integration_admin", name="pane")
        theirs = self.raised(self.backend, "stale_feed", user=admin)
        others = self.opened(user=admin)
        self.assertTrue(theirs.pane_data()["can_act"])
        self.assertFalse(others.pane_data()["can_act"])
        self.assertEqual(others.pane_data()["verbs"], [])


@tagged("post_install", "-at_install")
class TestPaneQueue(PaneCase):
    """Which exceptions, in which order."""

    def setUp(self):
        super().setUp()
        self.low, self.high, self.late = (
            self.raised(self.wallet, reason, amount_minor=minor, currency=self.currency)
            for reason, minor in (
                ("amount_short", 1_00),
                ("amount_over", 20_000_00),
                ("balance_gap", 2_00),
            )
        )
        self.late.sudo().deadline = fields.Datetime.now() - timedelta(hours=3)
        self.exceptions = self.low.browse()
        self.own = [("id", "in", (self.low | self.high | self.late).ids)]

    def ids(self, *args, **values):
        return [
            row["id"] for row in self.exceptions.pane_queue(*args, **values)["rows"]
        ]

    def test_most_urgent_first(self):
        self.assertEqual(self.ids(self.own), [self.high.id, self.late.id, self.low.id])

    def test_the_order_of_a_list_is_kept(self):
        self.assertEqual(
            self.ids(self.own, order="id DESC"),
            [self.late.id, self.high.id, self.low.id],
        )
        wanted = [self.low.id, self.late.id, 2**30]
        self.assertEqual(self.ids(ids=wanted), wanted[:2])

    def test_by_default_mine_and_nobodys(self):
        self.low.action_assign(self.accountant)
        self.high.action_assign(self.approver)
        found = self.ids()
        self.assertIn(self.low.id, found)
        self.assertIn(self.late.id, found)
        self.assertNotIn(self.high.id, found)

    def test_pages(self):
        queue = self.exceptions.pane_queue(self.own, limit=2, offset=2)
        self.assertEqual((queue["total"], len(queue["rows"])), (3, 1))
        self.assertEqual(len(self.ids(self.own, limit=0)), 1, "one at least")

    def test_a_row_says_how_urgent_it_is(self):
        rows = {row["id"]: row for row in self.exceptions.pane_queue(self.own)["rows"]}
        self.assertEqual(rows[self.late.id]["due"], "3 h overdue")
        self.assertTrue(rows[self.late.id]["is_overdue"])
        self.assertEqual(rows[self.high.id]["severity"], "high")
        self.assertIn("20,000.00", rows[self.high.id]["amount"])
        self.assertEqual(rows[self.low.id]["age"], "< 24 h")

    def test_many_rows_cost_few_queries(self):
        for number in range(40):
            wallet = self.new_wallet(self.backend, account=f"Q-{number}")
            self.raised(wallet, "balance_gap")
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            rows = self.exceptions.pane_queue([("reason", "=", "balance_gap")])["rows"]
        self.assertGreaterEqual(len(rows), 40)

    def test_the_pane_opens_on_these(self):
        action = (self.low | self.high).action_open_pane()
        self.assertEqual(action["tag"], "settlement_pane")
        self.assertEqual(
            action["context"]["exception_ids"], [self.low.id, self.high.id]
        )
        self.assertEqual(action["context"]["active_id"], self.low.id)

    def test_a_button_that_posts_opens_the_pane_first(self):
        mine = self.low.with_context(settlement_verb="write_off")
        action = mine.action_open_verb()
        self.assertEqual(action["tag"], "settlement_pane")
        self.assertEqual(action["context"]["pane_verb"], "write_off")
        self.assertEqual(action["context"]["exception_id"], self.low.id)
        row = self.raised(self.waiting_charge())
        matching = row.with_context(settlement_verb="match").action_open_verb()
        self.assertEqual(matching["context"]["pane_verb"], "match")
        ignoring = self.low.with_context(settlement_verb="ignore").action_open_verb()
        self.assertEqual(ignoring["res_model"], "settlement.exception.resolve")
        looking = self.low.with_user(self.viewer).with_context(
            settlement_verb="write_off"
        )
        with self.assertRaises(AccessError):
            looking.action_open_verb()

    def test_single_keys_are_each_user_s_own(self):
        mine = self.exceptions.with_user(self.accountant)
        self.assertTrue(mine.pane_settings()["single_keys"])
        self.assertFalse(mine.pane_set_single_keys(False))
        self.assertFalse(mine.pane_settings()["single_keys"])
        theirs = self.exceptions.with_user(self.viewer)
        self.assertTrue(theirs.pane_settings()["single_keys"])
        self.assertFalse(theirs.pane_settings()["is_accountant"])

    def test_what_stands_behind_an_empty_queue(self):
        self.wallet.sudo().write({"proved_at": fields.Datetime.now()})
        (words,) = self.exceptions.pane_proof()
        self.assertIn("of", words)
