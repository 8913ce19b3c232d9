from odoo.tests import tagged

from odoo.addons.spreadsheet.utils import validate_data

from .dashboard_case import DashboardCase


@tagged("post_install", "-at_install")
class TestDashboardData(DashboardCase):
    """What the file of the dashboard refers to exists, and says what is there."""

    def test_models_and_fields_exist(self):
        found = validate_data.fields_in_spreadsheet(self.data)
        self.assertGreater(len(found), 4)
        for model, names in found.items():
            self.assertIn(model, self.env)
            for name in names:
                with self.subTest(model=model, field=name):
                    self.assertTrue(self.chain_exists(model, name.split(":")[0]))

    def chain_exists(self, model, chain):
        record = self.env[model]
        for name in chain.split("."):
            if name not in record._fields:
                return False
            record = record[name] if record._fields[name].relational else record
        return True

    def test_filters_reach_every_source(self):
        known = {each["id"] for each in self.data["globalFilters"]}
        sources = [
            *(
                (pivot["model"], pivot["fieldMatching"])
                for pivot in self.data["pivots"].values()
            ),
            *((each["model"], each["fieldMatching"]) for each in self.lists()),
            *(
                (chart["metaData"]["resModel"], chart["fieldMatching"])
                for chart in self.charts()
            ),
        ]
        for model, matching in sources:
            self.assertLessEqual(set(matching), known)
            self.assertIn("provider", matching)
            for each in matching.values():
                with self.subTest(model=model, chain=each["chain"]):
                    self.assertTrue(self.chain_exists(model, each["chain"]))
                    self.env[model].search([(each["chain"], "!=", False)], limit=1)

    def lists(self):
        return self.data["lists"].values()

    def test_menus_and_actions_exist(self):
        for name in validate_data.menus_xml_ids_in_spreadsheet(self.data):
            self.assertEqual(self.env.ref(name)._name, "ir.ui.menu")
        for chart in self.charts():
            if name := chart.get("actionXmlId"):
                self.assertEqual(self.env.ref(name).res_model, "settlement.exception")

    def test_formulas_name_what_is_there(self):
        cells = [
            cell for sheet in self.data["sheets"] for cell in sheet["cells"].values()
        ]
        text = "\n".join(cells)
        for number in self.data["pivots"]:
            self.assertRegex(text, rf"PIVOT(\.VALUE)?\({number}[,)]")
        for number in self.data["lists"]:
            self.assertIn(f"ODOO.LIST({number},", text)

    def test_every_link_opens_views(self):
        links = validate_data.odoo_view_links(self.data)
        self.assertEqual(len(links), 7)
        for link in links:
            action = link["action"]
            with self.subTest(name=link["name"]):
                model = self.env[action["modelName"]].with_user(self.viewer())
                model.get_views(action["views"])
                model.search(action["domain"], limit=1)

    def viewer(self):
        return (
            self.env["res.users"].search([("login", "=", "dashboard-viewer")])
            or self.new_viewer()
        )

    def new_viewer(self):
        user = self.new_user("group_viewer", name="dashboard")
        user.login = "dashboard-viewer"
        return user

    # ------------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------------

    def test_every_pivot_and_chart_can_be_read(self):
        self.business()
        for pivot in self.data["pivots"].values():
            with self.subTest(pivot=pivot["name"]):
                self.groups_of(pivot, self.viewer())
        for chart in self.charts():
            with self.subTest(chart=chart["title"]["text"]):
                meta = chart["metaData"]
                model = self.env[meta["resModel"]].with_user(self.viewer())
                measure = meta["measure"]
                if measure != "__count":
                    measure = f"{measure}:sum"
                domain = chart["searchParams"]["domain"]
                model.formatted_read_group(domain, meta["groupBy"], [measure])

    def test_exceptions_by_reason_and_age(self):
        self.business()
        groups = self.groups_of(self.pivot("Open exceptions by reason and age"))
        found = {(each["reason"], each["age"]): each["__count"] for each in groups}
        self.assertEqual(found["ambiguous", "day"], 1)

    def test_match_rate(self):
        self.business()
        groups = self.groups_of(self.pivot("Transactions that need a match"))
        counts = {}
        for each in groups:
            if each["wallet_id"][0] == self.wallet.id:
                counts[each["match_state"]] = each["__count"]
        self.assertEqual(counts, {"matched": 1, "open": 1})

    def test_payouts_in_transit(self):
        self.business()
        groups = self.groups_of(self.pivot("Payouts in transit"))
        own = [each for each in groups if each["wallet_id"][0] == self.wallet.id]
        self.assertEqual([each["total:sum"] for each in own], [145.0])
        self.assertEqual(own[0]["currency_id"][1], self.currency.name)

    def test_fees_by_provider_kind_and_month(self):
        rows = self.business()
        pivot = self.pivot("Withheld fees by currency, provider, kind and month")

        def own():
            return [
                (each["kind"], each["booked_on:month"][1], each["amount:sum"])
                for each in self.groups_of(pivot)
                if each["backend_id"][0] == self.backend.id
            ]

        self.assertEqual(own(), [("processing", "January 2026", 5.0)])
        # A revision that is not current any more does not count.
        fact = self.stored(rows[0])
        self.env.cr.execute(
            "UPDATE settlement_transaction SET is_current = FALSE WHERE id = %s",
            [fact.id],
        )
        self.env.invalidate_all()
        self.assertEqual(own(), [("processing", "January 2026", 2.0)])

    def test_fees_that_stand_alone(self):
        self.store(self.loose("fee", "-7"))
        groups = self.groups_of(self.pivot("Fees booked on their own"))
        own = [each for each in groups if each["backend_id"][0] == self.backend.id]
        self.assertEqual([each["net_amount:sum"] for each in own], [-7.0])

    def test_lists(self):
        self.business()
        payouts, wallets = (self.data["lists"][number] for number in ("1", "2"))
        batches = self.env["settlement.batch"].search(payouts["domain"], order="date")
        self.assertIn(self.batch(), batches)
        found = self.env["settlement.wallet"].search(wallets["domain"])
        self.assertIn(self.wallet, found)
        self.assertTrue(found.read(wallets["columns"]))
