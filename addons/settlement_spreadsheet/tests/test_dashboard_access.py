from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .dashboard_case import DashboardCase

ROLES = (
    "group_viewer",
    "group_auditor",
    "group_accountant",
    "group_approver",
    "group_integration_admin",
)


@tagged("post_install", "-at_install")
class TestDashboardAccess(DashboardCase, HttpCase):
    """Who sees the dashboard, and of which company."""

    def new_outsider(self):
        return new_test_user(
            self.env,
            "dashboard-outsider",
            "base.group_user,account.group_account_user",
            company_id=self.company.id,
            company_ids=[(6, 0, self.company.ids)],
        )

    def test_viewers_and_up(self):
        for role in ROLES:
            user = self.new_user(role, name="dashboards")
            with self.subTest(role=role):
                self.assertTrue(self.dashboard.with_user(user).name)
                for pivot in self.data["pivots"].values():
                    self.groups_of(pivot, user)

    def test_nobody_else(self):
        user = self.new_outsider()
        seen = self.env["spreadsheet.dashboard"].with_user(user).search([])
        self.assertNotIn(self.dashboard, seen)
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            self.dashboard.with_user(user).read(["spreadsheet_data"])
        with self.assertRaises(AccessError):
            self.groups_of(self.pivot("Payouts in transit"), user)

    def test_a_company_sees_its_own(self):
        self.business()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        user = self.new_user("group_viewer", name="both")
        user.company_ids |= other
        for pivot in self.data["pivots"].values():
            with self.subTest(pivot=pivot["name"]):
                groups = self.groups_of(pivot, user, other)
                self.assertFalse([each for each in groups if each.get("__count")])
        own = self.groups_of(self.pivot("Payouts in transit"), user, self.company)
        self.assertEqual(own[0]["__count"], 1)

    def test_the_file_is_served(self):
        user = self.new_user("group_viewer", name="served")
        user.password = user.login
        self.authenticate(user.login, user.login)
        answer = self.url_open(f"/spreadsheet/dashboard/data/{self.dashboard.id}")
        self.assertEqual(answer.status_code, 200)
        snapshot = answer.json()["snapshot"]
        self.assertEqual(snapshot["pivots"], self.data["pivots"])
