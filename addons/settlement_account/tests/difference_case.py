from decimal import Decimal

from odoo.fields import Command

from odoo.addons.settlement.canonical.facts import BatchFact

from .common import SettlementAccountCase


class DifferenceCase(SettlementAccountCase):
    """Matches that settle more, or less, than their money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.revenue = cls.company_data["default_account_revenue"]
        cls.bank_backend = cls.new_backend("Bank")
        cls.bank = cls.new_wallet(
            cls.bank_backend, account="DE89370400440532013000", is_bank=True
        )

    def version(self, **values):
        """Return an approved version of a rule, as its decision would leave it."""
        rule = self.env["settlement.rule"].create(
            {"name": "A rule", "company_id": self.company.id}
        )
        version = self.env["settlement.rule.version"].create(
            {"rule_id": rule.id, "tolerance_percent": 5, **values}
        )
        version.sudo()._write_decision(
            {
                "state": "approved",
                "approver_id": self.new_user("group_approver", name=version.id).id,
                "fingerprint": version._content_hash(),
            }
        )
        return version

    def charge(self, gross, day=10, fee="0"):
        """Return a stored charge, posted with payout ``po_1``."""
        charge = self.row(gross=gross, fee=fee, day=day)
        self.store(*self.payout(charge))
        return charge

    def bank_row(self, gross, day=12, name="st_1"):
        """Return a stored row of a statement."""
        kind = "bank_credit" if Decimal(gross) > 0 else "bank_debit"
        row = self.row(
            kind, gross, day=day, batch_kind="statement", batch_external_id=name
        )
        total = row.net_amount
        batch = BatchFact(
            currency=self.currency.name,
            kind="statement",
            external_id=name,
            date=row.booked_on,
            total=total,
            opening_balance=Decimal(0),
            closing_balance=total,
        )
        self.store(row, batch, backend=self.bank_backend)
        return row

    def differing(self, facts, moves, minor, kind, **values):
        """Confirm a match with a difference."""
        return self.match(
            facts, moves, difference=(minor, kind), kind="reference/x", **values
        )

    def post_all(self):
        for backend in (self.backend, self.bank_backend):
            self.post(backend)

    def difference_of(self, match):
        """Return the posting of a match's difference that holds."""
        return self.env["settlement.posting"].search(
            [("match_id", "=", match.id), ("state", "=", "posted")]
        )

    def booked(self, match):
        """Return (account, balance) of what a match's difference is booked as."""
        posting = self.difference_of(match)
        lines = posting.move_id.line_ids.sorted("sequence")
        return [
            (line.account_id, line.balance)
            for line in lines
            if line.settlement_role != "settled"
        ]

    def new_tax(self, amount=20.0, name="VAT", **values):
        """Return a tax on its own account."""
        account = self.env["account.account"].create(
            {
                "name": f"Tax {name}",
                "code": f"25{next(self.numbers):04}",
                "account_type": "liability_current",
            }
        )
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account.id}),
        ]
        return self.env["account.tax"].create(
            {
                "name": f"{name} {amount}",
                "amount": amount,
                "type_tax_use": "sale",
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
                **values,
            }
        )
