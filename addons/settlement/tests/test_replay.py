import io
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import SettlementCase


class ReplayCase(SettlementCase):
    """A file that is read again by a mapper that has learnt something."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = cls.new_user("group_integration_admin")

    def take_in(self, *objects, name="facts.jsonl"):
        """Import and parse a file; return its message."""
        message = self.backend.import_file(name, self.lines(*objects))
        self.backend.run_pipeline("parse")
        return message

    def read_as(self, *objects):
        """Have every message read as these objects from now on."""
        content = self.lines(*objects)
        model = type(self.env["settlement.message"])
        self.patch(model, "_open_content", lambda message: io.BytesIO(content))

    def preview(self, messages):
        """Return what a replay of messages would do, asked by its administrator."""
        return messages.with_user(self.admin)._preview_replay()

    def events(self, action):
        """Return the events of an action."""
        return self.env["settlement.event"].search([("action", "=", action)])


@tagged("post_install", "-at_install")
class TestReplay(ReplayCase):
    def test_a_replay_without_news_changes_nothing(self):
        message = self.take_in(self.charge_line("txn_1"), self.charge_line("txn_2"))
        counts = message.with_user(self.admin).replay()
        self.assertEqual(
            counts,
            {
                "messages": 1,
                "new": 0,
                "changed": 0,
                "unchanged": 2,
                "rejected": 0,
                "gone": 0,
            },
        )
        self.assertEqual(self.stored("txn_1").revision, 1)
        self.assertEqual(message.replays, 1)

    def test_what_changed_becomes_a_revision_and_the_rest_stays(self):
        message = self.take_in(self.charge_line("txn_1"), self.charge_line("txn_2"))
        self.read_as(
            self.charge_line("txn_1", source_version_at="2026-02-01T00:00:00Z"),
            self.charge_line("txn_2"),
            self.charge_line("txn_3"),
        )
        counts = message.replay()
        self.assertEqual(
            [counts[name] for name in ("new", "changed", "unchanged")], [1, 1, 1]
        )
        self.assertEqual(self.stored("txn_1").mapped("revision"), [1, 2])
        self.assertEqual(message.stored_count, 4)
        event = self.events("message.replayed")
        self.assertEqual((event.count, event.after["changed"]), (1, 1))

    def test_what_is_gone_stays_and_is_told(self):
        message = self.take_in(self.charge_line("txn_1"), self.charge_line("txn_2"))
        self.read_as(self.charge_line("txn_1"))
        self.assertEqual(message.replay()["gone"], 1)
        gone = self.stored("txn_2")
        self.assertTrue(gone.is_current)
        exception = self.env["settlement.exception"].search(
            [("transaction_id", "=", gone.id)]
        )
        self.assertEqual((exception.reason, exception.state), ("missing_data", "open"))
        self.read_as(self.charge_line("txn_1"), self.charge_line("txn_2"))
        self.assertEqual(message.replay()["gone"], 0)
        self.assertEqual(exception.state, "resolved")

    def test_what_is_gone_and_posted_is_a_change_after_posting(self):
        message = self.take_in(self.charge_line("txn_1"))
        self.stored("txn_1")._state_rows()._set_posting_state("posted")
        self.read_as(self.charge_line("txn_2"))
        message.replay()
        exception = self.env["settlement.exception"].search(
            [("transaction_id", "=", self.stored("txn_1").id)]
        )
        self.assertEqual(exception.reason, "changed_after_posting")

    def test_a_first_reading_misses_nothing(self):
        self.take_in(self.charge_line("txn_1"))
        self.take_in(self.charge_line("txn_2"), name="second.jsonl")
        self.assertFalse(
            self.env["settlement.exception"].search([("reason", "=", "missing_data")])
        )

    def test_many_are_read_again_in_the_background(self):
        message = self.take_in(self.charge_line("txn_1"))
        self.assertEqual(message.with_user(self.admin).replay_later(), 1)
        self.assertEqual((message.state, message.attempts), ("received", 0))
        self.backend.run_pipeline("parse")
        self.assertEqual((message.state, message.replays), ("parsed", 1))
        self.assertEqual(self.events("message.replay_asked").user_id, self.admin)

    def test_only_administrators_of_the_company_replay(self):
        message = self.take_in(self.charge_line("txn_1"))
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self.new_user("group_integration_admin", other, "stranger")
        calls = ("replay", "replay_later", "action_open_replay", "_preview_replay")
        for role in ("group_viewer", "group_auditor", "group_accountant"):
            user = self.new_user(role)
            for call in calls:
                with self.subTest(role=role, call=call), self.assertRaises(AccessError):
                    getattr(message.with_user(user), call)()
        for call in calls:
            seen = message.with_user(stranger).with_context(
                allowed_company_ids=other.ids
            )
            with self.subTest(call=call), self.assertRaises(AccessError):
                getattr(seen, call)()


@tagged("post_install", "-at_install")
class TestReplayPreview(ReplayCase):
    def counts(self):
        """Return how many rows all our tables have."""
        self.env.flush_all()
        names = [
            name
            for name in self.env.registry
            if name.startswith("settlement.")
            # Neither frames nor what is only read from other tables.
            and not self.env[name]._abstract
            and self.env[name]._auto
        ]
        counts = {}
        for name in names:
            self.env.cr.execute(f'SELECT count(*) FROM "{self.env[name]._table}"')
            counts[name] = self.env.cr.fetchone()[0]
        return counts

    def setUp(self):
        super().setUp()
        self.message = self.take_in(
            self.charge_line("txn_1"), self.charge_line("txn_2")
        )

    def learn(self):
        """Let the mapper read another amount and another row."""
        self.read_as(
            self.charge_line(
                "txn_1", gross="90.00", source_version_at="2026-02-01T00:00:00Z"
            ),
            self.charge_line("txn_3"),
        )

    def test_the_preview_tells_and_leaves_nothing(self):
        self.learn()
        before = self.counts()
        preview = self.preview(self.message)
        self.assertEqual(self.counts(), before)
        self.assertEqual(self.message.replays, 0)
        lines = {line["external_id"]: line for line in preview["lines"]}
        self.assertEqual(
            {name: line["effect"] for name, line in lines.items()},
            {"txn_1": "changed", "txn_3": "new", "txn_2": "gone"},
        )
        self.assertRegex(lines["txn_1"]["changes"], r"Gross.*100.00.*→.*90.00")
        self.assertNotIn("Occurred", lines["txn_1"]["changes"])

    def test_the_replay_does_what_the_preview_told(self):
        self.learn()
        preview = self.preview(self.message)
        preview.pop("lines")
        self.assertEqual(self.message.with_user(self.admin).replay(), preview)

    def test_an_older_version_is_shown_as_superseded(self):
        self.store_facts(self.charge(source_version_at=datetime(2026, 1, 2)))
        first = self.stored("txn_1").filtered("is_current")
        self.assertEqual(first.source_version_at, datetime(2026, 1, 2))
        self.read_as(self.charge_line("txn_1", gross="1.00"), self.charge_line("txn_2"))
        (line,) = self.preview(self.message)["lines"]
        self.assertEqual(line["effect"], "superseded")

    def test_what_stands_on_a_changed_row_is_named(self):
        self.stored("txn_1")._state_rows()._set_posting_state("posted")
        self.learn()
        lines = {
            line["external_id"]: line for line in self.preview(self.message)["lines"]
        }
        self.assertEqual(lines["txn_1"]["entries"], "Posted")
        self.assertFalse(lines["txn_3"]["entries"])

    def test_the_dialog_shows_and_does_it(self):
        self.learn()
        action = self.message.with_user(self.admin).action_open_replay()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(
            (dialog.new_count, dialog.changed_count, dialog.gone_count), (1, 1, 1)
        )
        self.assertEqual(len(dialog.line_ids), 3)
        self.assertFalse(self.stored("txn_3"))
        answer = dialog.with_user(self.admin).action_replay()
        self.assertIn("1 new", answer["params"]["message"])
        self.assertTrue(self.stored("txn_3"))

    def test_a_large_selection_is_previewed_in_part_and_done_later(self):
        path = "odoo.addons.settlement.wizards.replay_wizard.REPLAY_AT_ONCE"
        second = self.take_in(self.charge_line("txn_9"), name="second.jsonl")
        with patch(path, 1):
            both = (self.message | second).with_user(self.admin)
            action = both.action_open_replay()
            dialog = self.env[action["res_model"]].browse(action["res_id"])
            self.assertTrue(dialog.is_partial)
            dialog.with_user(self.admin).action_replay()
        self.assertEqual(set((self.message | second).mapped("state")), {"received"})

    def test_nothing_chosen_is_refused(self):
        with self.assertRaises(UserError):
            self.env["settlement.message"].with_user(self.admin).action_open_replay()


@tagged("post_install", "-at_install")
class TestRevisionHistory(ReplayCase):
    def test_revisions_show_field_by_field_what_changed(self):
        self.store_facts(self.charge(description="First"))
        self.store_facts(
            self.charge(
                gross="120.00",
                description="Second",
                counterparty_name="Anna",
                source_version_at=datetime(2026, 1, 3),
            )
        )
        first, second = self.stored()
        self.assertFalse(first.changes)
        self.assertEqual(second.revision_ids, first | second)
        self.assertEqual(second.revision_count, 2)
        changed = {label: (old, new) for label, old, new in second._changes_from(first)}
        self.assertEqual(changed["Description"], ("First", "Second"))
        self.assertEqual(changed["Counterparty Name"], ("–", "Anna"))
        self.assertIn("Description: First → Second", second.changes)
        self.assertNotIn("Kind", changed)

    def test_kinds_and_records_are_shown_in_words(self):
        other = self.new_wallet(self.backend, self.env.ref("base.EUR"), "ACC-2")
        self.store_facts(self.charge(account_identifier="ACC-1", fee="0"))
        self.store_facts(
            self.charge(
                account_identifier="ACC-2",
                fee="0",
                kind="topup",
                source_version_at=datetime(2026, 1, 3),
            )
        )
        first, second = self.stored()
        changed = {label: (old, new) for label, old, new in second._changes_from(first)}
        self.assertEqual(changed["Kind"], ("Charge", "Topup"))
        self.assertEqual(
            changed["Wallet"], (self.wallet.display_name, other.display_name)
        )
        self.assertNotIn("False", second.changes)
