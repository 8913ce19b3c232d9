import base64

from odoo.addons.settlement.tests.common import MATCHING_REASONS, SettlementCase

from ..layout.definition import FileLayout

# What the made-up provider Nordpay sends, and what it means.
HEADER = "Ref;Type;Booked;Amount;Charge;Curr;Order;Payout"
ROWS = (
    "N-1;SALE;02.03.2026;100,00;2,50;EUR;SO-1;P-1",
    "N-2;SALE;02.03.2026;50,00;1,25;EUR;SO-2;P-1",
    "N-3;BACK;03.03.2026;-20,00;0,00;EUR;SO-1;P-1",
)
DEFINITION = {
    "file": {"kind": "csv", "separator": ";"},
    "numbers": {"decimal": ",", "thousands": "."},
    "dates": {"formats": ["%d.%m.%Y"], "timezone": "Europe/Berlin"},
    "columns": [
        {"column": "Booked", "field": "occurred_at"},
        {"column": "Amount", "field": "gross_amount"},
        {"column": "Curr", "field": "currency"},
        {"column": "Order", "field": "order_reference"},
    ],
    "constants": {"account_identifier": "ACC-1"},
    "kinds": {
        "column": "Type",
        "values": [
            {"value": "SALE", "kind": "charge"},
            {"value": "BACK", "kind": "refund"},
        ],
    },
    "fees": [{"column": "Charge"}],
    "identity": {"columns": ["Ref"]},
    "batch": {"by": "columns", "columns": ["Payout"]},
}


def file_of(*rows, header=HEADER):
    """Return the bytes of a file of Nordpay."""
    return "\n".join([header, *(rows or ROWS), ""]).encode()


class FileCase(SettlementCase):
    """A backend of any file, one who sets layouts up, and one who approves them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nordpay = cls.new_backend("Nordpay", connector="file")
        cls.account = cls.new_wallet(cls.nordpay)
        cls.admin = cls.new_user("group_integration_admin")
        cls.approver = cls.new_user("group_approver")
        cls.accountant = cls.new_user("group_accountant")
        cls.layouts = cls.env["settlement.file.layout"]

    @classmethod
    def new_layout(cls, name="Nordpay", sample=None, user=None, **changes):
        """Return the draft of a layout as its administrator entered it."""
        data = {**DEFINITION, **changes}
        layouts = cls.layouts.with_user(user or cls.admin)
        return layouts.create(
            {
                "name": name,
                "company_id": cls.company.id,
                "sample": base64.b64encode(file_of() if sample is None else sample),
                "sample_name": "nordpay.csv",
                **layouts._draft_values(FileLayout.from_data(data)),
            }
        )

    @classmethod
    def approve(cls, layout, user=None):
        """Propose a layout, and approve it as somebody else; return it."""
        layout.with_user(cls.admin).action_propose("as the provider's manual says")
        layout.with_user(user or cls.approver).action_approve()
        return layout

    @classmethod
    def new_version(cls, layout, **values):
        """Return the next draft of a layout."""
        return layout.with_user(cls.admin)._new_version(**values)

    @classmethod
    def use(cls, layout, backend=None):
        """Let a backend read files by a layout."""
        (backend or cls.nordpay).with_user(cls.admin)._use_file_layout(layout)
        return layout

    def take(self, content, filename="nordpay.csv", backend=None, until="validate"):
        """Import a file as an accountant and run the pipeline; return its message."""
        backend = (backend or self.nordpay).with_user(self.accountant)
        message = backend.import_file(filename, content)
        backend.run_pipeline(until=until)
        return message.sudo()

    def facts(self, backend=None):
        """Return the current transactions of a backend by their id."""
        return self.transactions.search(
            [("backend_id", "=", (backend or self.nordpay).id)]
            + [("is_current", "=", True)],
            order="external_id, occurrence",
        )

    def told(self, backend=None):
        """Return what is open about the files of a backend."""
        return self.env["settlement.exception"].search(
            [
                ("backend_id", "=", (backend or self.nordpay).id),
                ("state", "=", "open"),
                ("reason", "not in", MATCHING_REASONS),
            ]
        )

    def events(self, layout):
        """Return the acts about a layout, oldest first."""
        return (
            self.env["settlement.event"]
            .sudo()
            .search(
                [("model", "=", layout._name), ("res_id", "=", layout.id)],
                order="id",
            )
            .mapped("action")
        )
