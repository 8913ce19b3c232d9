from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .bulk_case import BulkCase

PATH = "odoo.addons.settlement.models.exception_resolution"


@tagged("post_install", "-at_install")
class TestConflictOverHttp(BulkCase, HttpCase):
    """Two people in two sessions on one item; errors come in words."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.accountant, cls.approver, cls.users["group_viewer"]):
            user.password = user.login

    def call(self, user, records, method, *args, **kwargs):
        """Call a method as the browser of ``user`` does; return the answer."""
        self.authenticate(user.login, user.login)
        context = {"allowed_company_ids": self.company.ids, "lang": "en_US"}
        response = self.url_open(
            f"/web/dataset/call_kw/{records._name}/{method}",
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "call",
                "params": {
                    "model": records._name,
                    "method": method,
                    "args": [records.ids, *args] if records else list(args),
                    "kwargs": {**kwargs, "context": context},
                },
            },
        )
        return response.json()

    def ignore(self, user, exception):
        return self.call(
            user, exception, "action_ignore", reason="Agreed.", code="agreed"
        )

    def test_who_comes_second_reads_who_was_first_and_when(self):
        exception = self.opened(1)
        self.assertIn("result", self.ignore(self.approver, exception))
        with mute_logger("odoo.http"):
            answer = self.ignore(self.accountant, exception)
        error = answer["error"]["data"]
        self.assertEqual(error["name"], "odoo.exceptions.UserError")
        self.assertIn(self.approver.name, error["message"])
        self.assertIn(str(exception.resolved_at)[:16], error["message"])
        self.assertIn("nothing was changed", error["message"])
        self.assertEqual(exception.resolved_by_id, self.approver)

    def test_a_bulk_moves_on_where_somebody_was_faster(self):
        exceptions = self.opened(3)
        bulk = self.ignoring(exceptions)
        self.ignore(self.approver, exceptions[0])
        answer = self.call(self.accountant, bulk, "action_start")
        self.assertIn("result", answer)
        bulk.invalidate_recordset()
        self.assertEqual((bulk.done_count, bulk.skipped_count), (2, 1))
        skipped = bulk.line_ids.filtered(lambda line: line.state == "skipped")
        self.assertIn(self.approver.name, skipped.sentence)

    def test_two_sessions_start_it_once(self):
        bulk = self.ignoring(self.opened(7))
        self.assertIn("result", self.call(self.accountant, bulk, "action_start"))
        with mute_logger("odoo.http"):
            answer = self.call(self.approver, bulk, "action_start")
        self.assertIn("started already", answer["error"]["data"]["message"])

    def test_a_lost_answer_loses_nothing(self):
        """Who never got the answer finds the same act again, started once."""
        bulk = self.ignoring(self.opened(7))
        self.call(self.accountant, bulk, "action_start")
        found = self.call(
            self.accountant, self.bulks, "search_read", [("state", "=", "running")]
        )
        self.assertIn(bulk.id, [each["id"] for each in found["result"]])

    def test_who_may_not_is_refused_over_rpc(self):
        bulk = self.ignoring(self.opened(2))
        viewer = self.users["group_viewer"]
        for method in ("action_start", "action_preview", "action_discard"):
            with self.subTest(method=method), mute_logger("odoo.http"):
                answer = self.call(viewer, bulk, method)
                name = answer["error"]["data"]["name"]
                self.assertEqual(name, "odoo.exceptions.AccessError")
        with mute_logger("odoo.http"):
            answer = self.call(self.accountant, bulk, "_advance")
        self.assertIn("error", answer)
        self.assertEqual(bulk.state, "draft")

    def test_own_requests_are_not_approved_over_rpc(self):
        bulk = self.ignoring(self.opened(6, 100_00), self.approver)
        bulk.action_start()
        approval = bulk.sudo().approval_id
        with mute_logger("odoo.http"):
            answer = self.call(self.approver, approval, "action_approve")
        self.assertIn("Somebody else", answer["error"]["data"]["message"])
        self.assertEqual(bulk.state, "waiting")

    def test_what_nobody_foresaw_is_said_in_words_with_a_reference(self):
        exception = self.opened(1)

        def breaks(record, **values):
            record.sudo().write({"cause": "half done"})
            raise ZeroDivisionError("secret detail")

        self.patch(self.registry["settlement.exception"], "_resolve_ignore", breaks)
        with mute_logger("odoo.http"), self.assertLogs(PATH, "WARNING") as logged:
            answer = self.ignore(self.accountant, exception)
        message = answer["error"]["data"]["message"]
        self.assertNotIn("secret detail", message)
        self.assertIn("nothing of it was changed", message)
        reference = message.rstrip(".").rpartition(" ")[2]
        self.assertIn(reference, logged.output[0])
        exception.invalidate_recordset()
        self.assertEqual(exception.state, "open")
        self.assertNotEqual(exception.cause, "half done")
