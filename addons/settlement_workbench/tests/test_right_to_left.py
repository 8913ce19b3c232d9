import shutil
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.base.models.assetsbundle import AssetsBundle

# What the styles of the pane must say whichever way a page is read.
RULES = (
    ".o_settlement_pane .o_pane_aside",
    "border-inline-end",
    "padding-inline: 0.9rem 0",
    "unicode-bidi: plaintext",
    ".o_settlement_board",
)


@tagged("post_install", "-at_install")
class TestRightToLeft(TransactionCase):
    """The bundle for languages that are read from right to left has our rules."""

    def test_the_bundle_compiles(self):
        if not shutil.which("rtlcss"):
            # Without the program that swaps left and right, Odoo only says so.
            self.startPatcher(
                patch.object(AssetsBundle, "run_rtlcss", lambda _bundle, css: css)
            )
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            "web.assets_backend", css=True, js=False, rtl=True
        )
        css = bundle.preprocess_css()
        self.assertFalse(bundle.css_errors)
        for rule in RULES:
            with self.subTest(rule=rule):
                self.assertIn(rule, css)

    def test_the_dark_bundle_compiles(self):
        bundle = self.env["ir.qweb"]._get_asset_bundle(
            "web.assets_web_dark", css=True, js=False
        )
        css = bundle.preprocess_css()
        self.assertFalse(bundle.css_errors)
        self.assertIn(".o_settlement_pane", css)
