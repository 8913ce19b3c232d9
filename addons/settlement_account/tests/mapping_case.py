from odoo.fields import Command

from .common import SettlementAccountCase


class MappingCase(SettlementAccountCase):
    """Codes that an accountant maps and an approver approves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.hold_days = 0
        cls.accountant = cls.new_user("group_accountant")
        cls.approver = cls.new_user("group_approver")
        cls.account = cls.company_data["default_account_expense"]
        cls.partner = cls.env["res.partner"].create({"name": "The Network"})
        cls.plan = cls.env["account.analytic.plan"].create({"name": "Centres"})
        cls.centre = cls.env["account.analytic.account"].create(
            {"name": "Shop", "plan_id": cls.plan.id}
        )
        cls.distribution = {str(cls.centre.id): 100.0}

    def mapped(self, code="own/code", backend=None, **values):
        """Return an approved mapping, by default to an expense account."""
        values = {"account_id": self.account.id, **values}
        mapping = (
            self.env["settlement.mapping"]
            .with_user(self.accountant)
            .create(
                {
                    "company_id": self.company.id,
                    "backend_id": (backend or self.backend).id,
                    "source_code": code,
                    **values,
                }
            )
        )
        mapping.action_submit()
        mapping.with_user(self.approver).action_approve()
        return mapping

    @classmethod
    def new_tax(cls, amount=20.0, reverse=False):
        """Return a purchase tax, on an account of its own."""
        account = cls.company_data["default_account_tax_purchase"]
        owed = cls.company_data["default_account_tax_sale"]
        shares = [(100.0, account)] + ([(-100.0, owed)] if reverse else [])
        lines = [
            Command.create({"repartition_type": "base", "factor_percent": 100.0}),
            *(
                Command.create(
                    {
                        "repartition_type": "tax",
                        "factor_percent": factor,
                        "account_id": taken.id,
                    }
                )
                for factor, taken in shares
            ),
        ]
        return cls.env["account.tax"].create(
            {
                "name": f"Tax {amount} {reverse}",
                "amount": amount,
                "type_tax_use": "purchase",
                "company_id": cls.company.id,
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": [
                    Command.create(dict(line[2])) for line in lines
                ],
            }
        )

    def on(self, account, move=None):
        """Return our lines on an account, of one entry if given."""
        domain = [("account_id", "=", account.id), ("settlement_role", "!=", False)]
        if move:
            domain.append(("move_id", "=", move.id))
        return self.env["account.move.line"].search(domain, order="id")
