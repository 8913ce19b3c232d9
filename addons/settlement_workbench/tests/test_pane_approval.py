from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .pane_case import PaneCase


@tagged("post_install", "-at_install")
class TestPaneApproval(PaneCase):
    """The second person agrees where the first one asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.approval_limit = 50
        cls.charge = cls.maker().waiting_charge()

    def setUp(self):
        super().setUp()
        self.exception = self.raised(self.charge)
        self.exception.action_resolve("allocate", partner_id=self.customer.id)
        self.assertEqual(self.exception.state, "waiting_approval")
        self.theirs = self.exception.with_user(self.approver)

    def decide(self, verb, exception=None, **values):
        exception = exception or self.theirs
        preview = exception.pane_preview(verb, values)
        return exception.pane_resolve(verb, values, preview["hash"])

    def test_it_is_the_first_thing_that_an_approver_sees(self):
        data = self.theirs.pane_data()
        self.assertEqual(data["enter_verb"], "approve")
        names = [verb["name"] for verb in data["verbs"]]
        self.assertEqual(names[:2], ["approve", "refuse"])
        keys = {verb["name"]: verb["key"] for verb in data["verbs"]}
        self.assertEqual((keys["approve"], keys["refuse"]), ("y", "x"))

    def test_it_waits_in_their_queue_whoever_has_it(self):
        self.exception.action_assign()
        rows = self.theirs.pane_queue()["rows"]
        self.assertIn(self.exception.id, [row["id"] for row in rows])
        others = self.exception.with_user(self.new_user("group_accountant", name="2"))
        rows = others.pane_queue()["rows"]
        self.assertNotIn(self.exception.id, [row["id"] for row in rows])

    def test_what_it_would_post_is_shown_and_then_done(self):
        tables = ("account_move", "settlement_exception", "settlement_approval")
        before = self.sums(*tables)
        preview = self.theirs.pane_preview("approve", {})
        self.assertEqual(self.sums(*tables), before, "nothing of it stays")
        self.assertFalse(preview["refused"])
        (entry,) = preview["entries"]
        self.assertEqual(len(entry["lines"]), 2)
        result = self.decide("approve")
        self.assertEqual(result["outcome"], "done")
        self.assertEqual(self.exception.state, "resolved")
        self.assertEqual(self.exception.sudo().approval_id.decider_id, self.approver)

    def test_refusing_needs_words_and_gives_it_back(self):
        preview = self.theirs.pane_preview("refuse", {})
        self.assertIn("Say why", preview["refused"])
        result = self.decide("refuse")
        self.assertEqual(result["outcome"], "changed", "nothing was done")
        result = self.decide("refuse", comment="Not her money.")
        self.assertEqual(result["outcome"], "open")
        self.assertEqual(self.exception.state, "in_progress")
        self.assertEqual(self.exception.user_id, self.accountant)

    def test_what_changed_meanwhile_is_shown_first(self):
        preview = self.theirs.pane_preview("approve", {})
        self.exception.sudo().cause = "Something else by now."
        result = self.theirs.pane_resolve("approve", {}, preview["hash"])
        self.assertEqual(result["outcome"], "changed")
        self.assertEqual(self.exception.state, "waiting_approval")

    def test_nothing_is_decided_unseen(self):
        with self.assertRaisesRegex(UserError, "Look at"):
            self.theirs.pane_resolve("approve", {}, "")

    def test_who_asked_does_not_decide(self):
        own = self.raised(self.charge, "missing_reference", user=self.approver)
        own.action_resolve("allocate", partner_id=self.customer.id)
        data = own.pane_data()
        self.assertFalse({"approve", "refuse"} & {v["name"] for v in data["verbs"]})
        self.assertEqual(data["enter_verb"], "")
        with self.assertRaisesRegex(UserError, "your decision"):
            own.pane_preview("approve", {})
        with self.assertRaisesRegex(UserError, "your decision"):
            own.pane_resolve("approve", {}, "x")

    def test_nobody_else_decides(self):
        for user in (self.accountant, self.viewer, self.auditor):
            exception = self.exception.with_user(user)
            with self.subTest(user=user.login):
                names = {verb["name"] for verb in exception.pane_data()["verbs"]}
                self.assertFalse({"approve", "refuse"} & names)
                for verb in ("approve", "refuse"):
                    with self.assertRaises(AccessError):
                        exception.pane_preview(verb, {"comment": "x"})
                    with self.assertRaises(AccessError):
                        exception.pane_resolve(verb, {"comment": "x"}, "x")
        with self.assertRaises(AccessError):
            self.exception.with_user(self.outsider("group_approver")).pane_preview(
                "approve", {}
            )

    def test_a_mapping_is_agreed_to_here_as_well(self):
        code = self.row(source_code="unknown:levy", kind="adjustment", gross="-3")
        self.store(code)
        self.backend.sudo().run_pipeline()
        exception = self.exceptions("unknown_mapping").with_user(self.accountant)
        (verb,) = [v for v in exception.pane_data()["verbs"] if v["name"] == "map"]
        self.assertFalse(verb["dialogue"])
        self.assertEqual(verb["needs"], ["kind"])
        preview = exception.pane_preview("map", {"kind": "fee"})
        result = exception.pane_resolve("map", {"kind": "fee"}, preview["hash"])
        self.assertEqual((result["outcome"], result["action"]), ("waiting", None))
        theirs = exception.with_user(self.approver)
        self.assertEqual(theirs.pane_data()["enter_verb"], "approve")
        self.decide("approve", theirs)
        self.assertEqual(exception.mapping_id.state, "approved")


@tagged("post_install", "-at_install")
class TestPaneDemand(PaneCase):
    """What a company asks for is asked for in the pane, too."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.charge = cls.maker().waiting_charge()
        cls.env["settlement.exception.demand"].create(
            {
                "company_id": cls.company.id,
                "verb": "allocate",
                "comment": True,
                "code": True,
                "codes": "advance, unclear",
            }
        )

    def verb(self, exception, name="allocate"):
        return next(v for v in exception.pane_data()["verbs"] if v["name"] == name)

    def test_it_is_asked_for_with_its_codes(self):
        verb = self.verb(self.raised(self.charge))
        self.assertEqual(verb["needs"], ["comment", "reason_code"])
        inputs = {each["name"]: each for each in verb["inputs"]}
        self.assertTrue(inputs["comment"]["required"])
        self.assertEqual(inputs["reason_code"]["type"], "selection")
        self.assertEqual(
            [code for code, _label in inputs["reason_code"]["options"]],
            ["advance", "unclear"],
        )
        other = self.verb(self.raised(self.charge), "ignore")
        self.assertEqual(other["needs"], ["reason", "code"])

    def test_the_preview_waits_for_it_and_so_does_the_act(self):
        exception = self.raised(self.charge)
        refused = exception.pane_preview("allocate", {"partner_id": self.customer.id})
        self.assertIn("wants a comment", refused["refused"])
        values = {
            "partner_id": self.customer.id,
            "comment": "Paid in advance.",
            "reason_code": "advance",
        }
        preview = exception.pane_preview("allocate", values)
        self.assertFalse(preview["refused"])
        messages = len(exception.message_ids)
        result = exception.pane_resolve("allocate", values, preview["hash"])
        self.assertEqual(result["outcome"], "done")
        self.assertIn("advance", exception.message_ids[0].body)
        self.assertGreater(len(exception.message_ids), messages)

    def test_a_preview_leaves_no_word_behind(self):
        exception = self.raised(self.charge)
        messages = exception.message_ids
        values = {"comment": "Looking.", "reason_code": "unclear"}
        exception.pane_preview("allocate", values)
        exception.invalidate_recordset()
        self.assertEqual(exception.message_ids, messages)

    def test_many_rows_are_asked_as_well(self):
        exception = self.raised(self.charge)
        bulks = self.env["settlement.bulk"].with_user(self.accountant)
        bulks = bulks.with_context(allowed_company_ids=self.company.ids)
        with self.assertRaisesRegex(UserError, "wants a comment"):
            bulks.action_open(ids=exception.ids, verb="allocate", values={})
        values = {"comment": "Paid in advance.", "reason_code": "advance"}
        action = bulks.action_open(ids=exception.ids, verb="allocate", values=values)
        bulk = bulks.browse(action["res_id"])
        bulk.action_start()
        self.assertEqual(bulk.sudo().line_ids.mapped("state"), ["done"])
        self.assertIn("advance", exception.message_ids[0].body)


@tagged("post_install", "-at_install")
class TestPaneDefaults(PaneCase):
    """What the data say already is filled in."""

    def defaults(self, exception, name):
        verbs = exception.pane_data()["verbs"]
        return next(v for v in verbs if v["name"] == name)["defaults"]

    def test_the_one_row_that_it_repeats(self):
        first, second = self.row(gross="40"), self.row(gross="40", day=12)
        self.store(*self.payout(first, second))
        self.match(first, self.invoice(40))
        exception = self.raised(self.stored(second), "duplicate")
        wanted = {"twin_id": self.stored(first).id}
        self.assertEqual(self.defaults(exception, "mark_duplicate"), wanted)

    def test_two_such_rows_are_no_default(self):
        rows = [self.row(gross="40") for _number in range(3)]
        self.store(*self.payout(*rows))
        for row in rows[:2]:
            self.match(row, self.invoice(40))
        exception = self.raised(self.stored(rows[2]), "duplicate")
        self.assertEqual(self.defaults(exception, "mark_duplicate"), {})

    def test_the_holder_of_the_account_that_paid(self):
        number = "DE89 3704 0044 0532 0130 00"
        self.env["res.partner.bank"].create(
            {"partner_id": self.customer.id, "acc_number": number}
        )
        charge = self.waiting_charge(counterparty_account=number.replace(" ", ""))
        exception = self.raised(charge)
        wanted = {"partner_id": self.customer.id}
        self.assertEqual(self.defaults(exception, "allocate"), wanted)

    def test_nobody_is_guessed(self):
        exception = self.raised(self.waiting_charge())
        self.assertEqual(self.defaults(exception, "allocate"), {})


@tagged("post_install", "-at_install")
class TestPaneEmpty(PaneCase):
    """Nothing to choose is no blank screen."""

    def test_what_was_searched_and_what_else_may_be_done(self):
        exception = self.raised(self.waiting_charge(gross="12345.67"))
        data = exception.pane_data()
        self.assertTrue(data["has_candidates"])
        self.assertFalse(data["candidates"])
        self.assertTrue(data["searched"])
        free = [v for v in data["verbs"] if v["enabled"] and not v["takes"]]
        self.assertGreaterEqual(len(free), 3)

    def test_an_empty_queue_says_what_is_proved(self):
        queue = self.env["settlement.exception"].with_user(self.viewer)
        found = queue.pane_queue([("id", "=", 0)])
        self.assertEqual((found["total"], found["rows"]), (0, []))
        self.wallet.sudo()._prove()
        self.assertTrue(queue.pane_proof())
