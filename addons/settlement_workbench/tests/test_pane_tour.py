from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .pane_case import PaneCase


@tagged("post_install", "-at_install")
class TestPaneTour(PaneCase, HttpCase):
    """A morning at the pane, without a mouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        one = cls.maker()
        cls.named = one.invoice(400)
        cls.twins = [one.invoice(200) for _number in range(2)]
        cls.short = one.invoice(100)
        rows = [
            one.row(gross="400", invoice_reference=cls.named.name),
            one.row(gross="200"),
            one.row(gross="99.50"),
            one.row(gross="7"),
        ]
        one.store(*one.payout(*rows))
        one.match(rows[2], cls.short)
        one.post()
        # Other tests' data would stand in the same queue.
        known = cls.env["settlement.exception"].sudo()
        known.search([("company_id", "=", cls.company.id)])._set_state("ignored")
        cls.opened = [
            one.raised(one.stored(rows[0])),
            one.raised(one.stored(rows[1]), "ambiguous"),
            one.raised(
                one.stored(rows[2]),
                "amount_short",
                amount_minor=50,
                currency=cls.currency,
            ),
            one.raised(
                one.stored(rows[3]),
                "duplicate",
                amount_minor=10,
                currency=cls.currency,
            ),
        ]
        for user in (cls.accountant, cls.viewer):
            user.password = user.login

    def tour(self, name, user=None, url="/odoo/settlement-pane"):
        self.start_tour(url, name, login=(user or self.accountant).login, timeout=180)

    def states(self):
        self.env.invalidate_all()
        return [exception.state for exception in self.opened]

    def test_to_zero_by_keyboard(self):
        self.tour("settlement_pane_to_zero", url="/odoo/settlement-exceptions")
        self.assertEqual(self.states(), ["resolved"] * 3 + ["ignored"])
        self.assertEqual(self.named.payment_state, "paid")
        self.assertEqual(
            sorted(twin.payment_state for twin in self.twins), ["not_paid", "paid"]
        )
        self.assertEqual(self.short.payment_state, "paid")
        self.assertEqual(self.opened[3].ignore_code, "immaterial")

    def test_a_changed_situation_stops_it(self):
        self.tour("settlement_pane_changed")
        self.assertEqual(self.states()[0], "resolved")
        self.assertEqual(self.opened[0].user_id, self.accountant)

    def test_who_only_looks(self):
        # What is refused on purpose is no news.
        with mute_logger("odoo.http"):
            self.tour("settlement_pane_viewer", self.viewer)
        self.assertEqual(self.states(), ["open"] * 4)

    def test_keys(self):
        self.tour("settlement_pane_keys")
        self.assertFalse(self.accountant.settlement_single_keys)
        self.assertEqual(self.states(), ["open"] * 4)
