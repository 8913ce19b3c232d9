from psycopg2 import IntegrityError

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..layout.definition import FileLayout
from .common import DEFINITION, FileCase

FULL = {
    **DEFINITION,
    "computed": [{"name": "Net", "expression": "[Amount] - [Charge]"}],
    "tables": [{"name": "days", "values": {"Mon": "1", "Tue": "2"}}],
    "rows": {"only_if": '[Curr] = "EUR"', "skip_if": '[Type] = "INFO"'},
    "sign": {"mode": "as_is"},
    "totals": [{"name": "Sum", "check": "sum", "column": "Total"}],
    "refuse_wrong_totals": True,
}
FULL["file"] = {
    **DEFINITION["file"],
    "skip_lines": 2,
    "footer_lines": 1,
    "named_cells": [{"name": "Total", "label": "Total:"}],
}


@tagged("post_install", "-at_install")
class TestLayoutDefinition(FileCase):
    """What is on the screen is what reads the file."""

    def test_records_say_what_the_definition_said(self):
        layout = self.new_layout(**FULL)
        expected = {**FULL, "name": "Nordpay"}
        self.assertEqual(
            FileLayout.from_data(layout._definition()), FileLayout.from_data(expected)
        )

    def test_order_of_columns_is_kept(self):
        layout = self.new_layout(
            identity={"columns": ["Order", "Ref"]},
        )
        self.assertEqual(layout._definition()["identity"]["columns"], ["Order", "Ref"])
        lines = layout.line_ids.filtered(lambda line: line.use == "identity")
        lines[0].sequence, lines[1].sequence = lines[1].sequence, lines[0].sequence
        layout.invalidate_recordset()
        self.assertEqual(layout._definition()["identity"]["columns"], ["Ref", "Order"])

    def test_a_column_without_use_is_not_read(self):
        layout = self.new_layout()
        before = layout._definition()
        layout.line_ids = [Command.create({"column": "Colour"})]
        self.assertEqual(layout._definition(), before)

    def test_what_is_wrong_is_said_while_it_is_typed(self):
        layout = self.new_layout()
        self.assertFalse(layout.problem)
        with Form(layout) as form:
            for index, line in enumerate(layout.line_ids):
                if line.use == "currency":
                    form.line_ids.remove(index)
            self.assertIn("urrency", form.problem)
            self.assertIn("urrency", form.preview_html)
            with form.constant_ids.new() as constant:
                constant.field = "currency"
                constant.value = "EUR"
            self.assertFalse(form.problem)
        self.assertFalse(layout.problem)

    def test_a_fee_is_not_taken_twice(self):
        layout = self.new_layout()
        layout.line_ids = [Command.create({"column": "Charge", "use": "fee"})]
        self.assertIn("“Charge” is used twice as “Fee”", layout.problem)
        self.assertIn("used twice", str(layout.preview_html))
        with self.assertRaisesRegex(UserError, "used twice"):
            layout.action_propose()

    def test_values_of_the_kind_column_are_listed_once_it_is_chosen(self):
        layout = self.new_layout(kinds={"default": "charge"})
        layout.line_ids = [Command.create({"column": "Type", "use": "kind"})]
        self.assertEqual(layout.kind_ids.mapped("value"), ["SALE", "BACK"])
        self.assertFalse(any(layout.kind_ids.mapped("kind")))
        layout.kind_ids[0].kind = "charge"
        layout.line_ids.filtered(lambda line: line.use == "kind").column = "Payout"
        layout.action_list_kind_values()
        self.assertEqual(layout.kind_ids.mapped("value"), ["SALE", "P-1"])

    def test_an_expression_says_where_it_is_wrong(self):
        layout = self.new_layout()
        with Form(layout) as form:
            with form.computed_ids.new() as computed:
                computed.name = "Net"
                computed.expression = "[Amount] - - * 2"
                self.assertTrue(computed.problem)
                computed.expression = "[Amount] - [Charge]"
                self.assertFalse(computed.problem)
        self.assertEqual(
            layout._definition()["computed"],
            [{"name": "Net", "expression": "[Amount] - [Charge]"}],
        )

    def test_what_formulas_can_say_is_listed(self):
        shown = str(self.new_layout().function_html)
        self.assertIn("<code>round(number, decimals[, how])</code>", shown)
        self.assertIn("<td>the number without its sign</td>", shown)

    def test_unseen_characters_are_typed_as_words(self):
        layout = self.new_layout(file={"kind": "csv", "separator": "\t"})
        self.assertEqual(layout.separator, "tab")
        self.assertEqual(layout._definition()["file"]["separator"], "\t")

    def test_a_value_has_one_kind(self):
        layout = self.new_layout()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaisesRegex(IntegrityError, "kind_value_uniq"),
        ):
            layout.kind_ids = [Command.create({"value": "sale", "kind": "fee"})]
            self.env.flush_all()
