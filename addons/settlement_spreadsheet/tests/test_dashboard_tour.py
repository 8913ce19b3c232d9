from odoo.tests import HttpCase, tagged

from .dashboard_case import DashboardCase


@tagged("post_install", "-at_install")
class TestDashboardTour(DashboardCase, HttpCase):
    """The dashboard in a browser: every cell has a value, and figures open records."""

    def test_no_cell_is_an_error(self):
        self.business()
        viewer = self.new_user("group_viewer", name="tour")
        viewer.password = viewer.login
        action = self.env.ref("spreadsheet_dashboard.ir_actions_dashboard_action")
        self.start_tour(
            f"/odoo/action-{action.id}?dashboard_id={self.dashboard.id}",
            "settlement_dashboard",
            login=viewer.login,
            timeout=120,
        )

    def test_an_empty_company(self):
        other = self.env["res.company"].create({"name": "Nothing Yet"})
        viewer = self.new_user("group_viewer", other, name="empty")
        viewer.password = viewer.login
        action = self.env.ref("spreadsheet_dashboard.ir_actions_dashboard_action")
        self.start_tour(
            f"/odoo/action-{action.id}?dashboard_id={self.dashboard.id}",
            "settlement_dashboard_empty",
            login=viewer.login,
            timeout=120,
        )
