from odoo.tests import tagged

from .common import MatchCase


class TextCase(MatchCase):
    """Bank rows whose text is all that says what they pay."""

    _numbers = 0

    def credit(self, gross, text, **values):
        type(self)._numbers += 1
        values = {"description": text, **values}
        (row,) = self.store(
            self.bank_fact(f"b{self._numbers}", gross, **values),
            backend=self.bank,
        )
        return row

    def spelled(self, invoice, zeros=True, **letters):
        """Return the number of an invoice in another spelling."""
        number = invoice.name
        if not zeros:
            prefix, year, count = number.split("/")
            number = f"{prefix}/{year}/{int(count)}"
        for letter, other in letters.items():
            number = number.replace(letter.strip("_"), other)
        return number

    def assertProposed(self, row, *targets):
        """Assert one proposal with these items, which claims nothing."""
        match = self.match_of(row)
        self.assertEqual(len(match), 1, self.reasons(row))
        self.assertEqual(match.state, "proposed")
        self.assertFalse(match.is_automatic)
        self.assertEqual(row.match_state, "proposed")
        lines = match.line_ids.filtered(lambda line: line.side == "target")
        self.assertEqual(
            lines.move_line_id.ids, [item.id for item in targets], match.sentence
        )
        for target in targets:
            self.assertFalse(self.claim_of(target)[0])
        return match


@tagged("post_install", "-at_install")
class TestTextSpelling(TextCase):
    def test_letters_that_were_taken_for_digits(self):
        invoice = self.new_invoice(100.0)
        written = self.spelled(invoice, _0="O")
        row = self.credit("100.00", f"Invoice {written} thanks")
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice), 10000)
        self.assertEqual((match.method, match.stage), ("reference", 3))
        self.assertEqual(match.kind, "reference/exact:spelling")
        self.assertIn(f"'{written}' as {invoice.name}", match.sentence)
        self.assertIn("-10  a spelling that had to be corrected", match.evidence_text)

    def test_missing_zeros(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("100.00", self.spelled(invoice, zeros=False))
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_prefix_that_was_glued_on(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("100.00", f"RENR{invoice.name.replace('/', '')}")
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)

    def test_bad_spelling_needs_the_exact_amount(self):
        invoice = self.new_invoice(100.0)
        for gross in ("40.00", "120.00"):
            row = self.credit(gross, self.spelled(invoice, zeros=False))
            self.run_match()
            self.assertOpen(row, "unmatched")
            self.assertIn("the amounts differ", self.open_exceptions(row).cause)
            row._state_rows()._set_match_state("ignored")

    def test_bad_spelling_of_two_numbers_is_decided_by_the_amount(self):
        short = self.new_invoice(100.0, name="INV/2026/0012")
        long = self.new_invoice(70.0, name="XINV/2026/00012")
        row = self.credit("70.00", "XINV/2026/12")
        self.run_match()
        self.assertMatched(row, self.open_line(long), 7000)
        self.assertFalse(self.match_of(self.open_line(short)))

    def test_bad_spelling_of_two_equal_amounts_stays_open(self):
        self.new_invoice(100.0, ref="AB-0012345")
        self.new_invoice(100.0, ref="AB-00012345")
        row = self.credit("100.00", "AB12345")
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_two_payments_with_one_number_are_rivals(self):
        invoice = self.new_invoice(100.0)
        good = self.credit("100.00", invoice.name)
        bad = self.credit("100.00", self.spelled(invoice, zeros=False))
        self.run_match()
        self.assertOpen(good, "ambiguous")
        self.assertOpen(bad, "ambiguous")

    def test_list_of_last_numbers(self):
        invoices = [self.new_invoice(amount) for amount in (100.0, 70.0, 30.0)]
        first, second, third = (invoice.name for invoice in invoices)
        last = [int(number.rsplit("/", 1)[1]) for number in (second, third)]
        row = self.credit("200.00", f"{first}, {last[0]} und {last[1]}")
        self.run_match()
        items = self.env["account.move.line"]
        for invoice in invoices:
            items |= self.open_line(invoice)
        match = self.assertMatched(row, items, 20000)
        self.assertEqual(match.kind, "reference/sum:spelling")
        self.assertIn(second, match.sentence)

    def test_list_that_does_not_add_up_is_no_overpayment(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        last = int(second.name.rsplit("/", 1)[1])
        row = self.credit("150.00", f"{first.name}, {last}")
        self.run_match()
        self.assertOpen(row, "ambiguous")

    def test_a_number_beside_a_paid_one_does_no_harm(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        last = int(second.name.rsplit("/", 1)[1])
        row = self.credit("100.00", f"{first.name}, {last} items")
        self.run_match()
        self.assertMatched(row, self.open_line(first), 10000)

    def test_what_one_names_beside_its_own_is_contested(self):
        first, second = self.new_invoice(100.0), self.new_invoice(70.0)
        last = int(second.name.rsplit("/", 1)[1])
        both = self.credit("170.00", f"{first.name}, {last}")
        single = self.credit("70.00", second.name)
        self.run_match()
        self.assertOpen(both, "ambiguous")
        self.assertOpen(single, "ambiguous")

    def test_range_is_proposed(self):
        invoices = [self.new_invoice(amount) for amount in (100.0, 70.0, 30.0)]
        last = int(invoices[-1].name.rsplit("/", 1)[1])
        row = self.credit("200.00", f"{invoices[0].name} bis {last}")
        self.run_match()
        self.assertProposed(row, *(self.open_line(invoice) for invoice in invoices))

    def test_line_breaks_of_banks(self):
        for width in (27, 35):
            invoice = self.new_invoice(100.0)
            text = f"Ihre Rechnung vom Januar mit Nr. {invoice.name} danke"
            broken = "\n".join(
                text[start : start + width] for start in range(0, len(text), width)
            )
            row = self.credit("100.00", broken)
            self.run_match()
            self.assertMatched(row, self.open_line(invoice), 10000)

    def test_bad_spelling_and_another_known_payer(self):
        self.known_account("DE89370400440532013000", "Grace Inc")
        invoice = self.new_invoice(100.0)
        row = self.credit(
            "100.00",
            self.spelled(invoice, zeros=False),
            counterparty_account="DE89370400440532013000",
        )
        self.run_match()
        self.assertProposed(row, self.open_line(invoice))
        self.assertEqual(self.reasons(row), ["partner_conflict"])

    def known_account(self, account, name=None):
        partner = self.customer
        if name:
            partner = self.env["res.partner"].create({"name": name})
        self.env["res.partner.bank"].create(
            {"acc_number": account, "partner_id": partner.id}
        )

    def test_number_without_prefix_of_a_known_payer(self):
        self.known_account("DE89370400440532013000")
        for spelling in ("{year}/{number:05d}", "{number}/{year}", "{short}/{number}"):
            invoice = self.new_invoice(100.0)
            _prefix, year, number = invoice.name.split("/")
            text = spelling.format(year=year, number=int(number), short=year[2:])
            row = self.credit(
                "100.00", text, counterparty_account="DE89370400440532013000"
            )
            self.run_match()
            match = self.assertMatched(row, self.open_line(invoice), 10000)
            self.assertEqual(match.kind, "reference/exact:core")
            self.assertIn("known as the document's partner", match.sentence)

    def test_number_without_prefix_of_an_unknown_payer(self):
        invoice = self.new_invoice(100.0)
        _prefix, year, number = invoice.name.split("/")
        row = self.credit("100.00", f"{year}/{int(number)}")
        self.run_match()
        self.assertOpen(row, "missing_reference")

    def test_supplier_bill_with_a_bad_spelling(self):
        bill = self.new_invoice(55.0, "in_invoice", ref="RE-00778899")
        row = self.credit("-55.00", "RE 778B99")
        self.run_match()
        self.assertMatched(row, self.open_line(bill), -5500)

    def test_parent_company_is_no_other_payer(self):
        parent = self.env["res.partner"].create({"name": "Ada", "is_company": True})
        self.customer.write({"parent_id": parent.id, "is_company": False})
        self.env["res.partner.bank"].create(
            {"acc_number": "DE89370400440532013000", "partner_id": parent.id}
        )
        invoice = self.new_invoice(100.0)
        row = self.credit(
            "100.00",
            self.spelled(invoice, zeros=False),
            counterparty_account="DE89370400440532013000",
        )
        self.run_match()
        self.assertMatched(row, self.open_line(invoice), 10000)


@tagged("post_install", "-at_install")
class TestTextNearNumbers(TextCase):
    def setUp(self):
        super().setUp()
        self.invoice = self.new_invoice(100.0, name="INV/2026/00512")

    def test_one_wrong_digit_is_proposed(self):
        row = self.credit("100.00", "INV/2026/00912")
        self.run_match()
        match = self.assertProposed(row, self.open_line(self.invoice))
        self.assertIn("but for a wrong digit", match.sentence)
        self.assertEqual(match.kind, "reference/exact:misread")

    def test_two_digits_that_changed_places_are_proposed(self):
        row = self.credit("100.00", "INV/2026/05012")
        self.run_match()
        self.assertProposed(row, self.open_line(self.invoice))

    def test_wrong_digit_and_wrong_amount_propose_nothing(self):
        row = self.credit("99.00", "INV/2026/00912")
        self.run_match()
        self.assertOpen(row, "missing_reference")

    def test_number_of_a_paid_document_is_no_slip(self):
        paid = self.new_invoice(100.0)
        first = self.credit("100.00", paid.name)
        self.run_match()
        self.assertMatched(first, self.open_line(paid))
        neighbour = self.new_invoice(100.0)
        again = self.credit("100.00", paid.name)
        self.run_match()
        self.assertFalse(self.match_of(again))
        self.assertFalse(self.match_of(self.open_line(neighbour)))

    def test_part_payment_with_the_amount_of_a_neighbour_stays_open(self):
        neighbour = self.new_invoice(40.0, name="INV/2026/00513")
        row = self.credit("40.00", self.invoice.name)
        self.run_match()
        self.assertOpen(row, "ambiguous")
        cause = self.open_exceptions(row).cause
        self.assertIn(neighbour.name, cause)
        self.assertIn("differs from it by one digit", cause)

    def test_part_payment_without_such_a_neighbour(self):
        self.new_invoice(41.0, name="INV/2026/00513")
        row = self.credit("40.00", self.invoice.name)
        self.run_match()
        self.assertMatched(row, self.open_line(self.invoice), 4000)

    def test_every_wrong_digit_is_left_to_a_person(self):
        number = self.invoice.name
        rows = []
        for place, character in enumerate(number):
            if character.isdigit():
                for digit in {"0", "3", "9"} - {character}:
                    wrong = number[:place] + digit + number[place + 1 :]
                    rows.append(self.credit("100.00", f"for {wrong}"))
        self.run_match()
        for row in rows:
            self.assertNotIn("confirmed", self.match_of(row).mapped("state"))
            self.assertNotEqual(row.match_state, "matched")


@tagged("post_install", "-at_install")
class TestTextStructured(TextCase):
    REFERENCE = "RF18539007547034"

    def test_structured_reference_of_the_bank(self):
        invoice = self.new_invoice(100.0, payment_reference=self.REFERENCE)
        row = self.credit("100.00", "", structured_reference=self.REFERENCE)
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice))
        self.assertEqual((match.method, match.stage), ("structured", 2))
        self.assertIn("whose check digits are right", match.sentence)

    def test_structured_reference_in_free_text(self):
        invoice = self.new_invoice(100.0, payment_reference=self.REFERENCE)
        row = self.credit("100.00", "pay RF18 5390 0754 7034 thanks")
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice))
        self.assertEqual((match.method, match.stage), ("structured", 3))

    def test_wrong_check_digits_of_the_bank_match_nothing(self):
        wrong = "RF17539007547034"
        self.new_invoice(100.0, payment_reference=wrong)
        row = self.credit("100.00", "", structured_reference=wrong)
        self.run_match()
        self.assertOpen(row, "unmatched")

    def test_own_number_that_looks_like_a_structured_reference(self):
        invoice = self.new_invoice(100.0, name="RF/2026/00017")
        for field in ("invoice_reference", "structured_reference", "description"):
            row = self.credit("30.00", "", **{field: invoice.name})
            self.run_match()
            self.assertMatched(row, self.open_line(invoice), 3000)

    def test_wrong_check_digits_in_another_field_match_nothing(self):
        wrong = "RF17539007547034"
        self.new_invoice(100.0, payment_reference=wrong)
        row = self.credit("100.00", "", invoice_reference=wrong)
        self.run_match()
        self.assertNotEqual(row.match_state, "matched")

    def test_wrong_check_digits_in_free_text_are_proposed(self):
        wrong = "RF17539007547034"
        invoice = self.new_invoice(100.0, payment_reference=wrong)
        row = self.credit("100.00", wrong)
        self.run_match()
        self.assertProposed(row, self.open_line(invoice))

    def test_number_of_an_invoice_that_a_bank_calls_structured(self):
        invoice = self.new_invoice(100.0)
        row = self.credit("100.00", "", structured_reference=invoice.name)
        self.run_match()
        match = self.assertMatched(row, self.open_line(invoice))
        self.assertEqual((match.method, match.stage), ("reference", 2))

    def test_digits_count_only_in_their_country(self):
        invoices = [
            self.new_invoice(100.0, payment_reference=reference)
            for reference in ("010806817183", "010806817284")
        ]
        abroad, home = self.env.ref("base.jp"), self.env.ref("base.be")
        for invoice, country, method in zip(
            invoices, (abroad, home), ("reference", "structured"), strict=True
        ):
            self.company.write(
                {"country_id": country.id, "account_fiscal_country_id": country.id}
            )
            row = self.credit("100.00", f"+++{invoice.payment_reference}+++")
            self.run_match()
            match = self.assertMatched(row, self.open_line(invoice))
            self.assertEqual(match.method, method)
