from odoo.tests import HttpCase, tagged

from .pane_case import PaneCase


@tagged("post_install", "-at_install")
class TestPaneTour(PaneCase, HttpCase):
    """A morning at the pane, without a mouse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.named = cls.invoice(cls, 400)
        cls.twins = [cls.invoice(cls, 200) for _number in range(2)]
        cls.short = cls.invoice(cls, 100)
        rows = [
            cls.row(cls, gross="400", invoice_reference=cls.named.name),
            cls.row(cls, gross="200"),
            cls.row(cls, gross="99.50"),
            cls.row(cls, gross="7"),
        ]
        cls.store(cls, *cls.payout(cls, *rows))
        cls.match(cls, rows[2], cls.short)
        cls.post(cls)
        # Other tests' data would stand in the same queue.
        known = cls.env["settlement.exception"].sudo()
        known.search([("company_id", "=", cls.company.id)])._set_state("ignored")
        cls.opened = [
            cls.raised(cls, cls.stored(cls, rows[0])),
            cls.raised(cls, cls.stored(cls, rows[1]), "ambiguous"),
            cls.raised(
                cls,
                cls.stored(cls, rows[2]),
                "amount_short",
                amount_minor=50,
                currency=cls.currency,
            ),
            cls.raised(
                cls,
                cls.stored(cls, rows[3]),
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
        self.tour("settlement_pane_viewer", self.viewer)
        self.assertEqual(self.states(), ["open"] * 4)

    def test_keys(self):
        self.tour("settlement_pane_keys")
        self.assertFalse(self.accountant.settlement_single_keys)
        self.assertEqual(self.states(), ["open"] * 4)
