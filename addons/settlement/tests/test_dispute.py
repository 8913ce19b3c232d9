from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import permutations

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..canonical.facts import DisputeFact, TransactionFact
from .common import SettlementCase


class DisputeCase(SettlementCase):
    """A backend whose customers dispute."""

    @classmethod
    def row(cls, kind="dispute", gross="-50.00", day=10, **values):
        """Return a row of the dispute ``dp_1`` of the payment ``ch_1``."""
        return TransactionFact(
            **{
                "currency": "EUR",
                "external_id": f"txn_{kind}_{day}",
                "kind": kind,
                "gross_amount": Decimal(gross),
                "net_amount": Decimal(gross),
                "occurred_at": datetime(2026, 1, day, 12),
                "booked_on": date(2026, 1, day),
                "source_external_id": "dp_1",
                "parent_external_id": "ch_1",
                **values,
            }
        )

    @classmethod
    def said(cls, status="evidence_due", hour=8, **values):
        """Return what the provider says of ``dp_1``; a later hour is a later word."""
        return DisputeFact(
            **{
                "currency": "EUR",
                "external_id": "dp_1",
                "amount": Decimal("50.00"),
                "status": status,
                "source_status": f"the_{status}",
                "opened_at": datetime(2026, 1, 9, 8),
                "charge_external_id": "ch_1",
                "reason": "fraudulent",
                "reason_code": "10.4",
                "evidence_due_at": datetime(2026, 1, 25, 23, 59, 59),
                "source_version_at": datetime(2026, 1, 9, hour),
                **values,
            }
        )

    @classmethod
    def dispute(cls, external_id="dp_1"):
        """Return a dispute, merged ones included."""
        return (
            cls.env["settlement.dispute"]
            .with_context(active_test=False)
            .search(
                [("external_id", "=", external_id), ("backend_id", "=", cls.backend.id)]
            )
        )

    @classmethod
    def exceptions(cls, dispute):
        """Return all that was opened about a dispute."""
        return cls.env["settlement.exception"].search(
            [("dispute_id", "in", dispute.ids)]
        )


@tagged("post_install", "-at_install")
class TestDispute(DisputeCase):
    """A dispute from its opening to its outcome, whatever comes first."""

    # ------------------------------------------------------------------
    # Built from rows
    # ------------------------------------------------------------------

    def test_rows_alone_make_a_dispute(self):
        self.store_facts(self.row(fee_amount=Decimal(15), net_amount=Decimal(-65)))
        dispute = self.dispute()
        self.assertRecordValues(
            dispute,
            [
                {
                    "status": "opened",
                    "outcome": "open",
                    "amount": 50.0,
                    "open_amount": 50.0,
                    "lost_amount": 0.0,
                    "fee_amount": 15.0,
                    "wallet_id": self.wallet.id,
                    "company_id": self.company.id,
                    "charge_external_id": "ch_1",
                    "opened_on": date(2026, 1, 10),
                    "closed_on": False,
                }
            ],
        )
        self.assertEqual(dispute.transaction_ids, self.stored("txn_dispute_10"))

    def test_its_money_comes_back(self):
        self.store_facts(self.row())
        self.store_facts(self.row("dispute_reversal", "50.00", 20))
        dispute = self.dispute()
        self.assertEqual((dispute.status, dispute.outcome), ("won", "won"))
        self.assertEqual((dispute.open_amount, dispute.win_rate), (0.0, 100.0))
        self.assertEqual(dispute.closed_on, date(2026, 1, 20))
        self.assertEqual(len(dispute.transaction_ids), 2)

    def test_the_payment_is_found_whichever_came_first(self):
        charge = self.charge("txn_charge", source_external_id="ch_1")
        self.store_facts(self.row())
        self.assertFalse(self.dispute().charge_transaction_id)
        self.store_facts(charge)
        self.assertEqual(
            self.dispute().charge_transaction_id, self.stored("txn_charge")
        )
        self.store_facts(self.row(source_external_id="dp_2", external_id="txn_2"))
        self.assertEqual(
            self.dispute("dp_2").charge_transaction_id, self.stored("txn_charge")
        )

    def test_the_payment_is_always_its_current_revision(self):
        charge = self.charge("txn_charge", source_external_id="ch_1")
        self.store_facts(charge, self.row())
        self.store_facts(replace(charge, source_version_at=datetime(2026, 2, 1)))
        current = self.stored("txn_charge").filtered("is_current")
        self.assertEqual(current.revision, 2)
        self.assertEqual(self.dispute().charge_transaction_id, current)

    def test_fees_and_their_refund_are_part_of_it(self):
        self.store_facts(
            self.row(),
            self.row("dispute_fee", "-15.00", 11),
            self.row("fee_refund", "15.00", 20),
            self.row("fee", "-3.00", 21, source_external_id="other"),
        )
        dispute = self.dispute()
        self.assertEqual(dispute.fee_amount, 0.0)
        self.assertEqual(len(dispute.transaction_ids), 3)

    def test_a_row_that_turns_out_to_be_none_leaves_it(self):
        row = self.row()
        self.store_facts(row)
        self.store_facts(
            replace(row, kind="adjustment", source_version_at=datetime(2026, 2, 1))
        )
        dispute = self.dispute()
        self.assertFalse(dispute.transaction_ids)
        self.assertFalse(dispute.active)
        self.assertEqual(self.exceptions(dispute).state, "resolved")

    def test_a_rows_own_word_of_the_outcome_is_heard(self):
        row = self.row()
        self.store_facts(row)
        lost = replace(
            row, source_code="dispute:lost", source_version_at=datetime(2026, 2, 1)
        )
        self.store_facts(lost)
        dispute = self.dispute()
        self.assertEqual((dispute.status, dispute.lost_amount), ("lost", 50.0))
        self.assertEqual(dispute.transaction_ids.mapped("revision"), [2])

    def test_a_rejected_row_moved_nothing(self):
        self.store_facts(self.row(provider_state="rejected"))
        self.assertFalse(self.dispute())

    # ------------------------------------------------------------------
    # What the provider says
    # ------------------------------------------------------------------

    def test_an_inquiry_is_a_dispute_without_money(self):
        self.store_facts(self.charge("txn_charge", source_external_id="ch_1"))
        self.store_facts(self.said("warning"))
        dispute = self.dispute()
        self.assertEqual((dispute.amount, dispute.disputed_amount), (0.0, 50.0))
        self.assertEqual(dispute.wallet_id, self.wallet)
        self.assertEqual(dispute.charge_transaction_id, self.stored("txn_charge"))
        exception = self.exceptions(dispute)
        self.assertIn("no money has moved", exception.cause)
        self.store_facts(self.said("warning_closed", 9))
        self.assertEqual(exception.state, "resolved")
        self.assertEqual(dispute.outcome, "no_money")

    def test_the_providers_words_are_kept(self):
        self.store_facts(self.row(), self.said())
        self.assertRecordValues(
            self.dispute(),
            [
                {
                    "status": "evidence_due",
                    "provider_status": "the_evidence_due",
                    "reason": "fraudulent",
                    "reason_code": "10.4",
                    "evidence_due_at": datetime(2026, 1, 25, 23, 59, 59),
                    "opened_on": date(2026, 1, 9),
                    "amount": 50.0,
                }
            ],
        )

    def test_an_old_word_that_comes_late_changes_nothing(self):
        self.store_facts(self.row(), self.said("lost", 12))
        self.store_facts(self.said("under_review", 10))
        dispute = self.dispute()
        self.assertEqual(dispute.status, "lost")
        self.assertEqual(dispute.version_ids.mapped("status"), ["lost", "under_review"])

    def test_the_same_word_twice_is_one_version(self):
        for _time in range(3):
            self.store_facts(self.said())
        self.assertEqual(len(self.dispute().version_ids), 1)

    def test_all_orders_end_in_the_same_dispute(self):
        facts = (
            self.row(fee_amount=Decimal(15), net_amount=Decimal(-65)),
            self.row("dispute_reversal", "20.00", 20),
            self.said("evidence_due", 8),
            self.said("partly_won", 12, closed_at=datetime(2026, 1, 21)),
        )
        seen = set()
        for number, order in enumerate(permutations(facts)):
            for fact in order:
                names = {"external_id": f"{fact.external_id}/{number}"}
                if isinstance(fact, TransactionFact):
                    names["source_external_id"] = f"dp_1/{number}"
                self.store_facts(replace(fact, **names))
            dispute = self.dispute(f"dp_1/{number}")
            seen.add(
                (
                    dispute.status,
                    dispute.outcome,
                    dispute.amount,
                    dispute.returned_amount,
                    dispute.lost_amount,
                    dispute.open_amount,
                    dispute.fee_amount,
                    dispute.opened_on,
                    dispute.closed_on,
                    dispute.wallet_id,
                    len(dispute.transaction_ids),
                    len(dispute.version_ids),
                    tuple(self.exceptions(dispute).mapped("state")),
                )
            )
        self.assertEqual(len(seen), 1)
        self.assertEqual(
            seen.pop()[:7], ("partly_won", "partly_won", 50, 20, 30, 0, 15)
        )

    def test_a_fact_in_an_unknown_currency_is_put_aside(self):
        counters = self.store_facts(self.said(currency="QQQ"))
        self.assertEqual((counters["disputes"], counters["rejected"]), (0, 1))
        self.assertFalse(self.dispute())

    def test_rows_under_another_name_are_merged_into_the_dispute(self):
        fee = self.row("dispute_fee", "-15.00", 11, parent_external_id="T-1")
        anonymous = self.row(
            external_id="T-1", source_external_id="", parent_external_id=""
        )
        self.store_facts(replace(fee, source_external_id=""), anonymous)
        self.assertEqual(len(self.dispute("T-1").transaction_ids), 2)
        self.store_facts(
            replace(
                anonymous,
                source_external_id="dp_1",
                source_version_at=datetime(2026, 2, 1),
            )
        )
        former, dispute = self.dispute("T-1"), self.dispute()
        self.assertEqual(len(dispute.transaction_ids), 2)
        self.assertFalse(former.active)
        self.assertEqual(former.merged_into_id, dispute)

    def test_another_backend_has_disputes_of_its_own(self):
        other = self.new_backend("Other")
        self.new_wallet(other)
        self.store_facts(self.row())
        self.store_facts(self.row(gross="-9.00"), backend=other)
        disputes = self.env["settlement.dispute"].search([("external_id", "=", "dp_1")])
        self.assertEqual(sorted(disputes.mapped("amount")), [9.0, 50.0])

    # ------------------------------------------------------------------
    # In front of people
    # ------------------------------------------------------------------

    def test_the_deadline_is_the_providers(self):
        self.store_facts(self.row(), self.said())
        exception = self.exceptions(self.dispute())
        self.assertEqual(exception.reason, "dispute_opened")
        self.assertEqual(str(exception.deadline)[:10], "2026-01-25")
        self.assertEqual(exception.transaction_id, self.stored("txn_dispute_10"))
        self.assertEqual(exception.backend_id, self.backend)
        self.assertIn("2026-01-25", exception.cause)
        self.assertIn("50.00", exception.cause)
        later = self.said(hour=9, evidence_due_at=datetime(2026, 2, 3))
        self.store_facts(later)
        self.assertEqual(str(exception.deadline)[:10], "2026-02-03")

    def test_it_is_closed_by_the_outcome_and_not_by_sent_evidence(self):
        self.store_facts(self.row(), self.said())
        exception = self.exceptions(self.dispute())
        self.store_facts(self.said("under_review", 9, evidence_sent=True))
        self.assertEqual(exception.state, "open")
        self.assertIn("decision is awaited", exception.cause)
        self.assertFalse(self.dispute().is_due)
        self.store_facts(self.said("lost", 10))
        self.assertEqual(exception.state, "resolved")

    def test_what_is_due_is_found(self):
        self.store_facts(self.row(), self.said())
        disputes = self.env["settlement.dispute"]
        mine = [("backend_id", "=", self.backend.id)]
        self.assertEqual(
            disputes.search([("is_due", "=", True), *mine]), self.dispute()
        )
        self.assertFalse(disputes.search([("is_due", "=", False), *mine]))
        self.store_facts(self.said("lost", 10))
        self.assertFalse(disputes.search([("is_due", "=", True), *mine]))

    def test_the_win_rate_counts_what_was_decided(self):
        for number, status in enumerate(("won", "lost", "evidence_due", "warning")):
            name = f"dp_{number}"
            self.store_facts(
                self.row(source_external_id=name, external_id=f"txn_{name}"),
                self.said(status, external_id=name),
            )
        disputes = self.env["settlement.dispute"]
        domain = [("backend_id", "=", self.backend.id)]
        (rate,) = disputes._read_group(domain, [], ["win_rate:avg"])[0]
        self.assertEqual(rate, 50.0)
        rates = dict(disputes._read_group(domain, ["outcome"], ["win_rate:avg"]))
        self.assertEqual((rates["won"], rates["lost"]), (100.0, 0.0))
        self.assertFalse(rates["open"])

    def test_under_review_nothing_is_due(self):
        self.store_facts(self.row(), self.said("under_review"))
        self.assertFalse(self.dispute().is_due)

    def test_the_trail_says_what_changed(self):
        self.store_facts(self.row())
        self.store_facts(self.said("lost"))
        event = self.env["settlement.event"].search(
            [("action", "=", "dispute.changed"), ("res_id", "=", self.dispute().id)],
            order="id desc",
            limit=1,
        )
        self.assertIn("lost", event.changes)
        self.assertIn("50.00", event.changes)
        pinned = self.env["settlement.event"].search(
            [("action", "=", "dispute.stored")], order="id desc", limit=1
        )
        self.assertEqual(pinned.rows_model, "settlement.dispute.version")

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def test_accountants_keep_notes_and_nothing_else(self):
        self.store_facts(self.row())
        accountant = self.new_user("group_accountant")
        mine = self.dispute().with_user(accountant)
        mine.write({"evidence_notes": "<p>Signed.</p>", "user_id": accountant.id})
        self.assertIn("Signed", mine.evidence_notes)
        for values in ({"status": "won"}, {"open_amount": 0}, {"wallet_id": False}):
            with self.subTest(values=values), self.assertRaises(UserError):
                mine.write(values)
        with self.assertRaises(AccessError):
            mine.unlink()

    def test_viewers_only_look(self):
        self.store_facts(self.row())
        for role in ("group_viewer", "group_auditor", "group_integration_admin"):
            mine = self.dispute().with_user(self.new_user(role))
            with self.subTest(role=role):
                self.assertEqual(mine.amount, 50.0)
                with self.assertRaises(AccessError):
                    mine.write({"evidence_notes": "x"})
                with self.assertRaises(AccessError):
                    mine.action_withdraw_decision()

    def test_another_company_sees_nothing(self):
        self.store_facts(self.row(), self.said())
        company = self.env["res.company"].create({"name": "Stranger"})
        stranger = self.new_user("group_approver", company)
        for model in ("settlement.dispute", "settlement.dispute.version"):
            theirs = self.env[model].with_user(stranger)
            found = theirs.with_context(allowed_company_ids=company.ids).search([])
            with self.subTest(model=model):
                self.assertFalse(found)
        mine = self.dispute().with_user(stranger)
        with self.assertRaises(AccessError):
            mine.with_context(allowed_company_ids=company.ids).read(["status"])

    def test_a_dispute_given_up_is_lost_until_the_provider_says_other(self):
        self.store_facts(self.row(), self.said())
        dispute = self.dispute()
        dispute._decide("accepted", "Not worth it.")
        self.assertEqual((dispute.status, dispute.lost_amount), ("accepted", 50.0))
        self.assertEqual(self.exceptions(dispute).state, "resolved")
        with self.assertRaisesRegex(UserError, "ended already"):
            dispute._decide("accepted")
        self.store_facts(self.said("won", 10))
        self.assertEqual((dispute.status, dispute.open_amount), ("won", 50.0))

    def test_giving_up_can_be_taken_back(self):
        self.store_facts(self.row(), self.said())
        dispute = self.dispute()
        dispute._decide("accepted")
        accountant = self.new_user("group_accountant")
        dispute.with_user(accountant).action_withdraw_decision()
        self.assertEqual((dispute.status, dispute.open_amount), ("evidence_due", 50.0))
        opened = self.exceptions(dispute).filtered(lambda one: one.state == "open")
        self.assertEqual(len(opened), 1)

    def test_disputes_in_a_file_of_canonical_lines(self):
        content = self.lines(
            self.charge_line("txn_charge", source_external_id="ch_1"),
            {
                "type": "dispute",
                "currency": "EUR",
                "external_id": "dp_1",
                "amount": "50.00",
                "status": "evidence_due",
                "opened_at": "2026-01-09T08:00:00Z",
                "charge_external_id": "ch_1",
                "evidence_due_at": "2026-01-25T23:59:59Z",
            },
            {"type": "dispute", "currency": "EUR", "external_id": "dp_2"},
        )
        message = self.backend.import_file("disputes.jsonl", content)
        self.backend.run_pipeline(until="parse")
        self.assertEqual(self.dispute().disputed_amount, 50.0)
        self.assertIn("'amount' is missing", message.row_ids.reason)
