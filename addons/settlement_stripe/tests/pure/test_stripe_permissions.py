import pytest

from odoo.addons.settlement.canonical.errors import AuthenticationError, TransientError
from odoo.addons.settlement_stripe.client.permissions import refusals


class Client:
    """Answers as Stripe does for a key that may not read some things."""

    def __init__(self, **errors):
        self.errors = errors
        self.asked = []

    def __getattr__(self, name):
        def ask(params, limit):
            self.asked.append((name, params, limit))
            if name in self.errors:
                raise self.errors[name]

        return ask


def test_a_key_that_may_read_everything():
    client = Client()
    assert refusals(client) == {}
    assert client.asked == [
        ("balance_transactions", [], 1),
        ("payouts", [], 1),
        ("disputes", [], 1),
    ]


def test_what_is_refused_is_named_with_stripes_words():
    client = Client(
        payouts=AuthenticationError("needs rak_payout_read"),
        disputes=AuthenticationError("needs rak_dispute_read"),
    )
    assert refusals(client) == {
        "Payouts": "needs rak_payout_read",
        "Disputes": "needs rak_dispute_read",
    }


def test_an_outage_is_no_missing_permission():
    with pytest.raises(TransientError):
        refusals(Client(payouts=TransientError("down")))
