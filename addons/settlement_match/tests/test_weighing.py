from itertools import product

from odoo.tests import tagged
from odoo.tools import SQL

from .common import MatchCase

# What is open of a payment, of the document, and what the payment is worth in it.
AMOUNTS = (-100, -50, 0, 50, 100)


@tagged("post_install", "-at_install")
class TestWeighing(MatchCase):
    """A pair without rivals is judged without counting, to the same result."""

    def fill(self, pairs):
        """Fill ``settlement_pair`` with (transaction, document, open, offered)."""
        rows = [
            SQL(
                "(%s, %s, %s::int8, %s::int8, %s::int8, %s, %s)",
                transaction,
                document,
                source_open,
                open_minor,
                offered,
                number,
                self.currency.id if offered is not None else 0,
            )
            for number, (transaction, document, source_open, open_minor, offered) in (
                enumerate(pairs, 1)
            )
        ]
        self.matcher._temporary(
            "settlement_pair",
            SQL(
                "SELECT *, %s AS currency_id, source_open AS gross_minor, "
                "date '2026-01-10' AS date_maturity "
                "FROM (VALUES %s) AS pair (transaction_id, document_id, source_open, "
                "open_minor, offered, move_line_id, document_currency_id)",
                self.currency.id,
                SQL(", ").join(rows),
            ),
        )

    def judged(self, select, is_lone):
        """Return what a way of judging says of all pairs, all taken for lone or not."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH told AS (SELECT pair.*, %s AS is_lone FROM settlement_pair pair)
                SELECT weighed.*, %s AS outcome FROM (%s) weighed
                 ORDER BY transaction_id, document_id, move_line_id
                """,
                is_lone,
                self.matcher._outcome_sql(),
                select,
            )
        )
        return [{key: row[key] for key in row if key != "is_lone"} for row in rows]

    def test_lone_pairs_are_judged_as_counted_ones(self):
        cases = product(AMOUNTS, AMOUNTS, (None, *AMOUNTS))
        self.fill([(number, 1000 + number, *case) for number, case in enumerate(cases)])
        counted = self.judged(self.matcher._counted_sql(), False)
        lone = self.judged(self.matcher._lone_sql(), True)
        self.assertEqual(len(lone), len(AMOUNTS) ** 2 * (len(AMOUNTS) + 1))
        self.assertEqual(lone, counted)
        self.assertEqual(
            {row["outcome"] for row in lone} & {"exact", "part", "over", "settled"},
            {"exact", "part", "over", "settled"},
        )

    def lone_transactions(self):
        rows = self.env.execute_query_dict(self.matcher._weighed_sql())
        return sorted(row["transaction_id"] for row in rows if row["is_lone"])

    def test_who_shares_a_payment_or_a_document_is_counted(self):
        pair = (100, 100, 100)
        self.fill(
            [
                (1, 11, *pair),
                (2, 12, *pair),
                (2, 13, *pair),
                (3, 14, *pair),
                (4, 14, *pair),
                (5, 15, *pair),
                (5, 15, *pair),
            ]
        )
        self.assertEqual(self.lone_transactions(), [1])

    def test_both_together_judge_each_pair_once(self):
        pair = (100, 100, 100)
        self.fill([(1, 11, *pair), (2, 12, *pair), (3, 12, *pair)])
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT weighed.transaction_id, %s AS outcome FROM (%s) weighed "
                "ORDER BY transaction_id",
                self.matcher._outcome_sql(),
                self.matcher._weighed_sql(),
            )
        )
        self.assertEqual(
            [(row["transaction_id"], row["outcome"]) for row in rows],
            [(1, "exact"), (2, "rivals"), (3, "rivals")],
        )

    def test_matches_are_numbered_in_the_order_of_their_payments(self):
        invoices = [self.new_invoice(10.0 + number) for number in range(4)]
        rows = self.store(
            *(
                self.fact(
                    f"txn_{number}",
                    f"{10 + number}.00",
                    invoice_reference=invoices[number].name,
                )
                for number in (2, 0, 3, 1)
            )
        )
        self.run_match()
        found = [self.match_of(row).id for row in rows.sorted("id")]
        self.assertEqual(found, sorted(found))
