"""A small shop at a stand-in Stripe, for pure tests and Odoo tests alike.

The stand-in is loaded by its place on disk: importing the demonstration addon would
run its models, which are not there while this addon is tested.
"""

import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "settlement_demo" / "stand_in"
_PACKAGE = "settlement_stand_in"


def _load(name):
    if _PACKAGE not in sys.modules:
        spec = spec_from_file_location(
            _PACKAGE,
            _FOLDER / "__init__.py",
            submodule_search_locations=[str(_FOLDER)],
        )
        package = module_from_spec(spec)
        sys.modules[_PACKAGE] = package
        spec.loader.exec_module(package)
    return import_module(f"{_PACKAGE}.{name}")


_server = _load("stripe_server")
RateLimit = _server.RateLimit
StripeServer = _server.StripeServer
StripeWorld = _server.StripeWorld
StripeWebhooks = _load("stripe_webhooks").StripeWebhooks

# Built from parts, so that no scanner takes it for a real key.
KEY = "_".join(("sk", "test", "51StandInOfStripe0001"))
OLD_KEY = "_".join(("sk", "test", "51StandInOfStripe0000"))
RESTRICTED_KEY = "_".join(("rk", "test", "51StandInBalanceOnly1"))
NAMELESS_KEY = "_".join(("rk", "test", "51StandInNoAccount001"))
DAY = 86_400
START = 1_772_355_600  # 2026-03-01 09:00 UTC


def new_world(now=START + 30 * DAY):
    """Return an account without any rows."""
    return StripeWorld(
        account={
            "id": "acct_1Shop",
            "object": "account",
            "business_profile": {"name": "Shop Example GmbH"},
            "charges_enabled": True,
            "country": "DE",
            "default_currency": "eur",
            "settings": {"dashboard": {"display_name": "Shop", "timezone": "UTC"}},
        },
        keys={
            KEY: None,
            RESTRICTED_KEY: frozenset({"account", "balance"}),
            NAMELESS_KEY: frozenset(
                {"balance", "balance_transactions", "disputes", "payouts"}
            ),
        },
        now=now,
    )


def add_charge(world, number, *, created, amount=10_000, fee=320, **options):
    """Add one card charge in euro and return its balance transaction."""
    world.add_source(
        {
            "id": f"ch_{number:04}",
            "object": "charge",
            "amount": amount,
            "currency": "eur",
            "billing_details": {"name": "Änne Müller", "email": "a@example.com"},
            "description": f"INV/2026/{number:05}",
            "metadata": {},
            "payment_intent": f"pi_{number:04}",
            "payment_method_details": {"type": "card", "card": {"country": "DE"}},
        }
    )
    return world.add_transaction(
        {
            "id": f"txn_{number:04}",
            "object": "balance_transaction",
            "amount": amount,
            "available_on": (created // DAY + 2) * DAY,
            "balance_type": "payments",
            "created": created,
            "currency": "eur",
            "description": f"INV/2026/{number:05}",
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [
                {
                    "amount": fee,
                    "application": None,
                    "currency": "eur",
                    "description": "Stripe processing fees",
                    "type": "stripe_fee",
                }
            ],
            "net": amount - fee,
            "reporting_category": "charge",
            "source": f"ch_{number:04}",
            "type": "charge",
        },
        **options,
    )


def add_dispute(world, number, *, created, **changes):
    """Add the dispute of a charge, which has not moved any money yet."""
    return world.add_source(
        {
            "id": f"dp_{number:04}",
            "object": "dispute",
            "amount": 10_000,
            "balance_transactions": [],
            "charge": f"ch_{number:04}",
            "created": created,
            "currency": "eur",
            "evidence_details": {
                "due_by": created + 9 * DAY,
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
            },
            "metadata": {},
            "payment_intent": f"pi_{number:04}",
            "payment_method_details": {
                "type": "card",
                "card": {"brand": "visa", "network_reason_code": "10.4"},
            },
            "reason": "fraudulent",
            "status": "needs_response",
            **changes,
        }
    )


def add_dispute_row(world, number, *, created, amount=-10_000, fee=1_500):
    """Add the row by which a dispute takes money, or brings it back."""
    category = "dispute" if amount < 0 else "dispute_reversal"
    return world.add_transaction(
        {
            "id": f"txn_{category}_{number:04}",
            "object": "balance_transaction",
            "amount": amount,
            "available_on": (created // DAY + 1) * DAY,
            "balance_type": "payments",
            "created": created,
            "currency": "eur",
            "description": f"Chargeback of ch_{number:04}",
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [
                {
                    "amount": fee,
                    "application": None,
                    "currency": "eur",
                    "description": "Dispute fee",
                    "type": "stripe_fee",
                }
            ],
            "net": amount - fee,
            "reporting_category": category,
            "source": f"dp_{number:04}",
            "type": "adjustment",
        }
    )


def add_payout(world, name, *, created, amount, automatic=True, **changes):
    """Add a payout and its own balance transaction; return the payout."""
    payout = world.add_payout(
        {
            "id": f"po_{name}",
            "object": "payout",
            "amount": amount,
            "arrival_date": (created // DAY + 2) * DAY,
            "automatic": automatic,
            "balance_transaction": f"txn_po_{name}",
            "created": created,
            "currency": "eur",
            "reconciliation_status": "completed" if automatic else "not_applicable",
            "statement_descriptor": "SHOP EXAMPLE",
            "status": "paid",
            "trace_id": {"status": "supported", "value": f"TRACE-{name}"},
            **changes,
        }
    )
    world.add_transaction(
        {
            "id": f"txn_po_{name}",
            "object": "balance_transaction",
            "amount": -amount,
            "available_on": created,
            "created": created,
            "currency": "eur",
            "description": "STRIPE PAYOUT",
            "fee": 0,
            "fee_details": [],
            "net": -amount,
            "reporting_category": "payout",
            "source": f"po_{name}",
            "type": "payout",
        },
        payout=f"po_{name}" if automatic else "",
    )
    return payout


def shop_world(days=10, charges_a_day=3):
    """Return a shop with a payout of each day's charges on the next day."""
    world = new_world()
    number = 0
    for day in range(days):
        rows = []
        for hour in range(charges_a_day):
            number += 1
            created = START + day * DAY + hour * 600
            rows.append(add_charge(world, number, created=created))
        total = sum(row["net"] for row in rows)
        created = START + (day + 1) * DAY - 3600
        payout = add_payout(world, f"{day:02}", created=created, amount=total)
        world.assign([row["id"] for row in rows], payout["id"])
    return world
