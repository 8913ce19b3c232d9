from odoo.tests import tagged

from odoo.addons.settlement.canonical import money

from ..builders import CompanyBuilder, DocumentBuilder
from ..builders.company_builder import PASSWORD, USERS
from ..world import build
from .common import WorldCase


@tagged("post_install", "-at_install")
class TestBuilders(WorldCase):
    """What Odoo knows of a world is created as the world says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.world, _truth = build(3)
        cls.companies = cls.env["res.company"]
        cls.builder = CompanyBuilder(cls.env)
        for part in cls.world.companies:
            cls.companies |= cls.builder.build(part)
        cls.see_companies()

    def test_companies_keep_their_currencies(self):
        self.assertEqual(self.companies.mapped("currency_id.name"), ["EUR", "JPY"])
        self.assertEqual(set(self.companies.mapped("chart_template")), {"generic_coa"})
        self.assertEqual(self.companies.mapped("country_id.code"), ["DE", "JP"])

    def test_companies_are_built_once(self):
        again = [self.builder.build(part) for part in self.world.companies]
        self.assertEqual([company.id for company in again], self.companies.ids)

    def test_rates_are_those_of_the_world(self):
        part = self.world.companies[0]
        company = self.companies[0]
        day = max(part.rates)
        for code, rate in part.rates[day].items():
            currency = self.env.ref(f"base.{code}")
            found = company.currency_id._get_conversion_rate(
                company.currency_id, currency, company, day
            )
            self.assertAlmostEqual(found, float(rate), 6)

    def test_users_have_one_role_each(self):
        users = self.builder.build_users(self.companies)
        self.assertEqual(users.mapped("login"), list(USERS))
        self.assertEqual(self.builder.build_users(self.companies), users)
        for user in users:
            group, _name = USERS[user.login]
            self.assertTrue(user.has_group(f"settlement.{group}"))
            self.assertEqual(user.company_ids, self.companies)
            self.assertFalse(user.has_group("base.group_system"))
        self.env["res.users"]._login(
            {"login": "auditor", "password": PASSWORD, "type": "password"},
            {"interactive": False},
        )
        self.assertFalse(users[0].has_group("settlement.group_accountant"))

    def test_documents_have_the_numbers_and_amounts_of_the_world(self):
        part, company = self.world.companies[1], self.companies[1]
        builder = DocumentBuilder(self.env, company)
        moves = builder.build(part)
        self.assertEqual(len(moves), len(part.documents))
        for document in part.documents:
            move = moves[document.key]
            number = move.ref if document.kind == "bill" else move.name
            self.assertEqual((move.state, number), ("posted", document.number))
            exponent = money.exponent(document.currency)
            self.assertEqual(
                move.amount_residual, float(money.from_minor(document.amount, exponent))
            )
            self.assertEqual(move.invoice_date, document.day)
        self.assertEqual(builder.build(part), moves)
