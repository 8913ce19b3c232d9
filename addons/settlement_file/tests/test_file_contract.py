from odoo.tests import TransactionCase, tagged

from odoo.addons.settlement_connector.stand_in.server import StandInServer
from odoo.addons.settlement_connector.tests.contract import ConnectorContract

from ..layout.definition import FileLayout

HEADER = "number|when|currency|gross|net|note"
LAYOUT = {
    "file": {"kind": "csv", "separator": "|"},
    "dates": {"formats": ["iso"], "timezone": "UTC"},
    "columns": [
        {"column": "when", "field": "occurred_at"},
        {"column": "currency", "field": "currency"},
        {"column": "gross", "field": "gross_amount"},
        {"column": "net", "field": "net_amount"},
        {"column": "note", "field": "description"},
    ],
    "constants": {"account_identifier": "ACC-1"},
    "kinds": {"default": "charge"},
    "identity": {"columns": ["number"]},
}


@tagged("post_install", "-at_install")
class TestFileContract(ConnectorContract, TransactionCase):
    """Files that a layout reads keep the contract of every connector."""

    connector = "file"
    flaws = ("sum", "exponent", "amount")

    def new_stand_in(self):
        return StandInServer()

    def new_backend(self, server, credentials=None, **values):
        backend = super().new_backend(server, credentials, **values)
        backend.file_layout_ids = self.approved_layout()
        return backend

    def approved_layout(self):
        """Return the layout of the contract's files, approved by somebody."""
        layouts = self.env["settlement.file.layout"]
        known = layouts.search([("company_id", "=", self.company.id)])
        if known:
            return known
        layout = layouts.create(
            {
                "name": "Contract",
                **layouts._draft_values(FileLayout.from_data(LAYOUT)),
            }
        )
        layout._freeze()
        layout._set_state(
            "approved",
            "layout.approved",
            approver_id=self.env.ref("base.user_admin").id,
        )
        return layout

    def external_id(self, row):
        return f"r{row.number}"

    def file_of(self, rows):
        lines = [HEADER, *map(self.line, rows)]
        return "rows.csv", "".join(f"{line}\n" for line in lines).encode()

    def line(self, row):
        """Return a row as a line of a file."""
        amount = "a lot" if row.flaw == "amount" else str(row.amount)
        net = "1.00" if row.flaw == "sum" else amount
        cells = (
            self.external_id(row),
            f"{row.at.isoformat()}Z",
            row.currency,
            amount,
            net,
            row.note,
        )
        return "|".join(cells)
