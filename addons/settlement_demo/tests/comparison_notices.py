import copy

from ..comparison import documents, exceptions, ledger, matches, rows
from ..comparison.comparison import Comparison


class ComparisonNotices:
    """The comparison notices each kind of difference; for a class with a world."""

    def setUp(self):
        super().setUp()
        self.lie = copy.deepcopy(self.truth)

    def row(self, scenario):
        return next(row for row in self.lie.rows if row.scenario == scenario)

    def told(self, *parts):
        before = Comparison(self.env, self.truth).differences(parts)
        after = Comparison(self.env, self.lie).differences(parts)
        return [sentence for sentence in after if sentence not in before]

    def test_amount_of_a_row(self):
        row = self.row("charge_by_reference")
        row.fee += 1
        (sentence,) = self.told(rows.row_differences)
        self.assertIn(row.key, sentence)
        self.assertIn("fee", sentence)

    def test_missing_and_superfluous_row(self):
        row = self.row("adjustment")
        row.key = "txn_other"
        sentences = self.told(rows.row_differences)
        self.assertEqual(len(sentences), 2)
        self.assertIn("missing", sentences[0])
        self.assertIn("never happened", sentences[1])

    def test_total_of_a_payout(self):
        self.lie.payouts[0].amount += 1
        (sentence,) = self.told(rows.statement_differences)
        self.assertIn(self.lie.payouts[0].key, sentence)

    def test_totals_of_reports_and_their_payouts(self):
        for backend in ("nord.paypal", "nord.adyen"):
            with self.subTest(backend):
                self.lie = copy.deepcopy(self.truth)
                report = self.of(self.lie.statements, backend)
                payout = self.of(self.lie.payouts, backend)
                report.closing += 1
                payout.amount += 1
                told = self.told(rows.statement_differences)
                self.assertEqual(len(told), 2)
                self.assertTrue([text for text in told if report.key in text])
                self.assertTrue([text for text in told if payout.key in text])

    def of(self, told, backend):
        return next(each for each in told if each.backend == backend)

    def test_balance_of_one_of_several_accounts(self):
        for account in ("NordlichtECOM", "NordlichtPOS"):
            with self.subTest(account):
                self.lie = copy.deepcopy(self.truth)
                balance = next(b for b in self.lie.balances if b.account == account)
                balance.balance += 1
                (sentence,) = self.told(ledger.balance_differences)
                self.assertIn(account, sentence)

    def test_fees_that_no_invoice_has_cleared(self):
        bill = next(d for d in self.lie.documents if d.scenario == "fee_invoice")
        bill.residual = bill.amount
        sentences = self.told(documents.document_differences)
        self.assertEqual(len(sentences), 2)
        self.assertIn(bill.key, sentences[0])

    def test_match_with_another_document(self):
        first, second = self.two("charge_by_order")
        first.settles, second.settles = second.settles, first.settles
        sentences = self.told(matches.wrong_matches)
        for row in (first, second):
            self.assertTrue([text for text in sentences if row.key in text])

    def two(self, scenario):
        found = [row for row in self.lie.rows if row.scenario == scenario]
        return found[0], found[1]

    def test_amount_of_a_match(self):
        row = self.row("charge_by_reference")
        row.settles[0].amount += 1
        (sentence,) = self.told(matches.match_differences)
        self.assertIn(row.key, sentence)

    def test_exceptions(self):
        del self.lie.exceptions[0]
        (sentence,) = self.told(exceptions.exception_differences)
        self.assertIn("not called for", sentence)
        self.lie.exceptions[0].reason = "closed_period"
        sentences = self.told(exceptions.exception_differences)
        self.assertTrue([text for text in sentences if "is missing" in text])

    def test_document(self):
        document = next(d for d in self.lie.documents if not d.residual)
        document.residual = 5
        sentences = self.told(documents.document_differences)
        self.assertEqual(len(sentences), 2)
        self.assertIn(document.key, sentences[0])

    def test_balance_of_a_day(self):
        self.lie.balances[3].balance += 1
        (sentence,) = self.told(ledger.balance_differences)
        self.assertIn(str(self.lie.balances[3].day), sentence)

    def test_balance_of_an_account(self):
        total = next(t for t in self.lie.totals if t.role == "reserve")
        total.amount -= 1
        (sentence,) = self.told(ledger.total_differences)
        self.assertIn("reserve", sentence)
