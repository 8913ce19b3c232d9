import csv
import hashlib
import io
import json
import zipfile
from datetime import date
from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .close_case import LAST, PERIOD, CloseCase


class PackCase(CloseCase):
    """A month in order, and its evidence as a file."""

    def setUp(self):
        super().setUp()
        self.january()
        self.period = self.close()

    def pack(self, user=None):
        """Return a pack of January asked for by a user."""
        closes = self.as_user(self.period, user or self.accountant)
        return (
            self.env["settlement.close.pack"]
            .with_user(closes.env.user)
            ._request(closes)
        )

    def content(self, pack):
        """Return the bytes of a pack."""
        return pack.sudo().attachment_id.raw

    def table(self, pack, name):
        """Return the rows of one list of a pack as dicts."""
        with zipfile.ZipFile(io.BytesIO(self.content(pack))) as opened:
            text = opened.read(name).decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))


@tagged("post_install", "-at_install")
class TestClosePack(PackCase):
    # ------------------------------------------------------------------
    # What is in it
    # ------------------------------------------------------------------

    def test_its_entries_sum_up_to_the_ledger(self):
        pack = self.pack()
        rows = self.table(pack, "entries.csv")
        self.assertEqual(
            sum(Decimal(row["debit"]) for row in rows),
            sum(Decimal(row["credit"]) for row in rows),
        )
        found = {}
        for row in rows:
            net = Decimal(row["debit"]) - Decimal(row["credit"])
            found[row["account"]] = found.get(row["account"], 0) + net
        moves = self.env["settlement.posting"].search([]).move_id
        moves |= (
            self.env["account.bank.statement.line"]
            .search([("settlement_wallet_id", "!=", False)])
            .move_id
        )
        items = moves.line_ids.filtered(
            lambda item: PERIOD <= item.date <= LAST and item.parent_state == "posted"
        )
        self.assertEqual(len(rows), len(items))
        for account, lines in items.grouped("account_id").items():
            self.assertEqual(
                found[account.code], self.cents(sum(lines.mapped("balance"))), account
            )
        self.assertNotIn(
            self.document.name,
            {row["entry"] for row in rows},
            "invoices are not what we posted",
        )

    def test_its_wallets_are_proved_day_by_day(self):
        rows = self.table(self.pack(), "wallet_proof.csv")
        last = [row for row in rows if row["day"] == "2026-01-31"]
        self.assertEqual(len(last), 2)
        self.assertEqual(len(rows), 2 * 31)
        for row in rows:
            self.assertEqual(Decimal(row["unexplained"]), 0, row)
        (bank,) = (row for row in last if row["backend"] == "Bank")
        self.assertEqual(Decimal(bank["in_ledger"]), Decimal("97.00"))
        self.assertEqual(Decimal(bank["at_provider"]), Decimal("97.00"))

    def test_its_matches_name_rule_and_person(self):
        rows = self.table(self.pack(), "matches.csv")
        by_method = {row["method"]: row for row in rows}
        self.assertEqual(set(by_method), {"manual", "batch"})
        match = self.stored(self.charge).match_line_ids.match_id
        row = by_method["manual"]
        self.assertEqual(row["match"], str(match.id))
        self.assertEqual(Decimal(row["amount"]), Decimal("100.00"))
        self.assertEqual(row["money"], self.charge.external_id)
        self.assertEqual(row["ledger"], self.document.name)
        self.assertEqual(row["confirmed_by"], match.decided_by_id.login)
        self.assertEqual(row["fingerprint"], match.row_hash)

    def test_its_messages_carry_the_hashes_of_what_was_received(self):
        rows = self.table(self.pack(), "messages.csv")
        message = self.stored(self.charge).message_id
        (row,) = (row for row in rows if row["message"] == str(message.id))
        content = message._open_content().read()
        self.assertEqual(row["sha256_as_received"], hashlib.sha256(content).hexdigest())

    def test_its_checklist_is_the_one_on_the_screen(self):
        self.sign_all(self.period, comment="Looked at it")
        rows = self.table(self.pack(), "checklist.csv")
        shown = self.period.row_ids
        self.assertEqual([row["check"] for row in rows], shown.mapped("name"))
        self.assertEqual([row["result"] for row in rows], shown.mapped("state"))
        signed = [row for row in rows if row["signed_by"]]
        self.assertTrue(signed)
        self.assertEqual({row["comment"] for row in signed}, {"Looked at it"})

    def test_its_segregation_names_who_holds_too_much(self):
        both = self.new_user("group_approver", name="-both")
        both.group_ids |= self.env.ref("settlement.group_integration_admin")
        rows = {row["user"]: row for row in self.table(self.pack(), "segregation.csv")}
        self.assertIn("Approver", rows[both.login]["conflicts"])
        self.assertEqual(rows[self.approver.login]["conflicts"], "")

    def test_the_other_lists_are_there(self):
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(self.batch(), "late_payout", "It is late.")
        self.env["settlement.mapping"].create(
            {"company_id": self.company.id, "source_code": "odd/code"}
        )
        self.env["settlement.event"]._seal_pending()
        self.period.action_refresh()
        pack = self.pack()
        (told,) = self.table(pack, "exceptions.csv")
        self.assertEqual((told["reason"], told["state"]), ("late_payout", "open"))
        (mapping,) = self.table(pack, "mappings.csv")
        self.assertEqual((mapping["code"], mapping["state"]), ("odd/code", "draft"))
        seals = self.env["settlement.event.seal"].search([], order="id")
        self.assertEqual(
            [row["root"] for row in self.table(pack, "chain.csv")],
            seals.mapped("root"),
        )
        postings = self.env["settlement.posting"].search(
            [("date", ">=", PERIOD), ("date", "<=", LAST)], order="id"
        )
        self.assertEqual(
            [row["plan_sha256"] for row in self.table(pack, "postings.csv")],
            postings.mapped("plan_hash"),
        )

    def test_cells_that_look_like_formulas_are_texts(self):
        evil = '=HYPERLINK("http://example.com")'
        fact = self.row(
            gross="3", day=21, batch_external_id="po_3", counterparty_name=evil
        )
        self.store(*self.payout(fact, name="po_3", day=22))
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(self.batch("po_3"), "late_payout", evil)
        (row,) = self.table(self.pack(), "exceptions.csv")
        self.assertEqual(row["cause"], f"'{evil}")

    def test_nothing_of_another_company_is_in_it(self):
        other = self.setup_other_company(name="Other")["company"]
        backend = self.new_backend("Theirs", other)
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(backend, "stale_feed", "Nothing came from Theirs.")
        self.assertNotIn("Theirs", str(self.table(self.pack(), "exceptions.csv")))

    # ------------------------------------------------------------------
    # Its hash
    # ------------------------------------------------------------------

    def test_the_same_data_give_the_same_bytes(self):
        first, second = self.pack(), self.pack(self.auditor)
        self.assertNotEqual(first, second)
        self.assertEqual(first.sha256, second.sha256)
        self.assertEqual(self.content(first), self.content(second))

    def test_its_hash_is_an_event(self):
        pack = self.pack()
        content = self.content(pack)
        self.assertEqual(pack.sha256, hashlib.sha256(content).hexdigest())
        self.assertEqual(pack.size, len(content))
        event = self.events("pack.built")[:1]
        self.assertEqual(event.user_id, self.accountant)
        self.assertEqual(event.after["sha256"], pack.sha256)
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            self.assertTrue(opened.read("summary.pdf").startswith(b"%PDF-"))
            about = json.loads(opened.read("contents.json"))
        self.assertEqual(about["company"], self.company.name)
        self.assertEqual(about["answer"], self.period.answer)

    def test_a_file_that_somebody_replaced_is_found(self):
        pack = self.pack()
        finding = (11, pack._name, pack.id)
        self.assertNotIn(finding, self.named())
        pack.sudo().attachment_id.with_user(1).write({"raw": b"another"})
        self.assertIn(finding, self.named())

    def test_another_figure_gives_another_hash(self):
        before = self.pack().sha256
        self.by_hand(5, 20)
        self.period.action_refresh()
        self.assertNotEqual(self.pack().sha256, before)

    def test_it_is_kept_where_contents_are_kept_in_the_database(self):
        self.env["ir.config_parameter"].sudo().set_param("ir_attachment.location", "db")
        pack = self.pack()
        self.assertEqual(hashlib.sha256(self.content(pack)).hexdigest(), pack.sha256)

    def test_long_lists_are_read_in_pieces(self):
        whole = self.pack()
        with patch("odoo.addons.settlement_workbench.services.close_tables.CHUNK", 2):
            pieces = self.pack()
        self.assertEqual(pieces.sha256, whole.sha256)

    # ------------------------------------------------------------------
    # Large ones
    # ------------------------------------------------------------------

    def test_a_large_one_is_built_by_the_scheduled_action(self):
        path = "odoo.addons.settlement_workbench.models.close_pack.AT_ONCE"
        with patch(path, 1):
            action = self.as_user(self.period, self.accountant).action_make_pack()
        self.assertEqual(action["tag"], "display_notification")
        pack = self.period.pack_ids
        self.assertEqual(pack.state, "waiting")
        with self.assertRaisesRegex(UserError, "not there yet"):
            pack.with_user(self.accountant).action_download()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress"):
            self.env["settlement.close.pack"].sudo()._cron_build()
        self.assertEqual(pack.state, "done")
        self.assertEqual(self.events("pack.built")[:1].user_id, self.accountant)
        self.assertEqual(pack.sha256, self.pack().sha256)

    def test_one_that_fails_says_why_and_holds_up_no_other(self):
        path = "odoo.addons.settlement_workbench.models.close_pack.AT_ONCE"
        with patch(path, 1):
            bad, good = self.pack(), self.pack()
        built = type(bad)._build

        refusal = UserError("No.")

        def build(pack):
            if pack == bad:
                raise refusal
            built(pack)

        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
            patch.object(type(bad), "_build", build),
        ):
            self.env["settlement.close.pack"].sudo()._cron_build()
        self.assertEqual((bad.state, bad.error), ("failed", "No."))
        self.assertEqual(good.state, "done")

    def test_what_nobody_foresaw_holds_up_no_other_either(self):
        path = "odoo.addons.settlement_workbench.models.close_pack.AT_ONCE"
        with patch(path, 1):
            bad, good = self.pack(), self.pack()
        built = type(bad)._build

        def build(pack):
            if pack == bad:
                raise OSError("disk full")
            built(pack)

        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress"),
            patch.object(type(bad), "_build", build),
            mute_logger("odoo.addons.settlement_workbench.models.close_pack"),
        ):
            self.env["settlement.close.pack"].sudo()._cron_build()
        self.assertEqual(bad.state, "failed")
        self.assertNotIn("disk", bad.error)
        self.assertEqual(good.state, "done")

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_roles(self):
        for user in (self.accountant, self.approver, self.auditor):
            action = self.as_user(self.period, user).action_make_pack()
            self.assertRegex(action["url"], r"^/settlement/close/pack/\d+$")
        pack = self.pack()
        for user in (self.viewer, self.new_user("group_integration_admin")):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user(self.period, user).action_make_pack()
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.as_user(pack, user).action_download()

    def test_companies(self):
        pack = self.pack()
        other = self.setup_other_company(name="Other")["company"]
        foreign = self.new_user("group_approver", other)
        theirs = pack.with_user(foreign).with_context(allowed_company_ids=other.ids)
        for act in (theirs.action_download, theirs._handed_out):
            with self.assertRaises(AccessError):
                act()
        self.assertFalse(self.env[pack._name].with_user(foreign).search([]))

    def test_nobody_reads_the_file_past_the_download(self):
        pack = self.pack()
        attachment = pack.sudo().attachment_id
        for user in (self.accountant, self.approver, self.auditor, self.viewer):
            with self.assertRaises(AccessError):
                attachment.with_user(user).read(["raw"])
            with self.assertRaises(AccessError):
                pack.with_user(user).read(["attachment_id"])
        with self.assertRaises(UserError):
            pack.sudo().unlink()


@tagged("post_install", "-at_install")
class TestClosePackDownload(PackCase, HttpCase):
    """The download, and the one of raw payloads."""

    def login(self, user):
        user.password = user.login
        self.authenticate(user.login, user.login)

    def test_the_download_is_the_file_and_is_logged(self):
        pack = self.pack()
        self.login(self.auditor)
        response = self.url_open(f"/settlement/close/pack/{pack.id}")
        self.assertEqual(response.status_code, 200)
        self.assertEqual(hashlib.sha256(response.content).hexdigest(), pack.sha256)
        self.assertIn("evidence_2026_01", response.headers["Content-Disposition"])
        event = self.events("pack.downloaded")[:1]
        self.assertEqual(event.user_id, self.auditor)
        self.assertEqual(event.after["sha256"], pack.sha256)

    def test_a_viewer_gets_nothing(self):
        pack = self.pack()
        self.login(self.viewer)
        with mute_logger("odoo.http"):
            response = self.url_open(f"/settlement/close/pack/{pack.id}")
        self.assertEqual(response.status_code, 403)
        self.assertEqual(self.url_open("/settlement/close/pack/0").status_code, 404)
        self.assertFalse(self.events("pack.downloaded"))

    def test_a_raw_payload_by_role_and_logged(self):
        message = self.stored(self.charge).message_id
        url = f"/settlement/message/{message.id}/payload"
        self.login(self.auditor)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            hashlib.sha256(response.content).hexdigest(), message.stored_sha256
        )
        self.assertEqual(response.headers["Content-Type"], "application/octet-stream")
        event = self.events("message.downloaded")[:1]
        self.assertEqual(event.user_id, self.auditor)
        self.assertEqual(event.res_id, message.id)
        self.login(self.viewer)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(url).status_code, 403)
        self.assertEqual(len(self.events("message.downloaded")), 1)

    def test_a_payload_that_is_gone_says_so(self):
        message = self.stored(self.charge).message_id
        self.sql(
            "UPDATE settlement_message SET purged_at = %s WHERE id = %s",
            date(2026, 2, 1),
            message.id,
        )
        with self.assertRaisesRegex(UserError, "removed by policy"):
            message.with_user(self.auditor).action_download()
