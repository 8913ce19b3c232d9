import json
from datetime import date, datetime
from decimal import Decimal

from odoo.tests import TransactionCase, new_test_user

from ..canonical.facts import BatchFact, FeeFact, TransactionFact

ROLES = (
    "group_viewer",
    "group_auditor",
    "group_integration_admin",
    "group_accountant",
    "group_approver",
)

# What matching says, where it is installed, about payments that find no document and
# payouts that find no bank entry. Tests of what a source delivers leave these out.
MATCHING_REASONS = (
    "late_payout",
    "missing_reference",
    "payout_missing_at_bank",
    "unmatched",
)


class SettlementCase(TransactionCase):
    """A company with one backend of canonical files and a wallet in euro."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Acme"})
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids}
        )
        cls.company = cls.company.with_env(cls.env)
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.backend = cls.new_backend("Provider")
        cls.wallet = cls.new_wallet(cls.backend)
        cls.store = cls.env["settlement.fact.store"]
        cls.transactions = cls.env["settlement.transaction"]

    @classmethod
    def new_backend(cls, name, company=None, **values):
        """Return a backend of canonical files."""
        return cls.env["settlement.backend"].create(
            {
                "name": name,
                "connector": "canonical",
                "company_id": (company or cls.company).id,
                **values,
            }
        )

    @classmethod
    def new_wallet(cls, backend, currency=None, account="ACC-1"):
        """Return a wallet of ``backend``."""
        return cls.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": account,
                "currency_id": (currency or cls.euro).id,
            }
        )

    @classmethod
    def new_user(cls, role, company=None, login=None):
        """Return a user with one role in one company."""
        company = company or cls.company
        return new_test_user(
            cls.env,
            login=login or f"{role}-{company.id}",
            groups=f"base.group_user,settlement.{role}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def charge(cls, external_id="txn_1", gross="100.00", fee="2.00", **values):
        """Return a TransactionFact of a charge with one processing fee."""
        gross, fee = Decimal(gross), Decimal(fee)
        fees = (FeeFact("processing", fee),) if fee else ()
        return TransactionFact(
            **{
                "currency": "EUR",
                "external_id": external_id,
                "kind": "charge",
                "gross_amount": gross,
                "fee_amount": fee,
                "net_amount": gross - fee,
                "fees": fees,
                "occurred_at": datetime(2026, 1, 10, 12, 0),
                "booked_on": date(2026, 1, 10),
                **values,
            }
        )

    @classmethod
    def payout(cls, external_id="po_1", total="98.00", **values):
        """Return a BatchFact of a payout."""
        return BatchFact(
            **{
                "currency": "EUR",
                "kind": "payout",
                "external_id": external_id,
                "date": date(2026, 1, 12),
                "total": Decimal(total),
                **values,
            }
        )

    @classmethod
    def receive(cls, content=b"{}", backend=None, **values):
        """Return a message with ``content``."""
        return cls.env["settlement.message"]._receive(
            backend or cls.backend, "manual", content, **values
        )

    @classmethod
    def store_facts(cls, *facts, backend=None, message=None):
        """Store facts as coming from one message; return the counters."""
        backend = backend or cls.backend
        message = message or cls.receive(repr(facts).encode(), backend=backend)
        return cls.store._store(backend, [(message, fact) for fact in facts])

    @classmethod
    def stored(cls, external_id="txn_1"):
        """Return all revisions of an identity, oldest first."""
        return cls.transactions.search(
            [("external_id", "=", external_id)], order="revision"
        )

    @classmethod
    def lines(cls, *objects):
        """Return objects as JSON Lines."""
        return b"".join(json.dumps(each).encode() + b"\n" for each in objects)

    @classmethod
    def charge_line(cls, external_id="txn_1", gross="100.00", **values):
        """Return a charge without fee as object of a canonical file."""
        return {
            "type": "transaction",
            "currency": "EUR",
            "external_id": external_id,
            "kind": "charge",
            "gross_amount": gross,
            "net_amount": gross,
            "occurred_at": "2026-01-10T12:00:00Z",
            "booked_on": "2026-01-10",
            **values,
        }
