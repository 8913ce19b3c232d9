from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from ..services.first_look import FirstLook
from ..services.rehearsal import Rehearsal
from .setup_case import SetupCase

# Valid by its check digit, and nobody's.
CARD = "".join(("4242", "4242", "4242", "4242"))


@tagged("post_install", "-at_install")
class TestSetupEdges(SetupCase):
    """Files, several wallets and companies, closed periods, other currencies."""

    # ------------------------------------------------------------------
    # Files
    # ------------------------------------------------------------------

    def file_setup(self, name="Files"):
        """Return a set-up that waits for its first file."""
        self.teach_files()
        setup = self.start(name=name)
        setup.action_connect()
        return setup

    def test_no_card_number_of_a_file_is_in_the_database(self):
        setup = self.file_setup()
        self.upload(setup, self.charge(1, 3, description=f"Paid with {CARD}"))
        self.env.flush_all()
        for table in ("settlement_setup", "settlement_message", "ir_attachment"):
            found = self.env.execute_query(
                SQL(
                    "SELECT count(*) FROM %s stored "
                    "WHERE to_jsonb(stored)::text LIKE %s",
                    SQL.identifier(table),
                    f"%{CARD}%",
                )
            )
            self.assertEqual(found, [(0,)], table)
        with setup.message_ids.sudo()._open_content() as content:
            self.assertNotIn(CARD.encode(), content.read())

    def test_the_newest_balance_counts(self):
        setup = self.file_setup()
        self.upload(
            setup,
            self.balance("10.00", ago=1),
            self.balance("30.00", ago=3),
            self.charge(1, 2),
        )
        self.assertEqual(setup.wallet_line_ids.provider_balance, 10.0)

    def test_statements_tell_their_closing_balance(self):
        setup = self.file_setup()
        statement = {
            "type": "batch",
            "currency": self.currency.name,
            "kind": "statement",
            "external_id": "S-1",
            "date": self.day(2).isoformat(),
            "total": "5.00",
            "opening_balance": "10.00",
            "closing_balance": "15.00",
            "account_identifier": "A-7",
        }
        self.upload(setup, statement)
        line = setup.wallet_line_ids
        self.assertEqual(
            (line.account_identifier, line.provider_balance), ("A-7", 15.0)
        )

    def test_a_second_file_adds_to_the_first(self):
        setup = self.file_setup()
        self.upload(setup, self.charge(1, 3, account_identifier="A-1"))
        self.upload(
            setup, self.charge(2, 3, account_identifier="A-2"), name="more.jsonl"
        )
        self.assertEqual(len(setup.wallet_line_ids), 2)
        self.assertEqual(len(setup.message_ids), 2)
        self.assertEqual(len(self.events("file", setup)), 2)

    def test_looking_at_a_file_stores_no_fact(self):
        setup = self.file_setup()
        self.upload(setup, self.charge(1, 3))
        before = self.row_counts()
        found = FirstLook(setup.backend_id).read(setup.message_ids)
        self.assertEqual([each.currency for each in found], [self.currency.name])
        self.assertEqual(self.row_counts(), before)

    def test_a_file_that_ends_in_nonsense_is_read_as_far_as_it_goes(self):
        setup = self.file_setup()
        good = self.charge(1, 3, account_identifier="A-1")
        self.upload(setup, good, {"type": "transaction", "currency": "??"})
        self.assertEqual(setup.wallet_line_ids.account_identifier, "A-1")

    def test_a_file_imported_before_is_not_held_back(self):
        """A backend that works already keeps working while it is set up anew."""
        backend = self.backend
        self.teach_files()
        setup = self.env["settlement.setup"].with_user(self.admin)._start_for(backend)
        content = b'{"type": "nonsense"}\n'
        message = backend.with_user(self.admin).import_file("a.jsonl", content)
        message.sudo()._set_state("parsed")
        self.assertEqual(setup.receive_file("a.jsonl", content), message)
        self.assertEqual(message.state, "parsed")

    # ------------------------------------------------------------------
    # Periods, currencies, companies
    # ------------------------------------------------------------------

    def test_a_rehearsal_in_a_closed_period_says_so(self):
        setup = self.by(self.accountant, self.reach("rehearsal"))
        setup.policy_id.sudo().hold_days = 0
        self.provider.objects = self.paid_out(1, 8, self.charge(1, 8))
        self.company.sudo().fiscalyear_lock_date = self.day(2)
        before = self.row_counts()
        report = setup.rehearse()
        self.assertEqual(report["entries"]["count"], 0)
        labels = [group["label"] for group in report["reasons"]]
        self.assertIn("Closed period", labels)
        self.assertEqual(self.row_counts(), before)

    def test_rows_without_a_wallet_are_counted_with_their_reason(self):
        setup = self.by(self.accountant, self.reach("rehearsal"))
        self.provider.objects = [
            self.charge(1, 3),
            self.charge(2, 3, currency="CHF"),
        ]
        report = setup.rehearse()
        self.assertEqual(report["rejected"]["count"], 1)
        self.assertIn("CHF", report["rejected"]["reason"])
        self.assertIn("could not be read", setup.rehearsal_html)

    def test_each_wallet_has_an_opening_of_its_own(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].sudo().create(
            {
                "name": self.day(90),
                "rate": 0.5,
                "currency_id": euro.id,
                "company_id": self.company.id,
            }
        )
        self.provider.answer["currencies"] = [self.currency.name, "EUR"]
        self.provider.objects = [
            self.charge(1, 3, "10.00"),
            self.charge(2, 3, "20.00", currency="EUR"),
            self.balance("110.00"),
            {**self.balance("220.00"), "currency": "EUR"},
        ]
        setup = self.by(self.accountant, self.reach("go_live"))
        openings = {
            line.currency_id.name: line.opening_balance
            for line in setup.wallet_line_ids
        }
        first = setup.wallet_line_ids[0].opening_date
        moved = first <= self.day(3)
        self.assertEqual(
            openings,
            {
                self.currency.name: 100.0 if moved else 110.0,
                "EUR": 200.0 if moved else 220.0,
            },
        )
        setup.action_go_live()
        postings = self.env["settlement.posting"].search(
            [("backend_id", "=", setup.backend_id.id)]
        )
        self.assertEqual(set(postings.mapped("kind")), {"opening"})
        foreign = postings.filtered(lambda posting: posting.currency_id == euro)
        lines = foreign.move_id.line_ids
        self.assertEqual(
            sorted(lines.mapped("balance")),
            [-2 * openings["EUR"], 2 * openings["EUR"]],
        )

    def test_a_rehearsal_looks_at_its_own_company_only(self):
        other = self.setup_other_company(name="Neighbour")["company"]
        theirs = self.new_backend("Theirs", company=other)
        self.env["settlement.message"]._receive(theirs, "manual", b"{}")
        setup = self.by(self.accountant, self.reach("rehearsal"))
        self.provider.objects = [self.charge(1, 3)]
        self.assertEqual(setup.rehearse()["rows"]["count"], 1)

    def test_a_rehearsal_of_a_live_backend_shows_what_is_new(self):
        setup = self.by(self.accountant, self.reach("go_live"))
        setup.wallet_line_ids.opening_date = self.day(20)
        setup.action_go_live()
        setup.policy_id.sudo().hold_days = 0
        self.provider.objects = self.paid_out(1, 8, self.charge(1, 8))
        setup.action_advance()
        posted = self.env["settlement.posting"].search_count(
            [("backend_id", "=", setup.backend_id.id)]
        )
        self.assertTrue(posted)
        setup.action_go_to("rehearsal")
        # What is posted stays posted, and is not posted a second time.
        report = setup.rehearse()
        self.assertEqual(report["entries"]["count"], 0)
        self.assertEqual(
            self.env["settlement.posting"].search_count(
                [("backend_id", "=", setup.backend_id.id)]
            ),
            posted,
        )

    def test_long_entries_are_cut_and_that_is_said(self):
        setup = self.by(self.accountant, self.reach("rehearsal"))
        setup.policy_id.sudo().hold_days = 0
        charges = [self.charge(number, 8) for number in range(40)]
        self.provider.objects = self.paid_out(1, 8, *charges)
        entry = setup.rehearse()["entries"]["shown"][0]
        self.assertEqual(len(entry["lines"]), 30)
        self.assertEqual(entry["count"], 30 + entry["more"])
        self.assertIn(
            f"{entry['more']} lines more", setup.rehearsal_html.replace("\n", " ")
        )

    def test_a_step_that_runs_out_of_time_is_reported(self):
        setup = self.reach("rehearsal")
        self.provider.objects = [self.charge(1, 3)]
        run = Rehearsal(setup.sudo())

        def slow(backend, checkpoint):
            self.assertIsNone(checkpoint, "the transaction is somebody else's")
            run._end = 0
            return {}

        self.patch(type(setup.backend_id), "_step_match", slow)
        report = run.run()
        self.assertIn("the rest was left", report["stopped"])
        self.assertEqual(report["rows"]["count"], 1)

    # ------------------------------------------------------------------
    # References of payments
    # ------------------------------------------------------------------

    def paid_invoice(self):
        """Return an invoice and the payment that a person registered for it."""
        invoice = self.invoice(55, day=self.day(9))
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payments = wizard.create({"payment_date": self.day(8)})._create_payments()
        return invoice, payments

    def references(self, payment):
        """Return the texts by which the outstanding item of a payment is known."""
        documents = self.env["settlement.document.reference"].sudo()
        documents._refresh()
        item = documents._outstanding_items(self.company).filtered(
            lambda line: line.payment_id == payment
        )
        found = documents.search([("move_line_id", "=", item.id)])
        return item, set(found.mapped("text"))

    def test_a_registered_payment_is_known_by_what_it_pays(self):
        invoice, payment = self.paid_invoice()
        item, texts = self.references(payment)
        self.assertEqual(item.amount_residual, 55)
        bare = "".join(filter(str.isalnum, invoice.name)).upper()
        known = {"".join(filter(str.isalnum, text)).upper() for text in texts}
        self.assertIn(bare, known)

    def test_a_payment_that_arrived_is_not_known_any_more(self):
        _invoice, payment = self.paid_invoice()
        item, _texts = self.references(payment)
        counter = self.env["account.move"].create(
            {
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create({"account_id": account.id, "balance": balance})
                    for account, balance in (
                        (item.account_id, -55),
                        (self.company_data["default_account_revenue"], 55),
                    )
                ],
            }
        )
        counter.action_post()
        other = counter.line_ids.filtered(
            lambda line: line.account_id == item.account_id
        )
        (item | other).reconcile()
        self.assertFalse(self.references(payment)[0])
        documents = self.env["settlement.document.reference"].sudo()
        self.assertFalse(documents.search([("move_line_id", "=", item.id)]))

    def test_outgoing_payments_are_taken_over_too(self):
        payment = self.env["account.payment"].create(
            {
                "payment_type": "outbound",
                "partner_type": "supplier",
                "partner_id": self.customer.id,
                "amount": 12,
                "date": self.day(5),
                "memo": "OUT-12",
                "journal_id": self.company_data["default_journal_bank"].id,
                "company_id": self.company.id,
            }
        )
        payment.action_post()
        item, texts = self.references(payment)
        self.assertEqual(item.amount_residual, -12)
        self.assertTrue(any("OUT" in text.upper() for text in texts))

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def test_every_step_has_a_role_and_a_screen(self):
        form = self.env["settlement.setup"].get_view(
            self.env.ref("settlement_account.view_settlement_setup_form").id
        )["arch"]
        for step, _label in self.env["settlement.setup"]._fields["step"].selection:
            self.assertIn(f"'{step}'", form)
        setup = self.start(name="Roles")
        for step in ("nonsense", ""):
            with self.assertRaises(UserError):
                setup.action_go_to(step)
