import hashlib
import io
import random
import zipfile
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..canonical.facts import RawItem
from ..storage import payload as payload_storage
from .common import SettlementCase

CARD = b"4111111111111111"


@tagged("post_install", "-at_install")
class TestMessage(SettlementCase):
    def test_the_same_bytes_are_one_message(self):
        first = self.receive(b"payload")
        self.assertEqual(self.receive(b"payload"), first)
        self.assertEqual(self.receive(io.BytesIO(b"payload")), first)
        self.assertNotEqual(self.receive(b"payload "), first)

    def test_the_same_bytes_for_another_backend_are_another_message(self):
        other = self.new_backend("Second")
        self.assertNotEqual(self.receive(b"x"), self.receive(b"x", backend=other))

    def test_hashes_are_of_the_bytes_received_and_of_the_bytes_stored(self):
        content = b'{"number": "' + CARD + b'"}'
        message = self.receive(content)
        stored = message._open_content().read()
        self.assertEqual(message.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(message.stored_sha256, hashlib.sha256(stored).hexdigest())
        self.assertEqual(stored, b'{"number": "411111******1111"}')
        self.assertEqual(len(stored), len(content))

    def test_a_large_payload_lives_in_the_file_store(self):
        content = random.Random(1).randbytes(payload_storage.INLINE_BYTES + 1)
        message = self.receive(content)
        self.addCleanup((message._folder() / message.stored_name).unlink)
        self.assertTrue(message.stored_name)
        with message._open_content() as file:
            self.assertEqual(file.read(), content)
        self.assertFalse(message._inline_payload())

    def test_items_of_a_pull_are_kept_once(self):
        items = [RawItem("a", b"1", {"payout": "p"}), RawItem("b", b"2")]
        messages = self.env["settlement.message"]
        first = messages._receive_items(self.backend, "rows", items)
        self.assertEqual(first.mapped("external_id"), ["a", "b"])
        self.assertEqual(first[0].context, {"payout": "p"})
        again = messages._receive_items(
            self.backend, "rows", [*items, RawItem("a", b"1", {"payout": "q"})]
        )
        self.assertEqual(len(again), 1)
        self.assertEqual(again.context, {"payout": "q"})
        self.assertEqual(first[0]._open_content().read(), b"1")
        self.assertFalse(messages._altered_rows())

    def test_a_large_item_lives_in_the_file_store(self):
        content = random.Random(2).randbytes(payload_storage.INLINE_BYTES + 1)
        items = [RawItem("a", io.BytesIO(content)), RawItem("b", io.BytesIO(b"1"))]
        messages = self.env["settlement.message"]
        large, small = messages._receive_items(self.backend, "rows", items)
        self.addCleanup((large._folder() / large.stored_name).unlink)
        with large._open_content() as file:
            self.assertEqual(file.read(), content)
        self.assertFalse(large._inline_payload())
        self.assertFalse(small.stored_name)
        self.assertEqual(small._open_content().read(), b"1")
        again = [RawItem("a", content)]
        self.assertFalse(messages._receive_items(self.backend, "rows", again))
        self.assertFalse(messages._altered_rows())

    def test_nobody_reads_the_payload_through_generic_reads(self):
        message = self.receive(b"payload")
        self.assertNotIn("payload", message._fields)
        values = message.read()[0]
        values.pop("preview")
        self.assertNotIn("payload", values.values())

    def test_the_preview_shows_text_and_survives_other_bytes(self):
        self.assertEqual(self.receive(b"caf\xc3\xa9").preview, "café")
        self.assertIn("\ufffd", self.receive(b"\xff\xfe").preview)

    def test_a_card_number_in_a_file_name_is_masked_everywhere(self):
        content = b"no file of this kind"
        name = f"statement {CARD.decode()}.jsonl"
        message = self.backend.import_file(
            name, self.lines(self.charge_line()) + content
        )
        self.assertEqual(message.filename, "statement 411111******1111.jsonl")
        self.backend.run_pipeline("parse")
        told = self.env["settlement.exception"].search(
            [("message_id", "=", message.id)]
        )
        for text in (message.external_id, message.display_name, *told.mapped("cause")):
            self.assertNotIn(CARD.decode(), text)
        with self.assertRaisesRegex(UserError, r"411111\*{6}1111"):
            self.backend.import_file(f"{CARD.decode()} .png", b"\x89PNG")

    def test_errors_of_parsers_show_no_card_number(self):
        message = self.backend.import_file("a.jsonl", self.lines(self.charge_line()))
        handler = type(self.env["settlement.connector.canonical"])
        error = ValueError(f"cannot read {CARD.decode()} here")
        with patch.object(handler, "_parse", side_effect=error):
            self.backend.run_pipeline("parse")
        self.assertIn("411111******1111", message.error)
        told = self.env["settlement.exception"].search(
            [("message_id", "=", message.id)]
        )
        self.assertNotIn(CARD.decode(), told.cause)

    def test_an_archive_is_kept_with_its_members_masked(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", b"card " + CARD)
        message = self.receive(buffer.getvalue())
        with (
            message._open_content() as content,
            zipfile.ZipFile(content) as archive,
        ):
            self.assertEqual(archive.read("a.txt"), b"card 411111******1111")
        self.assertEqual(message.sha256, hashlib.sha256(buffer.getvalue()).hexdigest())
        self.assertEqual(self.receive(buffer.getvalue()), message)

    def test_what_cannot_be_looked_into_is_refused_at_the_door(self):
        handler = type(self.env["settlement.connector.canonical"])
        before = self.env["settlement.message"].search_count([])
        with patch.object(handler, "_recognises", lambda *args: True):
            for call in (self.backend.import_file, self.backend.preview_file):
                with self.assertRaisesRegex(UserError, "a.gz cannot be taken in.*gzip"):
                    call("a.gz", b"\x1f\x8b\x08 something")
        self.assertEqual(self.env["settlement.message"].search_count([]), before)
