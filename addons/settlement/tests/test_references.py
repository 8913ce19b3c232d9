from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.account.tests.common import AccountTestInvoicingCommon

from ..canonical import references
from ..models.reference_sql import reference_text_sql
from .common import SettlementCase

TEXTS = (
    "INV/2026/00012",
    " inv-2026 00012 ",
    "RF18 5390 0754 7034",
    "+++010/8068/17183+++",
    "Ünïcode straße İıſ",
    "Ann.Müller@Example.COM ",
    "pi_3NAbcXYZ ",
    "///",
    "a\tb\nc",
)


@tagged("post_install", "-at_install")
class TestReferenceSpelling(SettlementCase):
    def test_sql_spells_references_as_python_does(self):
        for kind in ("provider", "invoice", "email", "iban", "structured"):
            for text in TEXTS:
                (spelled,) = self.env.execute_query(
                    SQL(
                        "SELECT %s",
                        reference_text_sql(SQL("%s", kind), SQL("%s::text", text)),
                    )
                )[0]
                with self.subTest(kind=kind, text=text):
                    self.assertEqual(spelled, references.normalise(kind, text))


@tagged("post_install", "-at_install")
class TestDocumentReferences(AccountTestInvoicingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids += cls.env.ref("settlement.group_viewer")
        cls.references = cls.env["settlement.document.reference"]
        cls.invoice = cls.init_invoice("out_invoice", amounts=[100.0], post=True)

    def texts(self, kind="invoice"):
        self.references._refresh(self.env.company)
        return self.references.search(
            [("company_id", "=", self.env.company.id), ("type", "=", kind)]
        ).mapped("text")

    def own_texts(self):
        """Return the references of the invoice itself, not of what pays it."""
        self.texts()
        return self.references.search(
            [("move_line_id", "in", self.invoice.line_ids.ids)]
        ).mapped("text")

    def test_open_invoices_are_found_by_their_number(self):
        expected = references.normalise("invoice", self.invoice.name)
        self.assertIn(expected, self.texts())
        self.assertEqual(len(self.texts()), len(set(self.texts())))

    def test_settled_invoices_leave_and_come_back(self):
        number = references.normalise("invoice", self.invoice.name)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=self.invoice.ids
        ).create({})._create_payments()
        self.assertNotIn(number, self.own_texts())
        self.invoice.line_ids.remove_move_reconcile()
        self.assertIn(number, self.own_texts())

    def test_a_refresh_without_change_writes_nothing(self):
        self.texts()
        before = self.references.search([]).ids
        self.texts()
        self.assertEqual(self.references.search([]).ids, before)

    def test_drafts_are_not_open(self):
        draft = self.init_invoice("out_invoice", amounts=[50.0])
        draft.payment_reference = "DRAFT-77"
        self.assertNotIn("DRAFT77", self.texts())
