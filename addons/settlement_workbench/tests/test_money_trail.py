from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .close_case import CloseCase


@tagged("post_install", "-at_install")
class TestMoneyTrail(CloseCase):
    """Where is the money? The same records, from whichever end one begins."""

    def setUp(self):
        super().setUp()
        self.january()
        self.fact = self.stored(self.charge)
        self.bank_fact = self.stored(self.arrived)
        self.line = self.bank_fact.statement_line_id
        self.posting = self.batch().posting_ids.filtered(
            lambda posting: posting.kind == "batch"
        )

    def trail(self, record, user=None):
        """Return the trail of a record as a user sees it."""
        record = record.with_user(user or self.viewer).with_context(
            allowed_company_ids=self.company.ids
        )
        action = record.action_open_money()
        return record.env[action["res_model"]].browse(action["res_id"])

    def steps(self, record, user=None):
        """Return stage → set of record ids."""
        found = {}
        for line in self.trail(record, user).line_ids:
            found.setdefault(line.stage, set()).add(line.record_id)
        return found

    def whole(self):
        """Return the way of the money of January."""
        return {
            "document": {self.document.id},
            "match": {self.fact.match_line_ids.match_id.id},
            "row": {self.fact.id},
            "payout": {self.batch().id},
            "bank_match": {self.bank_fact.match_line_ids.match_id.id},
            "bank_row": {self.bank_fact.id},
            "bank_line": {self.line.id},
            "statement": {self.batch("st_1").id},
        }

    def assert_whole(self, record):
        steps = self.steps(record)
        for stage, ids in self.whole().items():
            self.assertEqual(steps.get(stage), ids, (record, stage))
        self.assertIn(self.posting.id, steps["posting"])
        self.assertLessEqual(
            {self.fact.message_id.id, self.bank_fact.message_id.id}, steps["message"]
        )

    def test_the_same_way_from_either_end(self):
        for record in (
            self.document,
            self.open_item(self.document),
            self.fact,
            self.fact.match_line_ids.match_id,
            self.batch(),
            self.bank_fact,
            self.bank_fact.match_line_ids.match_id,
            self.line,
            self.line.move_id,
            self.posting,
            self.posting.move_id,
            self.customer,
            self.batch("st_1"),
        ):
            with self.subTest(record=record):
                self.assert_whole(record)

    def test_it_says_where_the_money_is(self):
        trail = self.trail(self.document)
        self.assertIn("At the bank since 2026-01-14", trail.answer)
        self.assertIn("DE89370400440532013000", trail.answer)
        lines = {line.stage: line for line in trail.line_ids}
        self.assertEqual(lines["document"].state, "Paid")
        self.assertTrue(lines["document"].is_start)
        self.assertEqual(lines["row"].amount, 100.0)
        self.assertEqual(str(lines["payout"].day), "2026-01-12")

    def test_money_on_its_way(self):
        charge = self.row(gross="50", day=25, batch_external_id="po_2")
        document = self.invoice(50)
        self.store(*self.payout(charge, name="po_2", day=28))
        self.match(charge, document)
        self.assertIn("On its way to the bank", self.trail(document).answer)

    def test_money_at_the_provider(self):
        charge = self.loose(gross="50", day=25)
        document = self.invoice(50)
        self.store(charge)
        self.match(charge, document)
        self.assertIn("At the provider", self.trail(document).answer)

    def test_money_that_nobody_reported(self):
        trail = self.trail(self.invoice(77))
        self.assertIn("No bank and no provider has reported", trail.answer)
        self.assertEqual(trail.line_ids.mapped("stage"), ["document"])

    def test_an_online_payment_leads_to_its_invoice_and_its_charge(self):
        document = self.invoice(60)
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=document.ids
        )
        payment = register.create({})._create_payments()
        outstanding = payment.move_id.line_ids.filtered(
            lambda item: item.account_id == payment.outstanding_account_id
        )
        charge = self.row(gross="60", day=25, batch_external_id="po_2")
        self.store(*self.payout(charge, name="po_2", day=28))
        self.match(charge, outstanding)
        for record in (document, payment, self.stored(charge)):
            steps = self.steps(record)
            self.assertEqual(steps["document"], {document.id}, record)
            self.assertEqual(steps["payment"], {payment.id}, record)
            self.assertEqual(steps["row"], {self.stored(charge).id}, record)

    def test_an_exception_is_part_of_the_way(self):
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(self.batch(), "late_payout", "It is late.")
        odd = self.exceptions("late_payout", self.batch())
        self.assertEqual(self.steps(self.document)["exception"], {odd.id})
        self.assert_whole(odd)

    def test_long_ways_are_cut_and_say_so(self):
        rows = [
            self.row(gross="1", day=20, batch_external_id="po_9") for _n in range(30)
        ]
        self.store(*self.payout(*rows, name="po_9", day=21))
        trail = self.trail(self.batch("po_9"))
        lines = trail.line_ids.filtered(lambda line: line.stage == "row")
        self.assertEqual(len(lines), 20)
        self.assertEqual(lines[-1].rest, "and 10 more")

    def test_each_step_opens_its_record_and_leads_back(self):
        trail = self.trail(self.document)
        for line in trail.line_ids:
            action = line.action_open()
            record = self.env[action["res_model"]].browse(action["res_id"])
            self.assertTrue(record.exists())
            self.assertTrue(hasattr(record, "action_open_money"), record)
        action = trail.action_open_record()
        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("account.move", self.document.id),
        )

    # ------------------------------------------------------------------
    # Down to the payload, and up again
    # ------------------------------------------------------------------

    def opened(self, action):
        records = self.env[action["res_model"]]
        if action.get("res_id"):
            return records.browse(action["res_id"])
        return records.search(action["domain"])

    def test_from_the_figure_to_the_payload_and_up(self):
        row = self.check("batches")
        batches = self.opened(row.action_open())
        self.assertIn(self.batch(), batches)
        fact = self.opened(self.batch().action_open_transactions())
        self.assertIn(self.fact, fact)
        message = self.opened(self.fact.action_open_message())
        self.assertIn(self.fact, self.opened(message.action_open_transactions()))
        self.assertIn(self.batch(), self.opened(message.action_open_batches()))
        moves = self.opened(message.action_open_moves())
        self.assertIn(self.posting.move_id, moves)
        posting = self.opened(self.posting.move_id.action_open_settlement_postings())
        self.assertEqual(self.opened(posting.action_open_batch()), self.batch())
        item = self.posting.move_id.line_ids[:1]
        self.assertEqual(self.opened(item.action_open_move()), self.posting.move_id)
        self.assertEqual(self.opened(self.line.action_open_entry()), self.line.move_id)

    def test_a_pull_and_its_messages(self):
        message = self.fact.message_id
        with self.assertRaisesRegex(UserError, "No pull brought it"):
            message.action_open_windows()
        window = (
            self.env["settlement.window"]
            .sudo()
            .create(
                {
                    "backend_id": self.backend.id,
                    "stream": "charges",
                    "since": "2026-01-01",
                    "until": "2026-01-31",
                    "state": "ok",
                    "started_at": message.received_at,
                    "finished_at": message.received_at,
                }
            )
        )
        self.sql(
            "UPDATE settlement_message SET stream = 'charges' WHERE id = %s", message.id
        )
        self.assertEqual(self.opened(message.action_open_windows()), window)
        self.assertEqual(self.opened(window.action_open_messages()), message)

    def test_the_journal_of_a_provider_opens_its_payouts(self):
        journal = self.wallet.journal_id.with_user(self.viewer)
        action = journal.action_open_settlement_payouts()
        self.assertEqual(
            self.env[action["res_model"]].search(action["domain"]), self.batch()
        )

    # ------------------------------------------------------------------
    # The audit trail
    # ------------------------------------------------------------------

    def test_auditors_see_what_happened_to_a_record(self):
        match = self.fact.match_line_ids.match_id
        events = self.opened(match.with_user(self.auditor).action_open_events())
        self.assertIn("match.proposed", events.mapped("action"))
        self.assertIn("match.confirmed", events.mapped("action"))
        events = self.opened(self.fact.with_user(self.auditor).action_open_events())
        self.assertIn("transaction.stored", events.mapped("action"))
        later = self.stored(self.arrived).with_user(self.auditor)
        self.assertNotEqual(self.opened(later.action_open_events()), events)

    def test_roles(self):
        with self.assertRaises(AccessError):
            self.fact.with_user(self.accountant).action_open_events()
        nobody = (
            self.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    "name": "Nobody",
                    "login": "nobody-trail",
                    "company_id": self.company.id,
                    "company_ids": [(6, 0, self.company.ids)],
                    "group_ids": [
                        (6, 0, [self.env.ref("account.group_account_invoice").id])
                    ],
                }
            )
        )
        with self.assertRaises(AccessError):
            self.document.with_user(nobody).action_open_money()

    def test_companies(self):
        other = self.setup_other_company(name="Other")["company"]
        foreign = self.new_user("group_accountant", other)
        for record in (self.document, self.fact, self.batch(), self.line):
            theirs = record.with_user(foreign).with_context(
                allowed_company_ids=other.ids
            )
            with self.subTest(record=record), self.assertRaises(AccessError):
                theirs.action_open_money()

    def test_a_trail_is_its_users_own(self):
        trail = self.trail(self.document, self.viewer)
        with self.assertRaises(AccessError):
            trail.with_user(self.auditor).read(["answer"])
