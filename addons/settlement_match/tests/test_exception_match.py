from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_suggestion import SuggestionCase


class ExceptionCase(SuggestionCase):
    """Exceptions that a person ends by saying what belongs together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")
        cls.approver = cls.new_user("group_approver")
        cls.viewer = cls.new_user("group_viewer")

    def opened(self, record, reason="unmatched", user=None):
        exception = self.exceptions._raise_for(record, reason, "Nobody knows why.")
        return exception.with_user(user or self.accountant).sudo(False)

    def keys_of(self, *records):
        return [[record._name, record.id] for record in records]

    def approve(self, exception):
        approval = exception.sudo().approval_id
        approval.with_user(self.approver).sudo(False).action_approve()
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestExceptionMatch(ExceptionCase):
    """Accept, match and divide."""

    def test_match_ends_it_with_its_own_words(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        exception = self.opened(row)
        exception.action_resolve("match", chosen=self.keys_of(self.open_line(invoice)))
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(exception.resolved_by_id, self.accountant)
        self.assertIn(invoice.name, exception.resolution)
        self.assertNotIn("cause is gone", exception.resolution)
        match = exception.match_id
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(match.decided_by_id, self.accountant)
        self.assertEqual(row.match_state, "matched")

    def test_match_in_part(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "40.00", invoice.name)
        exception = self.opened(row)
        exception.action_resolve("match", chosen=self.keys_of(self.open_line(invoice)))
        self.assertEqual(self.claim_of(self.open_line(invoice)), (4000, 10000))

    def test_match_with_what_was_seen(self):
        invoice = self.new_invoice(100.0)
        line = self.open_line(invoice)
        row = self.credit("b1", "100.00", invoice.name)
        exception = self.opened(row)
        with self.assertRaisesRegex(UserError, "has changed"):
            exception.action_resolve("match", chosen=[[line._name, line.id, 9000]])
        self.assertEqual(exception.state, "open")
        exception.action_resolve("match", chosen=[[line._name, line.id, 10000]])
        self.assertEqual(exception.state, "resolved")

    def test_match_needs_a_choice(self):
        exception = self.opened(self.credit("b1", "100.00"))
        with self.assertRaisesRegex(UserError, "chosen"):
            exception.action_resolve("match")
        with self.assertRaisesRegex(UserError, "model, id"):
            exception.action_resolve("match", chosen=["account.move.line"])

    def test_match_of_a_stranger_is_refused(self):
        """Only what the suggestions know may be chosen, whoever asks."""
        row = self.credit("b1", "100.00")
        exception = self.opened(row)
        account = self.env["account.move.line"].search([], limit=1)
        with self.assertRaises(UserError):
            exception.action_resolve("match", chosen=self.keys_of(account))
        self.assertEqual(row.match_state, "open")

    def test_match_of_a_payout(self):
        self.store(self.payout("po_1", "90.00"))
        batch = self.env["settlement.batch"].search([("external_id", "=", "po_1")])
        row = self.credit("b1", "90.00")
        exception = self.opened(batch, "late_payout")
        exception.action_resolve("match", chosen=self.keys_of(row))
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(row.match_state, "matched")

    def test_expected_money_is_noted_and_stays_open(self):
        expected = self.env["settlement.expected.payment"].create(
            {"name": "Rent", "amount": 80.0, "due_on": "2026-01-10"}
        )
        row = self.credit("b1", "80.00")
        exception = self.opened(row)
        exception.action_resolve("match", chosen=self.keys_of(expected))
        self.assertEqual(expected.transaction_id, row)
        self.assertEqual(exception.state, "open")
        self.assertIn("Rent", exception.message_ids[:1].body)

    def test_accept_confirms_the_proposal(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        match = self.matches._propose([row], [self.open_line(invoice)], score=55)
        exception = self.opened(row)
        self.assertTrue(exception.has_proposal)
        self.assertIn("accept", exception._usable_verbs(exception._verbs()))
        exception.action_resolve("accept", comment="Looks right.")
        self.assertEqual(match.state, "confirmed")
        self.assertEqual(exception.match_id, match)
        self.assertIn("Looks right.", exception.resolution)

    def test_accept_without_a_proposal_says_so(self):
        exception = self.opened(self.credit("b1", "100.00"))
        self.assertFalse(exception.has_proposal)
        self.assertNotIn("accept", exception._usable_verbs(exception._verbs()))
        self.assertIn("Nothing is proposed", exception._why_not("accept"))
        with self.assertRaisesRegex(UserError, "Nothing is proposed"):
            exception.action_resolve("accept")

    def test_accept_of_several_asks_which(self):
        first, second = self.new_invoice(100.0), self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        for invoice in (first, second):
            self.matches._propose([row], [self.open_line(invoice)], score=50)
        exception = self.opened(row, "ambiguous")
        with self.assertRaisesRegex(UserError, "2 matches"):
            exception.action_resolve("accept")
        wanted = self.match_of(self.open_line(second))
        exception.action_resolve("accept", match_id=wanted.id)
        self.assertEqual(wanted.state, "confirmed")

    def test_accept_of_another_ones_proposal_is_refused(self):
        invoice, other = self.new_invoice(100.0), self.new_invoice(70.0)
        row, stranger = self.credit("b1", "100.00"), self.credit("b2", "70.00")
        self.matches._propose([row], [self.open_line(invoice)])
        foreign = self.matches._propose([stranger], [self.open_line(other)])
        with self.assertRaises(UserError):
            self.opened(row).action_resolve("accept", match_id=foreign.id)
        self.assertEqual(foreign.state, "proposed")

    def test_split_over_two_invoices(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        row = self.credit("b1", "120.00", f"{first.name} {second.name}")
        exception = self.opened(row, "ambiguous")
        parts = [
            ["account.move.line", self.open_line(first).id, 8000],
            ["account.move.line", self.open_line(second).id, "40.00"],
        ]
        exception.action_resolve("split", parts=parts)
        self.assertEqual(self.claim_of(self.open_line(first)), (8000, 10000))
        self.assertEqual(self.claim_of(self.open_line(second)), (4000, 7000))
        self.assertEqual(self.claim_of(row), (12000, 12000))

    def test_split_leaves_the_rest_open(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "120.00", invoice.name)
        line = self.open_line(invoice)
        self.opened(row).action_resolve("split", parts=[[line._name, line.id, 3000]])
        self.assertEqual(self.claim_of(row), (3000, 12000))
        self.assertEqual(row.match_state, "open")

    def test_split_refuses_wrong_amounts(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "50.00", invoice.name)
        line = self.open_line(invoice)
        exception = self.opened(row)
        wrong = (0, -100, 10001, 6000, "x", "1.005", "-3", "0")
        for amount in wrong:
            with self.assertRaises(UserError, msg=amount):
                exception.action_resolve("split", parts=[[line._name, line.id, amount]])
        self.assertEqual(row.match_state, "open")
        self.assertEqual(exception.state, "open")

    def test_split_names_each_item_once(self):
        row = self.credit("b1", "50.00", self.new_invoice(100.0).name)
        line = self.open_line(self.new_invoice(100.0))
        part = [line._name, line.id, 1000]
        with self.assertRaisesRegex(UserError, "once"):
            self.opened(row).action_resolve("split", parts=[part, part])

    def test_split_reads_amounts_in_the_language_of_the_user(self):
        """Polish writes a comma before the cents and has no other separator."""
        self.env["res.lang"]._activate_lang("pl_PL")
        invoice = self.new_invoice(5000.0)
        row = self.credit("b1", "5000.00", invoice.name)
        line = self.open_line(invoice)
        exception = self.opened(row).with_context(lang="pl_PL")
        exception.action_resolve("split", parts=[[line._name, line.id, "12,50"]])
        self.assertEqual(self.claim_of(line), (1250, 500000))

    def test_an_approval_is_for_the_proposal_that_was_seen(self):
        """Who agreed to one match has not agreed to the next one."""
        first, second = self.new_invoice(100.0), self.new_invoice(100.0)
        row = self.credit("b1", "100.00")
        match = self.matches._propose([row], [self.open_line(first)], score=50)
        exception = self.opened(row)
        content = exception._approval_content("accept", {})
        self.assertEqual(content["proposals"], match.mapped("row_hash"))
        match.action_undo("A run withdrew it.")
        self.matches._propose([row], [self.open_line(second)], score=50)
        self.env.invalidate_all()
        self.assertNotEqual(exception._approval_content("accept", {}), content)

    def test_split_is_for_payments(self):
        self.store(self.payout("po_1", "90.00"))
        batch = self.env["settlement.batch"].search([("external_id", "=", "po_1")])
        exception = self.opened(batch, "ambiguous")
        self.assertIn("single payments", exception._why_not("split"))

    def test_who_may(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name)
        exception = self.opened(row, user=self.viewer)
        chosen = self.keys_of(self.open_line(invoice))
        with self.assertRaises(AccessError):
            exception.action_resolve("match", chosen=chosen)
        self.assertTrue(exception._why_not("match"))
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.new_user("group_accountant", other, login="elsewhere")
        with self.assertRaises(AccessError):
            exception.with_user(stranger).action_resolve("match", chosen=chosen)


@tagged("post_install", "-at_install")
class TestExceptionGroup(ExceptionCase):
    """Several items that add up, and how many such sums there are."""

    def payer(self):
        return self.bank_account(self.customer)

    def test_the_only_sum_needs_nobody_else(self):
        invoices = [self.new_invoice(amount) for amount in (100.0, 70.0, 33.0)]
        row = self.credit("b1", "170.00", counterparty_account=self.payer())
        exception = self.opened(row)
        (ways,) = exception.action_find_sums()
        self.assertTrue(ways["is_unique"])
        self.assertEqual(len(ways["solutions"]), 1)
        self.assertIn("proved", ways["sentence"])
        exception.action_resolve("group")
        self.assertEqual(exception.state, "resolved")
        lines = [self.open_line(invoice) for invoice in invoices[:2]]
        self.assertEqual(exception.match_id.line_ids.move_line_id, lines[0] | lines[1])

    def test_one_item_that_fits_alone_is_another_answer(self):
        for amount in (170.0, 100.0, 70.0):
            self.new_invoice(amount)
        row = self.credit("b1", "170.00", counterparty_account=self.payer())
        exception = self.opened(row)
        (ways,) = exception.action_find_sums()
        self.assertEqual(len(ways["solutions"]), 1)
        self.assertFalse(ways["is_unique"])
        self.assertTrue(exception._needs_another("group", {}))

    def test_sums_of_two_payers_are_two_answers(self):
        for partner, amounts in (
            (self.customer, (100.0, 70.0)),
            (self.other, (110.0, 60.0)),
        ):
            for amount in amounts:
                self.new_invoice(amount, partner_id=partner.id)
        row = self.credit("b1", "170.00")
        service = self.env["settlement.suggestion"]
        groups = [
            [
                (("account.move.line", number), minor)
                for number, minor in enumerate(each)
            ]
            for each in ((10000, 7000), (11000, 6000))
        ]
        with patch.object(type(service), "_sum_groups", lambda *_args: groups):
            found = service._ways(row)
        self.assertEqual([len(ways.solutions) for ways in found], [1, 1])
        self.assertFalse(any(ways.is_unique for ways in found))

    def two_sums(self):
        for amount in (100.0, 70.0, 60.0, 110.0):
            self.new_invoice(amount)
        return self.opened(
            self.credit("b1", "170.00", counterparty_account=self.payer())
        )

    def test_two_sums_are_told_and_not_taken(self):
        exception = self.two_sums()
        (ways,) = exception.action_find_sums()
        self.assertEqual(len(ways["solutions"]), 2)
        self.assertFalse(ways["is_unique"])
        self.assertIn("2 sums", ways["sentence"])
        with self.assertRaisesRegex(UserError, "2 sums"):
            exception.action_resolve("group")
        self.assertEqual(exception.state, "open")

    def test_one_of_two_sums_needs_another_person(self):
        exception = self.two_sums()
        chosen = exception.action_find_sums()[0]["solutions"][1]
        # Nobody can claim a proof that there is none of.
        exception.action_resolve("group", chosen=chosen, proved=True)
        self.assertEqual(exception.state, "waiting_approval")
        self.approve(exception)
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(
            set(exception.match_id.line_ids.move_line_id.ids),
            {row_id for _model, row_id in chosen},
        )

    def test_what_does_not_add_up_is_refused(self):
        exception = self.two_sums()
        chosen = exception.action_find_sums()[0]["solutions"][0][:1]
        with self.assertRaisesRegex(UserError, "does not add up"):
            exception.action_resolve("group", chosen=chosen)

    def test_no_sum_at_all(self):
        self.new_invoice(99.0)
        row = self.credit("b1", "170.00", counterparty_account=self.payer())
        with self.assertRaises(UserError):
            self.opened(row).action_resolve("group")

    def test_looking_for_sums_needs_a_role_and_writes_nothing(self):
        exception = self.two_sums()
        before = self.matches.search_count([])
        exception.with_user(self.viewer).action_find_sums()
        self.assertEqual(self.matches.search_count([]), before)
        nobody = self.env["res.users"].create(
            {"name": "N", "login": "n", "company_id": self.company.id}
        )
        with self.assertRaises(AccessError):
            exception.with_user(nobody).action_find_sums()


@tagged("post_install", "-at_install")
class TestExceptionPayer(ExceptionCase):
    """This payer pays for that partner."""

    def conflict(self):
        account = self.bank_account(self.other)
        invoice = self.new_invoice(100.0)
        row = self.credit("b1", "100.00", invoice.name, counterparty_account=account)
        self.run_match()
        exception = self.open_exceptions(row)
        self.assertEqual(exception.reason, "partner_conflict")
        return exception.with_user(self.accountant).sudo(False), row

    def test_another_person_agrees_and_it_is_matched(self):
        exception, row = self.conflict()
        exception.action_resolve("accept_payer")
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(row.match_state, "proposed")
        self.approve(exception)
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(row.match_state, "matched")

    def test_no_other_way_saves_the_second_person(self):
        exception, row = self.conflict()
        self.assertEqual(exception.verb_1, "accept_payer")
        with self.env.cr.savepoint() as savepoint:
            exception.action_resolve("accept")
            self.assertEqual(exception.state, "waiting_approval")
            savepoint.rollback()
        self.env.invalidate_all()
        line = self.match_of(row).line_ids.move_line_id
        exception.action_resolve("match", chosen=self.keys_of(line))
        self.assertEqual(exception.state, "waiting_approval")
        self.assertEqual(row.match_state, "proposed")

    def test_the_payer_s_own_document_is_no_doubt(self):
        exception, row = self.conflict()
        own = self.new_invoice(100.0, partner_id=self.other.id)
        exception.action_resolve("match", chosen=self.keys_of(self.open_line(own)))
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(row.match_state, "matched")

    def test_it_drafts_the_rule_that_says_so(self):
        exception, row = self.conflict()
        exception.action_resolve("accept_payer", rule=True)
        self.approve(exception)
        version = self.env["settlement.rule.version"].search(
            [("purpose", "=", "payer"), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(version.state, "draft")
        self.assertEqual(version.pays_for_partner_ids, self.customer)
        self.assertEqual(version.counterparty_account, row.counterparty_account)
