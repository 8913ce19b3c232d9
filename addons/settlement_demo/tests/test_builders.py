from dataclasses import replace

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.settlement.canonical import money

from ..builders import CompanyBuilder, DocumentBuilder, PaymentBuilder
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
        self.assertEqual(
            self.companies.mapped("currency_id.name"), ["EUR", "JPY", "KWD"]
        )
        self.assertEqual(set(self.companies.mapped("chart_template")), {"generic_coa"})
        self.assertEqual(self.companies.mapped("country_id.code"), ["DE", "JP", "KW"])

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

    def build_part(self, number, payments=()):
        """Return a part of the world with its documents, or with a few of them.

        :param payments: whose documents are enough.
        :return: (part, dict of documents, builder of payments).
        """
        part, company = self.world.companies[number], self.companies[number]
        if payments:
            wanted = {payment.document for payment in payments}
            documents = tuple(each for each in part.documents if each.key in wanted)
            part = replace(part, documents=documents, online_payments=tuple(payments))
        moves = DocumentBuilder(self.env, company).build(part)
        journals = {
            wallet.currency: self.env["account.journal"].create(
                {
                    "name": f"Stripe {wallet.currency}",
                    "code": f"S{wallet.currency}",
                    "type": "bank",
                    "company_id": company.id,
                    "currency_id": self.env.ref(f"base.{wallet.currency}").id,
                }
            )
            for wallet in part.plan.wallets
        }
        return part, moves, PaymentBuilder(self.env, company, journals)

    def test_three_decimals_survive(self):
        part, moves, _payments = self.build_part(2)
        precision = self.env["decimal.precision"].precision_get("Product Price")
        self.assertGreaterEqual(precision, 3)
        for document in part.documents:
            line = moves[document.key].invoice_line_ids
            exact = money.from_minor(document.amount, 3)
            self.assertEqual(f"{line.price_unit:.3f}", f"{exact:.3f}")
            self.assertAlmostEqual(line.price_subtotal, float(exact), 6)

    def test_documents_are_what_odoo_would_have_computed(self):
        some = self.world.companies[1].online_payments[:1]
        part, moves, _payments = self.build_part(1, some)
        (document,) = part.documents
        move = moves[document.key]
        computed = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": move.partner_id.id,
                "company_id": move.company_id.id,
                "currency_id": move.currency_id.id,
                "invoice_date": move.invoice_date,
                "invoice_date_due": move.invoice_date_due,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Goods",
                            "quantity": 1,
                            "price_unit": move.amount_total,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        computed.action_post()
        names = ("amount_total", "amount_residual", "amount_untaxed", "invoice_date")
        for name in names:
            self.assertEqual(move[name], computed[name], name)
        lines = [
            [
                (line.display_type, line.account_id, line.debit, line.credit)
                for line in each.line_ids.sorted("display_type")
            ]
            for each in (move, computed)
        ]
        self.assertEqual(*lines)

    def test_online_payments_are_booked_and_paid(self):
        some = self.world.companies[1].online_payments[:8]
        part, moves, builder = self.build_part(1, some)
        made = builder.build(part, moves)
        self.assertEqual(len(made), len(part.online_payments))
        for payment in part.online_payments:
            transaction, invoice = made[payment.key], moves[payment.document]
            self.assertEqual(transaction.state, "done")
            self.assertTrue(transaction.is_post_processed)
            self.assertEqual(transaction.payment_id.date, payment.day)
            self.assertFalse(transaction.payment_id.is_matched)
            self.assertEqual(invoice.payment_state, "paid")
            self.assertIn(payment.provider_reference, transaction.payment_id.memo)
            (outstanding,) = transaction.payment_id.move_id.line_ids.filtered(
                lambda line, entry=transaction.payment_id: (
                    line.account_id == entry.outstanding_account_id
                )
            )
            self.assertTrue(outstanding.amount_residual)
        again = builder.build(part, moves)
        self.assertEqual(again, made)

    def test_payment_that_odoo_has_not_booked(self):
        payments = self.world.companies[0].online_payments
        waiting = [payment for payment in payments if not payment.is_booked]
        some = [*waiting, *payments[:2]]
        part, moves, builder = self.build_part(0, some)
        made = builder.build(part, moves)
        self.assertTrue(waiting)
        for payment in waiting:
            self.assertEqual(made[payment.key].state, "done")
            self.assertFalse(made[payment.key].payment_id)
            self.assertEqual(moves[payment.document].payment_state, "not_paid")
