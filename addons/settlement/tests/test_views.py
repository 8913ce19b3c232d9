from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import ROLES, SettlementCase

# What each model of the core shows besides its form.
VIEWS = {
    "settlement.exception": "list kanban form pivot graph search",
    "settlement.expected.payment": "list kanban form pivot graph calendar search",
    "settlement.transaction": "list kanban form pivot graph search",
    "settlement.batch": "list kanban form pivot graph search",
    "settlement.message": "list form pivot graph search",
    "settlement.balance": "list form graph search",
    "settlement.run": "list form graph search",
    "settlement.wallet": "list kanban form search",
    "settlement.backend": "list form",
    "settlement.exception.team": "list search",
    "settlement.exception.route": "list search",
}
READERS = ("group_viewer", "group_auditor")
# Buttons that only lead somewhere or show something; all others do something.
LEADING = ("action_open_", "action_export_", "action_show_")
DOING = ("action_open_verb", "action_open_resolve")
ACTIONS = {
    "settlement.action_settlement_exception": "settlement-exceptions",
    "settlement.action_settlement_expected_payment": "settlement-expected-payments",
    "settlement.action_settlement_transaction": "settlement-transactions",
    "settlement.action_settlement_batch": "settlement-batches",
    "settlement.action_settlement_balance": "settlement-balances",
    "settlement.action_settlement_run": "settlement-runs",
}


@tagged("post_install", "-at_install")
class TestViews(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {role: cls.new_user(role) for role in ROLES}

    def arch(self, model, kind, user):
        """Return the arch of a view as ``user`` gets it."""
        view = self.env[model].with_user(user).get_view(view_type=kind)
        return etree.fromstring(view["arch"])

    def doing(self, arch):
        """Return the names of the buttons that do something."""
        return [
            node.get("name")
            for node in arch.xpath("//button[@type='object'] | //a[@type='object']")
            if not node.get("name").startswith(LEADING) or node.get("name") in DOING
        ]

    def test_every_view_loads_for_every_role(self):
        for model, kinds in VIEWS.items():
            for kind in kinds.split():
                for role, user in self.users.items():
                    with self.subTest(model=model, view=kind, role=role):
                        arch = self.arch(model, kind, user)
                        self.assertEqual(arch.tag, kind)

    def test_views_are_our_own_not_generated(self):
        for model, kinds in VIEWS.items():
            for kind in kinds.split():
                with self.subTest(model=model, view=kind):
                    view = self.env[model].get_view(view_type=kind)
                    self.assertTrue(view["id"])

    def test_readers_see_no_button_that_does_something(self):
        for model, kinds in VIEWS.items():
            for kind in set(kinds.split()) & {"list", "form", "kanban"}:
                for role in READERS:
                    with self.subTest(model=model, view=kind, role=role):
                        arch = self.arch(model, kind, self.users[role])
                        if model == "settlement.message":
                            continue  # what may be downloaded is asked there
                        self.assertFalse(self.doing(arch))

    def test_accountants_see_the_verbs(self):
        arch = self.arch("settlement.exception", "list", self.users["group_accountant"])
        buttons = arch.xpath("//button[@name='action_open_verb']")
        verbs = {
            name
            for name, verb in self.env["settlement.exception"]._verbs().items()
            if verb.reasons and "group_accountant" in verb.groups
        }
        self.assertEqual(
            {button.get("context").split("'")[3] for button in buttons}, verbs
        )

    def test_addresses_are_stable(self):
        for action, path in ACTIONS.items():
            self.assertEqual(self.env.ref(action).path, path)

    def test_the_queue_starts_with_mine_or_nobodys_open_ones(self):
        context = self.env.ref("settlement.action_settlement_exception").context
        self.assertIn("search_default_open", context)
        self.assertIn("search_default_mine_or_nobodys", context)

    def test_every_filter_of_the_search_views_works(self):
        self.store_facts(self.charge())
        user = self.users["group_viewer"]
        for model, kinds in VIEWS.items():
            if "search" not in kinds:
                continue
            records = self.env[model].with_user(user)
            arch = self.arch(model, "search", user)
            for node in arch.xpath("//filter"):
                with self.subTest(model=model, filter=node.get("name")):
                    self.use(records, node)

    def use(self, records, node):
        """Search or group as a filter of a search view says."""
        names = {"uid": records.env.uid}
        if node.get("domain"):
            records.search(safe_eval(node.get("domain"), names))
        elif node.get("context"):
            group = safe_eval(node.get("context"), names)["group_by"]
            records.formatted_read_group([], [group], ["__count"])


@tagged("post_install", "-at_install")
class TestQueue(SettlementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exceptions = cls.env["settlement.exception"]

    def opened(self, reason="stale_feed", **values):
        return self.exceptions._raise_for(self.wallet, reason, "A cause.", **values)

    def test_at_most_two_verbs_are_suggested(self):
        exception = self.opened("malformed_input")
        self.assertEqual(exception.verb_1, "retry")
        self.assertFalse(exception.verb_2)
        wished = self.opened("posting_failed", fixes=["ask", "retry", "assign"])
        self.assertEqual((wished.verb_1, wished.verb_2), ("ask", "retry"))
        exception._close("resolved", "Read.")
        self.assertFalse(exception.verb_1)

    def test_ages_are_the_same_in_python_and_in_the_database(self):
        now = self.env.cr.now()
        exception = self.opened()
        for hours, age in (
            (0, "day"),
            (23, "day"),
            (25, "three_days"),
            (73, "week"),
            (169, "month"),
            (721, "older"),
        ):
            self.env.cr.execute(
                "UPDATE settlement_exception "
                "SET opened_at = %s - %s * interval '1 hour' WHERE id = %s",
                (now, hours, exception.id),
            )
            exception.invalidate_recordset()
            mine = [("id", "=", exception.id)]
            with self.subTest(hours=hours):
                self.assertEqual(exception.age, age)
                self.assertTrue(self.exceptions.search([*mine, ("age", "=", age)]))
                self.assertFalse(self.exceptions.search([*mine, ("age", "!=", age)]))
                self.assertEqual(
                    self.exceptions._read_group(mine, ["age"], ["__count"]), [(age, 1)]
                )

    def test_the_most_urgent_comes_first(self):
        low = self.opened("stale_feed")
        critical = self.opened("chain_broken")
        high = self.opened("connector_failed", severity="high")
        found = self.exceptions.search([("wallet_id", "=", self.wallet.id)])
        self.assertEqual(found, critical | high | low)

    def test_overdue(self):
        exception = self.opened()
        self.assertFalse(exception.is_overdue)
        exception.deadline = "2020-01-01 00:00:00"
        self.assertTrue(exception.is_overdue)
        self.assertIn(exception, self.exceptions.search([("is_overdue", "=", True)]))
        self.assertNotIn(
            exception, self.exceptions.search([("is_overdue", "=", False)])
        )

    def test_from_the_subject_to_its_exceptions_and_back(self):
        exception = self.opened()
        self.assertEqual(self.wallet.exception_count, 1)
        action = self.wallet.action_open_exceptions()
        self.assertEqual(self.exceptions.search(action["domain"]), exception)
        back = exception.action_open_subject()
        self.assertEqual(
            (back["res_model"], back["res_id"]), (self.wallet._name, self.wallet.id)
        )

    def test_the_dialogue_asks_for_what_the_verb_needs(self):
        exception = self.opened("duplicate")
        action = exception.with_context(
            settlement_verb="mark_duplicate"
        ).action_open_verb()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.verb, "mark_duplicate")
        self.assertIn("twin_id", wizard.takes.split())
        self.assertNotIn("code", wizard.takes.split())
        self.assertIn("keeps both", wizard.effect)

    def test_the_dialogue_shows_what_came_of_each(self):
        good, bad = self.opened("amount_short"), self.opened("chain_broken")
        action = (good | bad).action_open_resolve()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.write({"verb": "ignore", "comment": "Agreed.", "code": "agreed"})
        wizard.action_apply()
        self.assertEqual(good.state, "ignored")
        self.assertIn("1 done, 1 failed", wizard.outcome)
        self.assertIn("no way out", wizard.outcome)
        self.assertEqual(wizard.left_ids, bad)
        again = wizard.action_open_left()
        left = self.env[again["res_model"]].browse(again["res_id"])
        self.assertEqual(left.exception_ids, bad)

    def test_every_value_of_every_verb_has_a_place_in_the_dialogue(self):
        wizard = self.env["settlement.exception.resolve"].create(
            {
                "exception_ids": self.opened("amount_short").ids,
                "verb": "ask",
                "comment": "Why?",
                "user_id": self.env.uid,
                "day": "2030-01-01",
            }
        )
        self.assertEqual(
            wizard._values(),
            {
                "user_id": self.env.uid,
                "question": "Why?",
                "due_on": wizard.day,
            },
        )

    def test_what_a_verb_needs_can_be_given_in_a_dialogue(self):
        """Of all addons: in the common dialogue, or in one of the verb's own."""
        wizards = self.env["settlement.exception.resolve"]
        for name, verb in self.exceptions._verbs().items():
            if hasattr(self.exceptions, f"_open_{name}"):
                continue
            with self.subTest(verb=name):
                places = wizards._value_fields(name)
                self.assertFalse(set(verb.needs) - set(places))
                for field in places.values():
                    self.assertIn(field, wizards._fields)

    def test_the_guide_is_the_table_of_the_verbs(self):
        guides = self.env["settlement.exception.guide"]
        viewer = self.new_user("group_viewer")
        action = guides.with_user(viewer).action_open()
        guide = self.env[action["res_model"]].browse(action["res_id"])
        rows = guide._rows()
        verbs = self.exceptions._verbs()
        self.assertEqual(
            {label for _reason, _team, label, _effect, _who in rows},
            {verb.label for verb in verbs.values() if verb.reasons},
        )
        self.assertIn(verbs["mark_duplicate"].effect, guide.content)
        self.assertIn("another person", guide.content)
