import json
from datetime import date, datetime, timedelta
from decimal import Decimal

from psycopg2 import errors

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..chain.document import Personal
from ..models import event as event_model
from .common import AuditCase


@tagged("post_install", "-at_install")
class TestEvent(AuditCase):
    def test_log_keeps_what_it_is_told(self):
        event = (
            self.events.with_user(self.asker)
            .sudo()
            ._log(
                "match.confirmed",
                self.partner,
                company=self.env.company,
                reason="It's him, \\ really",
                before={"amount": Decimal("1.10"), "on": date(2026, 1, 31)},
                after={"amount": Decimal("2.00"), "lines": [1, None, {"a": True}]},
                count=3,
                root="ab" * 32,
                correlation_id="c-1",
            )
        )
        self.assertRecordValues(
            event,
            [
                {
                    "user_id": self.asker.id,
                    "action": "match.confirmed",
                    "model": "res.partner",
                    "res_id": self.partner.id,
                    "company_id": self.env.company.id,
                    "reason": "It's him, \\ really",
                    "before": {"amount": "1.10", "on": "2026-01-31"},
                    "after": {"amount": "2.00", "lines": [1, None, {"a": True}]},
                    "count": 3,
                    "root": "ab" * 32,
                    "correlation_id": "c-1",
                }
            ],
        )
        self.assertEqual(self.events._altered_rows(), [])
        self.assertEqual(len(event.row_hash), 64)

    def test_log_needs_an_action_only(self):
        event = self.events._log("credential.set")
        self.assertRecordValues(
            event,
            [
                {
                    "model": False,
                    "res_id": 0,
                    "company_id": False,
                    "reason": False,
                    "before": False,
                    "after": False,
                    "count": 0,
                    "correlation_id": False,
                }
            ],
        )

    def test_many_acts_are_kept_as_one_by_one(self):
        partners = self.env["res.partner"].create(
            [{"name": f'It\'s {number}, \\ "really" é'} for number in range(7)]
        )
        self.patch(event_model, "CHUNK", 3)
        many = self.events._log_each(
            "partner.seen",
            partners,
            lambda partner: f"{partner.name}\0",
            lambda partner: {"name": partner.name, "amount": Decimal("1.10")},
        )
        self.assertEqual(many.mapped("res_id"), partners.ids)
        self.assertEqual(many.ids, sorted(many.ids))
        self.assertEqual(len(set(many.mapped("row_hash"))), 7)
        self.assertEqual(self.events._altered_rows(), [])
        self.assertTrue(self.events.sudo().verify_chain()["ok"])
        last = partners[-1]
        alone = self.events._log(
            "partner.seen",
            last,
            reason=f"{last.name}\0",
            after={"name": last.name, "amount": Decimal("1.10")},
        )
        names = [
            name
            for name in self.events._hashed_fields
            if name not in ("id", "occurred_at")
        ]
        self.assertEqual(
            [many[-1][name] for name in names], [alone[name] for name in names]
        )

    def test_many_acts_of_none_are_none(self):
        before = self.events.search_count([])
        none = self.events._log_each("x", self.partner.browse(), str, dict)
        self.assertFalse(none)
        self.assertEqual(self.events.search_count([]), before)

    def test_clock_is_that_of_the_database(self):
        self.env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        (now,) = self.env.cr.fetchone()
        event = self.events._log("test")
        self.assertLess(abs(event.occurred_at - now), timedelta(seconds=5))
        self.assertLess(abs(event.occurred_at - datetime.utcnow()), timedelta(hours=1))

    def test_company_of_the_record(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.partner.company_id = company
        self.assertEqual(self.events._log("test", self.partner).company_id, company)
        self.assertEqual(self.events._log("test", company).company_id, company)
        explicit = self.events._log("test", self.partner, company=self.env.company)
        self.assertEqual(explicit.company_id, self.env.company)
        currency = self.env.company.currency_id
        self.assertFalse(self.events._log("test", currency).company_id)

    def test_company_the_actor_cannot_read(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.partner.company_id = company
        self.env.flush_all()
        self.env.invalidate_all()
        partner = self.partner.with_user(self.asker)
        with self.assertRaises(AccessError):
            partner.read(["name"])
        event = self.events.with_user(self.asker)._log("test", partner)
        self.assertEqual(event.sudo().company_id, company)

    def test_correlation_of_the_context(self):
        events = self.events.with_context(settlement_correlation_id="run-1")
        self.assertEqual(events._log("test").correlation_id, "run-1")
        explicit = events._log("test", correlation_id="mine")
        self.assertEqual(explicit.correlation_id, "mine")

    def test_record_not_saved_yet(self):
        event = self.events._log("test", self.env["res.partner"].new({"name": "x"}))
        self.assertEqual((event.model, event.res_id), ("res.partner", 0))

    def test_no_record(self):
        event = self.events._log("test", self.env["res.partner"])
        self.assertEqual((event.model, event.res_id), ("res.partner", 0))

    def test_several_records_are_refused(self):
        with self.assertRaises(ValueError):
            self.events._log("test", self.partner + self.env.user.partner_id)

    def test_text_that_the_database_cannot_hold(self):
        event = self.events._log("test", reason="a\0b", after={"k\0": "v\0"})
        self.assertEqual(event.reason, "a\N{REPLACEMENT CHARACTER}b")
        self.assertEqual(self.events._altered_rows(), [])

    def test_float_is_kept_as_it_is(self):
        event = self.events._log("test", after={"score": 0.95})
        self.assertEqual(event.after, {"score": 0.95})

    def test_value_that_cannot_be_kept(self):
        with self.assertRaises(TypeError):
            self.events._log("test", after={"record": self.partner})

    def test_rows_are_counted_and_rooted(self):
        rows = self.partner_approvals(3)
        event = self.events._log("test", rows=rows)
        self.assertEqual(event.count, 3)
        self.assertEqual(event.root, rows._merkle_root(rows.ids))
        self.assertEqual(event.rows_model, "settlement.approval")
        ranges = json.loads(event.rows_ranges)
        self.assertEqual(ranges, [[min(rows.ids), max(rows.ids)]])
        self.assertEqual(self.events._altered_rows(), [])

    def partner_approvals(self, number):
        """Return ``number`` rows that have hashes."""
        partners = self.env["res.partner"].create([{"name": "x"}] * number)
        approvals = self.env["settlement.approval"]
        for partner in partners:
            approvals += approvals._request(partner, {}, "why")
        return approvals

    # -- nothing but insertion ---------------------------------------------------

    def assert_refused(self, query):
        """Assert that the trigger refuses ``query``."""
        with (
            self.assertRaisesRegex(errors.RaiseException, "only grows"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env.cr.execute(query)

    def test_database_refuses_changes(self):
        self.events._log("test")
        self.seals._seal_pending()
        for table in ("settlement_event", "settlement_event_seal"):
            self.assert_refused(f"UPDATE {table} SET id = id")
            self.assert_refused(f"DELETE FROM {table}")
            self.assert_refused(f"TRUNCATE {table} CASCADE")

    def test_database_refuses_truncation_from_elsewhere(self):
        self.assert_refused("TRUNCATE res_users CASCADE")

    def test_superuser_is_refused_with_a_sentence(self):
        event = self.events._log("test").sudo()
        for act in (
            lambda: self.events.sudo().create({"action": "forged"}),
            lambda: event.write({"action": "forged"}),
            event.unlink,
            lambda: event.copy(),
        ):
            with self.assertRaises(UserError):
                act()
        self.assertEqual(event.action, "test")

    def test_ordinary_users_have_no_access(self):
        event = self.events._log("test").with_user(self.asker)
        with self.assertRaises(AccessError):
            event.read(["action"])
        with self.assertRaises(AccessError):
            event.verify_chain()

    def test_a_user_with_events_cannot_be_deleted(self):
        self.events.with_user(self.asker)._log("test")
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.ForeignKeyViolation):
            self.env.cr.execute("DELETE FROM res_users WHERE id = %s", [self.asker.id])

    # -- for people --------------------------------------------------------------

    def test_changes_in_words(self):
        event = self.events._log("test", before={"amount": "1"}, after={"amount": "2"})
        self.assertEqual(event.changes, "amount: 1 → 2")
        self.assertEqual(self.events._log("test").changes, "")

    def test_changes_hide_personal_data_from_others(self):
        self.grant("settlement.event", self.asker, read=True)
        event = self.events._log("test", after={"name": Personal("Jane")})
        self.assertEqual(event.changes, "name: Jane")
        self.assertEqual(event.with_user(self.asker).changes, "name: (personal)")

    def test_open_record(self):
        event = self.events._log("test", self.partner)
        action = event.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("res.partner", self.partner.id)
        )

    def test_open_record_that_is_gone(self):
        gone = self.env["res.partner"].create({"name": "gone"})
        event = self.events._log("test", gone)
        gone.unlink()
        for lost in (event, self.events._log("test")):
            with self.assertRaises(UserError):
                lost.action_open_record()

    def test_newest_first(self):
        first, second = self.events._log("test"), self.events._log("test")
        self.assertEqual(self.events.search([], limit=2), second + first)
        self.assertLessEqual(first.occurred_at, second.occurred_at)
        self.assertTrue(fields.Datetime.to_string(first.occurred_at))
