import json

from odoo.addons.settlement_account.tests.common import SettlementAccountCase
from odoo.addons.spreadsheet.utils import validate_data


class DashboardCase(SettlementAccountCase):
    """The dashboard, and a company with something to show in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("settlement_spreadsheet.dashboard_settlements")
        cls.data = json.loads(cls.dashboard.spreadsheet_data)
        cls.policy.hold_days = 0

    def business(self):
        """Let a payout with two fees leave the wallet, and one row wait."""
        rows = [self.row(gross="100", fee="3"), self.row(gross="50", fee="2")]
        self.store(*self.payout(*rows), self.balance("12", 11))
        self.match(rows[0], self.invoice(100))
        self.post()
        exceptions = self.env["settlement.exception"].sudo()
        exceptions._raise_for(self.stored(rows[1]), "ambiguous", "Two invoices fit.")
        return rows

    def pivot(self, name):
        """Return the definition of a pivot by its name."""
        (found,) = [
            each for each in self.data["pivots"].values() if each["name"] == name
        ]
        return found

    def groups_of(self, pivot, user=None, companies=None):
        """Return what a pivot shows, as the browser asks for it."""
        model = self.env[pivot["model"]].with_user(user or self.env.user)
        if companies:
            model = model.with_context(allowed_company_ids=companies.ids)
        dimensions = [
            ":".join(filter(None, (each["fieldName"], each.get("granularity"))))
            for each in [*pivot["rows"], *pivot["columns"]]
        ]
        measures = [
            each["fieldName"]
            if each["fieldName"] == "__count"
            else f"{each['fieldName']}:{each['aggregator']}"
            for each in pivot["measures"]
        ]
        return model.formatted_read_group(pivot["domain"], dimensions, measures)

    def charts(self):
        """Return the definitions of the charts that read records."""
        return validate_data.odoo_charts(self.data)
