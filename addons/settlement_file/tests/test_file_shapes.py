import io
import json
from datetime import date
from decimal import Decimal

import openpyxl

from odoo.tests import tagged

from .common import DEFINITION, HEADER, ROWS, FileCase, file_of

ISO = {"formats": ["iso", "%d.%m.%Y"], "timezone": "Europe/Berlin"}
CARD = "4111111111111111"


def cells_of(row):
    """Return the cells of a row as a workbook or JSON holds them: typed."""
    ref, kind, day, amount, fee, currency, order, payout = row.split(";")
    day = date(*map(int, reversed(day.split("."))))
    amount, fee = (Decimal(text.replace(",", ".")) for text in (amount, fee))
    return [ref, kind, day, amount, fee, currency, order, payout]


def workbook(*rows, sheet="Report"):
    """Return rows as an XLSX file whose second sheet holds them."""
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["Nordpay", "settlement report"])
    page = book.create_sheet(sheet)
    page.append(HEADER.split(";"))
    for row in rows:
        page.append(cells_of(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def records(*rows):
    """Return rows as the objects of a JSON file."""
    names = HEADER.split(";")
    return [dict(zip(names, map(str, cells_of(row)), strict=True)) for row in rows]


@tagged("post_install", "-at_install")
class TestFileShapes(FileCase):
    """The same rows are the same facts, whatever shape the file has."""

    def facts_of(self, name, content, filename, form, **changes):
        """Return what comes of a file of one shape, as plain values."""
        backend = self.new_backend(name, connector="file")
        self.new_wallet(backend)
        changes = {"numbers": {}, "dates": ISO, **changes}
        layout = self.new_layout(name, sample=content, file=form, **changes)
        layout.sample_name = filename
        self.assertEqual((layout.accepted_count, layout.rejected_count), (3, 0))
        self.approve(self.use(layout, backend))
        message = self.take(content, filename, backend)
        self.assertEqual((message.state, message.error), ("parsed", False))
        return [
            (
                fact.external_id,
                fact.kind,
                fact.booked_on,
                fact.gross_amount,
                fact.fee_amount,
                fact.order_reference,
                fact.batch_id.external_id,
                fact.batch_id.total,
            )
            for fact in self.facts(backend)
        ]

    def test_all_shapes_say_the_same(self):
        plain = file_of().decode()
        wanted = self.facts_of(
            "Text",
            file_of(),
            "n.csv",
            DEFINITION["file"],
            numbers=DEFINITION["numbers"],
            dates=DEFINITION["dates"],
        )
        self.assertEqual(len(wanted), 3)
        self.assertEqual(wanted[0][:4], ("N-1", "charge", date(2026, 3, 2), 100))
        listed = records(*ROWS)
        shapes = {
            "Sheet": (
                workbook(*ROWS),
                "n.xlsx",
                {"kind": "xlsx", "sheet": "Report"},
                {},
            ),
            "List": (json.dumps(listed).encode(), "n.json", {"kind": "json"}, {}),
            "Nested": (
                json.dumps({"data": {"items": listed}, "page": 1}).encode(),
                "n.json",
                {"kind": "json", "records": "data.items"},
                {},
            ),
            "Lines": (
                b"".join(json.dumps(each).encode() + b"\n" for each in listed),
                "n.jsonl",
                {"kind": "json", "json_lines": True},
                {},
            ),
            "Wide": (
                plain.encode("utf-16"),
                "n.txt",
                {"kind": "csv", "separator": ";", "encoding": "utf-16"},
                {"numbers": DEFINITION["numbers"], "dates": DEFINITION["dates"]},
            ),
            "Tabs": (
                plain.replace(";", "\t").encode("cp1252"),
                "n.tsv",
                {"kind": "csv", "separator": "\t", "encoding": "cp1252"},
                {"numbers": DEFINITION["numbers"], "dates": DEFINITION["dates"]},
            ),
        }
        for name, (content, filename, form, changes) in shapes.items():
            with self.subTest(shape=name):
                found = self.facts_of(name, content, filename, form, **changes)
                self.assertEqual(found, wanted)

    def test_card_numbers_in_a_workbook_are_masked(self):
        content = workbook(ROWS[0].replace("SO-1", CARD))
        layout = self.new_layout(
            sample=content, file={"kind": "xlsx", "sheet": "Report"}, dates=ISO
        )
        kept = openpyxl.load_workbook(io.BytesIO(layout._sample_bytes()))
        texts = [str(cell.value) for row in kept["Report"] for cell in row]
        self.assertNotIn(CARD, texts)
        self.assertIn("411111******1111", texts)
