from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import SettlementCase


@tagged("post_install", "-at_install")
class TestAutomation(SettlementCase):
    """Server actions that run when something happens at a backend."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exceptions = cls.env["settlement.exception"]

    def action(self, model, code):
        return self.env["ir.actions.server"].create(
            {
                "name": "What the company wants",
                "model_id": self.env["ir.model"]._get_id(model),
                "state": "code",
                "code": code,
            }
        )

    def partners(self, name):
        return self.env["res.partner"].search([("name", "=", name)])

    def note(self, model, text):
        """Return an action that leaves one partner per record it gets."""
        return self.action(
            model,
            f"for record in records: env['res.partner'].create({{'name': {text}}})",
        )

    def test_when_a_batch_is_complete(self):
        self.backend.on_batch_complete_action_id = self.note(
            "settlement.batch", "'complete ' + record.external_id"
        )
        self.store_facts(
            self.charge(batch_kind="payout", batch_external_id="po_1"), self.payout()
        )
        self.backend.run_pipeline("validate")
        self.backend.run_pipeline("validate")
        self.assertEqual(len(self.partners("complete po_1")), 1)
        batch = self.stored().batch_id
        self.assertEqual(batch.state, "validated")
        events = self.env["settlement.event"].search(
            [("action", "=", "batch.completed"), ("res_id", "=", batch.id)]
        )
        self.assertEqual(len(events), 1)

    def test_when_an_exception_opens(self):
        self.backend.on_exception_action_id = self.note(
            "settlement.exception", "'opened ' + record.reason"
        )
        self.exceptions._raise_for(self.wallet, "balance_gap", "1.00 is missing.")
        self.exceptions._raise_for(self.wallet, "balance_gap", "2.00 is missing.")
        self.assertEqual(len(self.partners("opened balance_gap")), 1)

    def test_when_many_exceptions_open_it_runs_once_on_all(self):
        self.backend.on_exception_action_id = self.action(
            "settlement.exception",
            "env['res.partner'].create({'name': 'opened %s' % len(records)})",
        )
        self.store_facts(*(self.charge(f"txn_{number}") for number in range(3)))
        rows = self.env["settlement.transaction"].search([])
        rows = rows.filtered(lambda row: row.backend_id == self.backend)
        self.exceptions._raise_many(
            rows.browse(), [(row.id, "unmatched", "Nothing fits.") for row in rows]
        )
        self.assertEqual(len(self.partners("opened 3")), 1)

    def test_it_may_resolve_what_it_gets(self):
        self.backend.on_exception_action_id = self.action(
            "settlement.exception",
            "records.action_resolve('ignore', reason='As agreed.', code='agreed')",
        )
        exception = self.exceptions._raise_for(self.wallet, "amount_short", "0.01.")
        self.assertEqual(exception.state, "ignored")

    def test_when_a_file_is_imported(self):
        self.backend.on_import_action_id = self.note(
            "settlement.message", "'imported ' + record.filename"
        )
        content = self.lines(self.charge_line())
        for _time in range(2):
            self.backend.import_file("facts.jsonl", content)
        self.assertEqual(len(self.partners("imported facts.jsonl")), 1)

    def test_a_failing_action_is_undone_told_and_stops_nothing(self):
        self.backend.on_batch_complete_action_id = self.action(
            "settlement.batch",
            "env['res.partner'].create({'name': 'half done'})\n"
            "raise UserError('Not today.')",
        )
        self.store_facts(
            self.charge(batch_kind="payout", batch_external_id="po_1"), self.payout()
        )
        with mute_logger("odoo.addons.base.models.ir_actions"):
            self.backend.run_pipeline("validate")
        self.assertEqual(self.stored().batch_id.state, "validated")
        self.assertFalse(self.partners("half done"))
        told = self.exceptions.search(
            [("subject_model", "=", "settlement.backend"), ("state", "=", "open")]
        )
        self.assertEqual(told.backend_id, self.backend)
        self.assertIn("Not today.", told.cause)

    def test_a_failing_action_on_exceptions_does_not_call_itself(self):
        self.backend.on_exception_action_id = self.action(
            "settlement.exception", "raise UserError('Never.')"
        )
        with mute_logger("odoo.addons.base.models.ir_actions"):
            self.exceptions._raise_for(self.wallet, "amount_short", "0.01.")
        opened = self.exceptions.search([("backend_id", "=", self.backend.id)])
        self.assertEqual(
            set(opened.mapped("reason")), {"amount_short", "connector_failed"}
        )

    def test_an_action_of_another_model_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "would get"):
            self.backend.on_import_action_id = self.note("res.partner", "'x'")

    def test_only_system_administrators_choose_actions(self):
        admin = self.new_user("group_integration_admin")
        action = self.note("settlement.batch", "'x'")
        with self.assertRaises(AccessError):
            self.backend.with_user(admin).on_batch_complete_action_id = action

    def test_other_backends_are_left_alone(self):
        other = self.new_backend("Other")
        other.on_exception_action_id = self.note("settlement.exception", "'wrong'")
        self.exceptions._raise_for(self.wallet, "amount_short", "0.01.")
        self.assertFalse(self.partners("wrong"))

    def test_automation_rules_see_states_change(self):
        """Rules of ``base_automation`` hang on ``write`` and ``create``."""
        if "base.automation" not in self.env:
            self.skipTest("base_automation is not installed here")
        rule = self.env["base.automation"].create(
            {
                "name": "Batch validated",
                "model_id": self.env["ir.model"]._get_id("settlement.batch"),
                "trigger": "on_create_or_write",
                "filter_pre_domain": "[('state', '!=', 'validated')]",
                "filter_domain": "[('state', '=', 'validated')]",
            }
        )
        action = self.note("settlement.batch", "'rule ' + record.external_id")
        action.write({"base_automation_id": rule.id, "usage": "base_automation"})
        self.store_facts(
            self.charge(batch_kind="payout", batch_external_id="po_1"), self.payout()
        )
        self.backend.run_pipeline("validate")
        self.assertEqual(len(self.partners("rule po_1")), 1)

    def test_states_change_by_write(self):
        """So whatever hangs on ``write`` is told, be it installed or not."""
        seen = []
        for model in ("settlement.batch", "settlement.exception"):
            original = self.registry[model].write

            def write(records, vals, original=original):
                if "state" in vals:
                    seen.append((records._name, vals["state"]))
                return original(records, vals)

            self.patch(self.registry[model], "write", write)
        self.store_facts(
            self.charge(batch_kind="payout", batch_external_id="po_1"), self.payout()
        )
        self.backend.run_pipeline("validate")
        exception = self.exceptions._raise_for(self.wallet, "amount_short", "0.01.")
        exception.action_ignore("As agreed.")
        self.assertIn(("settlement.batch", "validated"), seen)
        self.assertIn(("settlement.exception", "ignored"), seen)
