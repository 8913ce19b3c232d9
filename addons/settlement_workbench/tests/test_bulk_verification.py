from odoo.tests import tagged

from .bulk_case import BulkCase


@tagged("post_install", "-at_install")
class TestBulkVerification(BulkCase):
    """What stored acts on many must show, also after somebody touched the tables."""

    def found(self):
        self.env.flush_all()
        verification = self.env["settlement.verification"].sudo()
        return [
            finding
            for check in ("_check_bulk_rows", "_check_bulk_agreed")
            for finding in getattr(verification, check)()
            if finding["model"] == "settlement.bulk"
        ]

    def done(self, minor=100):
        bulk = self.ignoring(self.opened(3, minor))
        bulk.action_start()
        return bulk

    def test_nothing_is_found_where_all_is_well(self):
        self.assertEqual(self.done().state, "done")
        self.assertEqual(self.found(), [])

    def test_a_row_that_vanished_is_found(self):
        bulk = self.done()
        bulk.sudo().line_ids[0].unlink()
        self.assertEqual(
            [(each["law"], each["id"]) for each in self.found()], [(1, bulk.id)]
        )

    def test_another_outcome_is_found(self):
        bulk = self.done()
        bulk.sudo().line_ids[0].state = "failed"
        self.assertEqual([each["law"] for each in self.found()], [1])

    def test_a_row_put_in_place_of_another_after_approval_is_found(self):
        bulk = self.done(300_00)
        self.assertEqual(bulk.state, "waiting")
        self.assertEqual(self.found(), [])
        other = self.opened(1, start=3)
        bulk.sudo().line_ids[0].exception_id = other
        self.assertEqual([each["law"] for each in self.found()], [11])
