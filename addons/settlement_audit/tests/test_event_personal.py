from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..chain import document
from ..chain.document import Personal
from .common import AuditCase


@tagged("post_install", "-at_install")
class TestEventPersonal(AuditCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.event = cls.events._log(
            "test",
            after={"name": Personal("Jane", cls.partner.id), "old": Personal("Joan")},
        )
        cls.jane, cls.joan = cls.event.personal_ids

    def test_event_holds_hashes_only(self):
        self.assertEqual(
            self.event.after,
            {
                "name": {"personal": self.jane.digest},
                "old": {"personal": self.joan.digest},
            },
        )
        self.assertRecordValues(
            self.event.personal_ids,
            [
                {"value": "Jane", "partner_id": self.partner.id},
                {"value": "Joan", "partner_id": False},
            ],
        )

    def test_hash_proves_the_value(self):
        digest = document.salted_hash("Jane", self.jane.salt)
        self.assertEqual(digest, self.jane.digest)

    def test_erasing_keeps_the_proof(self):
        self.seals._seal_pending()
        self.jane.action_erase("She asked for it")
        self.env.flush_all()
        self.assertFalse(self.jane.value or self.jane.salt)
        self.assertTrue(self.jane.erased_at)
        self.assertEqual(self.joan.value, "Joan")
        self.assertTrue(self.events.verify_chain()["ok"])
        self.assertEqual(self.event.changes, "name: (personal)\nold: Joan")

    def test_erasing_leaves_a_trail(self):
        self.jane.action_erase("She asked for it")
        event = self.events.search([("action", "=", "personal.erased")], limit=1)
        self.assertEqual(event.reason, "She asked for it")
        self.assertEqual(event.res_id, self.jane.id)
        self.assertNotIn("Jane", str(event.read()))

    def test_erasing_twice_is_one(self):
        self.jane.action_erase("first")
        erased_at = self.jane.erased_at
        self.jane.action_erase("second")
        self.assertEqual(self.jane.erased_at, erased_at)
        erased = self.events.search_count([("action", "=", "personal.erased")])
        self.assertEqual(erased, 1)

    def test_erasing_needs_a_reason(self):
        for reason in ("", "  ", None):
            with self.assertRaises(UserError):
                self.jane.action_erase(reason)

    def test_erasing_needs_the_right(self):
        with self.assertRaises(AccessError):
            self.jane.with_user(self.asker).action_erase("please")

    def test_erasing_with_the_right(self):
        self.grant("settlement.event.personal", self.asker, read=True, write=True)
        self.jane.with_user(self.asker).action_erase("please")
        self.assertFalse(self.jane.value)

    def test_users_do_not_write_values(self):
        self.grant("settlement.event.personal", self.asker, read=True, write=True)
        with self.assertRaises(UserError):
            self.jane.with_user(self.asker).write({"value": "John"})

    def test_values_are_erased_not_deleted(self):
        with self.assertRaises(UserError):
            self.jane.unlink()

    def test_an_altered_value_is_found(self):
        self.tamper(self.jane, value="John")
        result = self.events.verify_chain()
        self.assertEqual(
            self.found(result["findings"]), [(self.jane._name, self.jane.id)]
        )

    def test_a_value_removed_without_trace_is_found(self):
        self.tamper(self.jane, value=None, salt=None)
        self.assertFalse(self.events.verify_chain()["ok"])
