from datetime import datetime

from odoo.tests import tagged

from ..models.matcher import SCOPED_STAGES
from .test_counterparty import IBAN, OTHER_IBAN, CounterpartyCase


@tagged("post_install", "-at_install")
class TestTextAgain(CounterpartyCase):
    """What references and texts proposed is judged again when something changes."""

    def setUp(self):
        super().setUp()
        self.invoice = self.new_invoice(120.5, name="INV/2026/04711")
        self.item = self.open_line(self.invoice)

    def slipped(self, external_id="b1", **values):
        """Return a row with a slip of the pen in the number of the invoice."""
        return self.bank_row(
            external_id,
            "120.50",
            **{
                "description": "Invoice INV/2026/04171",
                "counterparty_account": IBAN,
                **values,
            },
        )

    def examined(self):
        """Run the matcher; return how many rows references were judged of."""
        return self.run_match()[SCOPED_STAGES[1]]["rows"]

    def test_nothing_changed_is_not_judged_again(self):
        row = self.slipped()
        self.run_match()
        match = self.assertProposed(row, self.item)
        self.assertEqual(self.examined(), 0)
        self.assertEqual(self.match_of(row), match)
        self.assertEqual(self.reasons(row), ["unmatched"])

    def test_the_same_proposal_stands_when_all_is_judged_again(self):
        row = self.slipped()
        self.run_match()
        match = self.assertProposed(row, self.item)
        self.env["settlement.match.watermark"].search([]).unlink()
        self.assertEqual(self.examined(), 1)
        self.assertEqual(self.assertProposed(row, self.item), match)
        self.assertEqual(row.match_line_ids.match_id, match)
        self.assertEqual(self.reasons(row), ["unmatched"])
        self.assertEqual(self.examined(), 0)

    def test_late_document_with_the_number_that_was_written(self):
        row = self.slipped()
        self.run_match()
        proposal = self.assertProposed(row, self.item)
        late = self.new_invoice(120.5, name="INV/2026/04171")
        self.assertEqual(self.examined(), 1)
        self.assertMatched(row, self.open_line(late), 12050)
        self.assertEqual(proposal.state, "undone")
        self.assertFalse(proposal.is_refused)
        self.assertFalse(self.reasons(row))

    def test_late_document_that_is_as_near(self):
        row = self.slipped(counterparty_account=None)
        self.run_match()
        self.assertProposed(row, self.item)
        self.new_invoice(120.5, name="INV/2026/04117")
        self.assertEqual(self.examined(), 1)
        self.assertFalse(
            self.match_of(row).filtered(lambda match: match.stage == 3),
            "two numbers are as near",
        )

    def test_late_document_of_no_concern(self):
        row = self.slipped()
        self.run_match()
        match = self.assertProposed(row, self.item)
        self.new_invoice(99.0, partner_id=self.other.id)
        self.assertEqual(self.examined(), 0)
        self.assertEqual(self.match_of(row), match)

    def test_invoice_that_is_paid_otherwise(self):
        row = self.slipped()
        self.run_match()
        proposal = self.assertProposed(row, self.item)
        (other,) = self.store(
            self.fact("t1", "120.50", invoice_reference=self.invoice.name)
        )
        self.run_match()
        self.assertMatched(other, self.item)
        self.run_match()
        self.assertEqual(proposal.state, "undone")
        self.assertEqual(row.match_state, "open")

    def test_row_is_judged_again_when_its_proposal_went(self):
        row = self.slipped()
        self.run_match()
        proposal = self.assertProposed(row, self.item)
        proposal._undo("the engine")
        self.assertEqual(self.examined(), 1)
        self.assertProposed(row, self.item)

    def test_transaction_that_its_source_corrects(self):
        row = self.slipped()
        self.run_match()
        proposal = self.assertProposed(row, self.item)
        corrected = self.slipped(
            description=f"Invoice {self.invoice.name}",
            source_version_at=datetime(2026, 1, 13),
        )
        self.run_match()
        self.assertEqual(proposal.state, "undone")
        self.assertMatched(corrected, self.item)

    def test_new_account_of_the_payer(self):
        """A document of somebody else becomes the payer's own."""
        row = self.slipped(
            description=self.invoice.name, counterparty_account=OTHER_IBAN
        )
        self.run_match()
        proposal = self.assertProposed(row, self.item, kind="reference/other_payer")
        self.assertEqual(self.reasons(row), ["partner_conflict"])
        accounts = self.env["res.partner.bank"]
        accounts.search([("partner_id", "=", self.other.id)]).active = False
        self.account_of(self.customer, OTHER_IBAN)
        self.run_match()
        self.assertMatched(row, self.item)
        self.assertEqual(proposal.state, "undone")
        self.assertFalse(self.reasons(row))

    def test_second_payment_of_what_is_proposed(self):
        row = self.slipped(
            description=self.invoice.name, counterparty_account=OTHER_IBAN
        )
        self.run_match()
        proposal = self.assertProposed(row, self.item)
        rival = self.slipped("b2", description=f"I pay {self.invoice.name}")
        self.run_match()
        self.assertEqual(proposal.state, "undone")
        self.assertOpen(row, "ambiguous")
        self.assertOpen(rival, "ambiguous")

    def test_what_a_person_refused_is_not_proposed_again(self):
        row = self.slipped()
        self.run_match()
        proposal = self.assertProposed(row, self.item)
        proposal._undo("No.", is_refused=True)
        self.env["settlement.match.watermark"].search([]).unlink()
        self.run_match()
        self.assertFalse(self.match_of(row))
        self.assertEqual(row.match_state, "open")

    def test_one_transaction_alone(self):
        row, other = self.slipped(), self.slipped("b2", description="nothing")
        self.run_match()
        match = self.assertProposed(row, self.item)
        self.matcher._match_transactions(other)
        self.assertEqual(self.match_of(row), match)
        self.matcher._match_transactions(row)
        self.env.invalidate_all()
        self.assertEqual(self.assertProposed(row, self.item), match)

    def test_matching_by_turns_with_commits_between_stages(self):
        row = self.slipped()
        self.run_match()
        match = self.assertProposed(row, self.item)
        self.env["settlement.match.watermark"].search([]).unlink()

        def commit():
            """Do what a commit does to temporary tables."""
            self.env.cr.execute(
                "SELECT relname FROM pg_class WHERE relpersistence = 't' "
                "AND relkind = 'r' AND pg_table_is_visible(oid)"
            )
            for (name,) in self.env.cr.fetchall():
                self.env.cr.execute(f'DROP TABLE "{name}"')

        self.matcher._match_company(self.company, commit)
        self.env.invalidate_all()
        self.assertEqual(self.assertProposed(row, self.item), match)
