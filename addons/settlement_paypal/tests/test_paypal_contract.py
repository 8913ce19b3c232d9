import json
from datetime import timezone
from unittest.mock import patch

from odoo.tests import TransactionCase, tagged

from odoo.addons.settlement.canonical.money import exponent
from odoo.addons.settlement_connector.tests.contract import ConnectorContract

from ..client.certificates import CertificateCache
from ..client.pace import Pace
from ..client.tokens import TokenCache
from ..models import connector_paypal, webhook_keys
from ..stand_in import paypal_report as paper
from ..stand_in import paypal_server as pp


@tagged("post_install", "-at_install")
class TestPaypalContract(ConnectorContract, TransactionCase):
    connector = "paypal"
    account = pp.ACCOUNT
    credentials = {
        "client_id": pp.CLIENT_ID,
        "client_secret": pp.CLIENT_SECRET,
        "webhook_id": pp.WEBHOOK_ID,
    }
    webhook_credential = "webhook_id"
    rows_path = "/v1/reporting/transactions"
    unknown_code = "T7777"
    flaws = ("exponent", "amount")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.signer = pp.Signer()
        for module, name, value in (
            (connector_paypal, "_pace_of", lambda who: Pace(10_000)),
            (connector_paypal, "_tokens", TokenCache()),
            # Who signs is known already: no certificate is fetched inside a request.
            (webhook_keys, "_cache", KnownSigner(cls.signer)),
        ):
            cls.startClassPatcher(patch.object(module, name, value))

    def new_stand_in(self):
        server = pp.PaypalStandIn(self.signer)
        server.balances = {"EUR": ("120.50", "100.00")}
        return server

    def set_clock(self, server, moment):
        server.clock = moment.replace(tzinfo=timezone.utc)
        server.refreshed_at = f"{moment:%Y-%m-%dT%H:%M:%SZ}"

    def external_id(self, row):
        return f"{row.number:05}AB12345CD678"

    def of_row(self, row, backend=None):
        """Return the transactions of a row; its occurrence tells what it is."""
        return self.transactions(backend, external_id=self.external_id(row))

    def show(self, server, rows):
        for row in rows:
            name = self.external_id(row)
            server.rows = [one for one in server.rows if server.name(one) != name]
            server.rows.append(
                pp.transaction(
                    row.number,
                    row.code or "T0006",
                    "a lot" if row.flaw == "amount" else str(row.amount),
                    currency=row.currency,
                    at=f"{row.at:%Y-%m-%dT%H:%M:%S+0000}",
                    transaction_subject=row.note or f"Order {row.number}",
                )
            )

    def file_of(self, rows):
        columns = (*paper.COLUMNS, "Transaction Description")
        made = [self.line(row) for row in rows]
        # A footer has no line for what PayPal itself cannot have meant.
        sound = [line for line, row in zip(made, rows, strict=True) if not row.flaw]
        currencies = dict.fromkeys(row.currency for row in rows if not row.flaw)
        footers = [paper.totals("SF", currency, sound) for currency in currencies]
        section = paper.section(
            made, account=self.account, columns=columns, footers=footers
        )
        return "STL-20260106.01.009.CSV", paper.written(paper.report(section))

    def line(self, row):
        """Return a row of a settlement report: every currency in hundredths."""
        decimals = min(exponent(row.currency), 2)
        hundredths = int(row.amount * 100) if decimals == 2 or row.flaw else 0
        hundredths = hundredths or int(row.amount) * 100
        line = paper.row(row.number, row.code or "T0006", hundredths)
        at = f"{row.at:%Y/%m/%d %H:%M:%S} +0000"
        line = {
            **line,
            "Gross Transaction Currency": row.currency,
            "Transaction Initiation Date": at,
            "Transaction Completion Date": at,
            "Transaction Description": row.note or f"Order {row.number}",
        }
        if row.flaw == "amount":
            line["Gross Transaction Amount"] = "a lot"
        return line

    def event_of(self, row, number=1, secret=None):
        resource = {"id": self.external_id(row)}
        event = self.server.event("PAYMENT.CAPTURE.COMPLETED", resource)
        event["id"] = f"WH-{row.number:05}-{number}"
        event["create_time"] = f"{row.at:%Y-%m-%dT%H:%M:%S.000Z}"
        body = json.dumps(event).encode()
        return self.server.headers(body, secret or pp.WEBHOOK_ID), body


class KnownSigner(CertificateCache):
    """Knows the key of every certificate already."""

    def __init__(self, signer):
        super().__init__()
        self.signer = signer

    def key_of(self, url, fetch):
        return self.signer.key.public_key()
