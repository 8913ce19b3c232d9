from odoo.tests import HttpCase, tagged

from .bulk_case import BulkCase


class TourCase(BulkCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in cls.users.values():
            user.write({"password": user.login, "email": f"{user.id}@example.com"})

    def tour(self, name, path, user):
        self.start_tour(path, name, login=user.login, timeout=180)


@tagged("post_install", "-at_install")
class TestBulkTour(TourCase):
    def test_all_of_a_list_done_and_taken_back(self):
        exceptions = self.opened(3)
        self.tour("settlement_bulk", "/odoo/settlement-exceptions", self.accountant)
        self.env.invalidate_all()
        self.assertEqual(set(exceptions.mapped("state")), {"open"})
        bulks = self.bulks.search([("company_id", "=", self.company.id)])
        self.assertEqual(set(bulks.mapped("kind")), {"resolve", "undo"})
        self.assertEqual(set(bulks.mapped("done_count")), {3})

    def test_one_match_from_the_list_of_what_was_done(self):
        charge = self.row(gross="100", fee="3")
        self.store(*self.payout(charge))
        match = self.match(charge, self.invoice(100))
        self.post()
        self.tour("settlement_undo", "/odoo/settlement-acts", self.accountant)
        match.invalidate_recordset()
        self.assertEqual(match.state, "undone")
        self.assertEqual(match.undo_reason, "The other invoice.")


@tagged("post_install", "-at_install")
class TestApprovalOnAPhone(TourCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_set_is_approved(self):
        exceptions = self.opened(6, 100_00)
        bulk = self.ignoring(exceptions)
        bulk.action_start()
        self.tour(
            "settlement_approve_phone", "/odoo/settlement-approvals", self.approver
        )
        bulk.invalidate_recordset()
        self.assertEqual(bulk.sudo().approval_id.decider_id, self.approver)
        self.assertEqual(bulk.state, "running")
        self.work(bulk)
        self.assertEqual(bulk.done_count, 6)
