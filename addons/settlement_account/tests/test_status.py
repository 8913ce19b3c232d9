from odoo.tests import tagged

from .proof_case import ProofCase


@tagged("post_install", "-at_install")
class TestStatus(ProofCase):
    def status(self):
        return self.env["settlement.backend"].sudo()._status()["backends"]

    def test_the_status_shows_the_proof(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("0", 20))
        self.post()
        status = self.backend._status_of()
        self.assertEqual(status["postings"], {"batch": 1})
        self.assertEqual(
            status["batch_amounts"],
            {"posted": {self.currency.name: {"batches": 1, "total": "$\xa0100.00"}}},
        )
        (wallet,) = status["wallets"]
        self.assertEqual(
            wallet["proof"],
            {
                "day": "2026-01-20",
                "basis": "2026-01-20",
                "provider": "$\xa00.00",
                "ledger": "$\xa00.00",
                "missing": "$\xa00.00",
                "missing_rows": [],
                "early": "$\xa00.00",
                "difference": "$\xa00.00",
                "difference_minor": 0,
                "holds": True,
                "holds_every_day": True,
                "gaps": [],
            },
        )
        self.assertEqual(
            wallet["in_transit"],
            {
                "ledger": "$\xa0100.00",
                "payouts": "$\xa0100.00",
                "difference": "$\xa00.00",
                "holds": True,
                "holds_every_day": True,
            },
        )

    def test_a_gap_of_some_days_shows(self):
        self.store(*self.payout(self.row(gross="100", day=5)), self.balance("0", 20))
        self.post()
        self.by_hand(3, 7)
        self.by_hand(-3, 8)
        proof = self.backend._status_of()["wallets"][0]["proof"]
        self.assertTrue(proof["holds"])
        self.assertFalse(proof["holds_every_day"])
        self.assertEqual(proof["gaps"], [["2026-01-07", "2026-01-07", -300]])

    def test_missing_rows_are_named(self):
        row = self.loose(gross="100", day=5)
        self.store(row)
        proof = self.backend._status_of()["wallets"][0]["proof"]
        self.assertEqual(proof["missing_rows"], [row.external_id])
        self.assertEqual(proof["basis"], "opening")

    def test_a_wallet_that_posts_nothing_has_no_proof(self):
        wallet = self.new_wallet(self.backend, account="ACC-2", opening_date=False)
        self.assertNotIn("proof", self.backend._wallet_status(wallet))

    def test_the_status_is_plain_data(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        cli = self.env["settlement.cli"]
        said = []
        self.patch(type(cli), "_say", lambda self, text="": said.append(text))
        cli._say_json(self.backend._status_of())
        cli._say_backend(self.backend._status_of())
        self.assertTrue(any("proof" in text for text in said))

    def test_an_auditor_reads_the_status(self):
        self.store(*self.payout(self.row(gross="100", day=5)))
        self.post()
        auditor = self.new_user("group_auditor")
        status = self.backend.with_user(auditor)._status_of()
        self.assertTrue(status["wallets"][0]["proof"]["holds"])
