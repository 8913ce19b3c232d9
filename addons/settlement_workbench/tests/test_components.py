from odoo.tests import tagged

from odoo.addons.web.tests import test_js

SUITE = "@settlement_workbench"


@tagged("post_install", "-at_install")
class TestComponents(test_js.HOOTCommon):
    """The components of the screens, each by itself in a browser."""

    def get_hoot_filters(self):
        """Run our own suites only."""
        self._test_params = [("+", SUITE)]
        return super().get_hoot_filters()

    def test_components(self):
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000"
            f"{self.hoot_filters}",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=test_js.unit_test_error_checker,
        )
