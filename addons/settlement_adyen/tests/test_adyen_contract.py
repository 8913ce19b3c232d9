import pytz

from odoo.tests import TransactionCase, tagged

from odoo.addons.settlement.canonical.money import to_minor
from odoo.addons.settlement_connector.tests.contract import ConnectorContract

from . import adyen_paper as paper
from . import adyen_stand_in as ay

MEBIBYTE = 1024 * 1024
KEPT, REFUSED = 200, 400


@tagged("post_install", "-at_install")
class TestAdyenContract(ConnectorContract, TransactionCase):
    connector = "adyen"
    account = ay.ACCOUNT
    credentials = {
        "api_key": ay.API_KEY,
        "report_user": ay.USER,
        "report_password": ay.PASSWORD,
        "hmac_key": ay.HMAC_KEY,
        "webhook_user": ay.WEBHOOK_USER,
        "webhook_password": ay.WEBHOOK_PASSWORD,
    }
    webhook_credential = "hmac_key"
    rows_path = ay.DOWNLOADS
    # Each row has a batch of its own, so that a report is the same in any company.
    page_size = 1
    unknown_code = "QuantumFee"
    flaws = ("exponent", "amount")

    def setUp(self):
        # Number of a row → of its batch; batches are counted without a hole.
        self.batches = {}
        super().setUp()

    def new_stand_in(self):
        return ay.AdyenStandIn()

    def batch_of(self, row):
        return self.batches.setdefault(row.number, len(self.batches) + 1)

    def external_id(self, row):
        reference = paper.psp_reference(row.number)
        kind = (row.code or "settled").lower()
        return f"{reference}/{reference}/{kind}/{self.batch_of(row)}/{row.currency}"

    def name_of(self, row):
        return paper.psp_reference(row.number)

    def show(self, server, rows):
        for row in rows:
            server.issue(self.batch_of(row), self.report([row]))

    def file_of(self, rows):
        return "settlement_detail_report_2026_03.csv", self.report(rows)

    def report(self, rows):
        """Return a report with the batches of rows, each paid out."""
        made = paper.Paper(self.account)
        groups = {}
        for row in rows:
            groups.setdefault((self.batch_of(row), row.currency), []).append(row)
        for (number, currency), members in groups.items():
            batch = made.batch(number, currency)
            for row in members:
                self.add_to(batch, row)
            if not any(row.flaw for row in members):
                batch.close()
        return made.content()

    def add_to(self, batch, row):
        # The frozen clock's own moments forget which of two equal hours they are of.
        local = pytz.utc.localize(row.at).astimezone(pytz.timezone(self.timezone))
        batch.at = paper.minute_before(local.replace(tzinfo=None))
        batch.clock = local.tzname()
        cells = paper.references(
            row.number, Modification_Merchant_Reference=row.note or "a payment"
        )
        amount = to_minor(row.amount, row.currency) if not row.flaw else 1
        if row.flaw:
            words = "a lot" if row.flaw == "amount" else f"{row.amount}"
            cells["Net_Credit_(NC)"] = words
        batch.add(row.code or "Settled", amount, **cells)

    def event_of(self, row, number=1, secret=None):
        name = ay.report_name(self.batch_of(row))
        item = ay.available(name, eventDate=f"2026-03-30T10:00:{number:02}+02:00")
        body = ay.notification(item, key=secret or ay.HMAC_KEY)
        return {"Authorization": ay.basic()}, body

    # -- what is otherwise here ------------------------------------------------------

    def test_a_changed_body(self):
        """Adyen signs the fields of an event, not the bytes that they come in."""
        headers, body = self.event_of(self.row())
        for changed in (body.replace(b"batch_1", b"batch_2"), b"", b"{}"):
            self.assertEqual(self.send(headers, changed), REFUSED)
        self.assertFalse(self.events())
        for same in (body, body + b" "):
            self.assertEqual(self.send(headers, same), KEPT)
        self.assertEqual(len(self.events()), 1)

    def test_a_file_that_was_cut(self):
        """The payout ends a batch: without it, rows are missing."""
        self.batches = dict.fromkeys(range(1, 7), 1)
        return super().test_a_file_that_was_cut()

    def test_a_body_without_end(self):
        """Reports may be large; this server takes none of more than this."""
        self.client_options["max_bytes"] = 16 * MEBIBYTE
        return super().test_a_body_without_end()
