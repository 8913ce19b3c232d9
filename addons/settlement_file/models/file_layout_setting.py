import pytz

from odoo import api, fields, models

from odoo.addons.settlement.canonical.kinds import BATCH_KINDS

from .file_layout_kind import KINDS

SETTINGS = (
    *("file_kind", "encoding", "separator", "quote", "skip_lines", "header"),
    *("header_starts", "footer_lines", "sheet", "records", "json_lines", "explode"),
    *("decimal", "thousands", "unit", "date_formats", "timezone"),
    *("only_if", "skip_if"),
    *("sign_mode", "negative_values", "positive_values", "negative_kinds"),
    *("default_kind", "default_kind_debit", "repeats"),
    *("batch_by", "batch_kind", "batch_total", "payout_row_first", "described_by"),
    *("total_negated", "refuse_wrong_totals"),
)
LISTS = (
    *("line_ids", "kind_ids", "constant_ids", "computed_ids", "table_ids"),
    *("total_ids", "cell_ids"),
)


class SettlementFileLayout(models.Model):
    """What a layout says: how files look, and what their columns mean."""

    _inherit = "settlement.file.layout"

    # ------------------------------------------------------------------
    # How the file looks
    # ------------------------------------------------------------------

    file_kind = fields.Selection(
        [("csv", "CSV or other text"), ("xlsx", "XLSX"), ("json", "JSON")],
        string="File",
        required=True,
        default="csv",
    )
    encoding = fields.Char(help="Such as utf-8 or cp1252. Empty: found in each file.")
    separator = fields.Char(
        help="What stands between columns, such as ; or tab. Empty: found in each file."
    )
    quote = fields.Char(default='"', help="What stands around texts.")
    skip_lines = fields.Integer("Lines Above the Header")
    header = fields.Boolean("Has a Header", default=True)
    header_starts = fields.Char(
        "Header Begins with",
        help="Finds the header by its first cell, if it is not always in one place.",
    )
    footer_lines = fields.Integer("Lines Below the Last Row")
    sheet = fields.Char(help="Name of the sheet. Empty: the first one.")
    records = fields.Char(
        "List of Records",
        help="Where in the file the records are, such as data.items. Empty: the file "
        "itself is the list.",
    )
    json_lines = fields.Boolean("One Record in a Line")
    explode = fields.Char(
        "List Inside Records", help="A list in each record whose elements are the rows."
    )
    cell_ids = fields.One2many(
        "settlement.file.layout.cell", "layout_id", "Named Cells", copy=True
    )
    decimal = fields.Selection(
        [(".", "1234.56"), (",", "1234,56")],
        string="Decimals",
        required=True,
        default=".",
    )
    thousands = fields.Char(
        "Between Thousands", help="Characters that are left out of amounts."
    )
    unit = fields.Selection(
        [("major", "Euros, dollars …"), ("minor", "Cents …")],
        string="Amounts in",
        required=True,
        default="major",
    )
    date_formats = fields.Text(
        default="iso",
        help="How dates are written, one form in a line: %d day, %m month, %Y year, %H "
        "hours, %M minutes, %S seconds; or iso, unix, unix_ms.",
    )
    timezone = fields.Selection(
        lambda self: [(name, name) for name in pytz.common_timezones],
        required=True,
        default="UTC",
        help="The zone in which the file states days and times.",
    )

    # ------------------------------------------------------------------
    # What it means
    # ------------------------------------------------------------------

    line_ids = fields.One2many(
        "settlement.file.layout.line", "layout_id", "Columns", copy=True
    )
    constant_ids = fields.One2many(
        "settlement.file.layout.constant", "layout_id", "Constants", copy=True
    )
    computed_ids = fields.One2many(
        "settlement.file.layout.computed", "layout_id", "Computed Columns", copy=True
    )
    table_ids = fields.One2many(
        "settlement.file.layout.table", "layout_id", "Tables", copy=True
    )
    only_if = fields.Char(
        "Only Rows Where", help="A condition; other rows are left out and counted."
    )
    skip_if = fields.Char(
        "Not Rows Where", help="A condition; such rows are left out and counted."
    )
    sign_mode = fields.Selection(
        [
            ("as_is", "Positive came to us"),
            ("negated", "Positive left us"),
            ("debit_credit", "Two columns: money in, money out"),
            ("by_value", "Another column says it"),
            ("by_kind", "The kind of the row says it"),
        ],
        string="Which Way",
        required=True,
        default="as_is",
    )
    negative_values = fields.Text("Left Us", help="Values, one in a line.")
    positive_values = fields.Text("Came to Us", help="Values, one in a line.")
    negative_kinds = fields.Char(
        "Kinds That Leave Us",
        default="payout",
        help="Of the kinds that come both ways, with commas between.",
    )
    kind_ids = fields.One2many(
        "settlement.file.layout.kind", "layout_id", "Kinds of Rows", copy=True
    )
    default_kind = fields.Selection(
        KINDS,
        string="All Other Rows Are",
        help="Empty: a person decides on each code that nobody has named.",
    )
    default_kind_debit = fields.Selection(KINDS, string="If Negative")
    repeats = fields.Selection(
        [("reject", "Is put aside"), ("count", "Is a row of its own")],
        string="An Id That Comes Again",
        required=True,
        default="reject",
    )
    batch_by = fields.Selection(
        [
            ("none", "Not grouped"),
            ("columns", "Id of the payout or report"),
            ("day", "Day of booking"),
            ("file", "All rows of a file"),
            ("payout_row", "Rows up to the next payout"),
        ],
        string="Rows Belong Together by",
        required=True,
        default="none",
    )
    batch_kind = fields.Selection(
        [(kind, kind.capitalize()) for kind in BATCH_KINDS],
        string="They Are a",
        required=True,
        default="payout",
    )
    batch_total = fields.Selection(
        [
            ("sum", "Sum of its rows: each file has all of them"),
            ("column", "Stated in a column"),
            ("payout_row", "The payout row"),
        ],
        string="Total",
        required=True,
        default="sum",
    )
    payout_row_first = fields.Boolean("The Payout Comes First")
    described_by = fields.Char(
        "Described in Rows Where",
        help="Condition of rows that describe their payout and are no transactions.",
    )
    total_negated = fields.Boolean("Total Has the Other Sign")
    total_ids = fields.One2many(
        "settlement.file.layout.total", "layout_id", "Control Totals", copy=True
    )
    refuse_wrong_totals = fields.Boolean(
        "Refuse the File if a Control Is Wrong",
        help="Otherwise its good rows are taken in, and an exception shows what is "
        "wrong.",
    )

    @api.model
    def _setting_names(self):
        return SETTINGS

    @api.model
    def _list_names(self):
        return LISTS
