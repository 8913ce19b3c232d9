from unittest.mock import patch

from odoo.fields import Command

from .common import MatchCase


class RuleCase(MatchCase):
    """Accountant and approver, who decide what the engine may take for granted."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")
        cls.approver = cls.new_user("group_approver")
        cls.rules = cls.env["settlement.rule"]
        cls.versions = cls.env["settlement.rule.version"]

    def new_rule(self, name="Bank fees", **values):
        """Return a rule of the accountant, without any version."""
        return self.rules.with_user(self.accountant).create(
            {"name": name, "company_id": self.company.id, **values}
        )

    def draft(self, name="Bank fees", sequence=10, rule=None, limits=(), **values):
        """Return a draft of the accountant.

        :param limits: pairs of currency and amount.
        """
        rule = rule or self.new_rule(name, sequence=sequence)
        values = {"difference_kind": "fee", **values}
        if limits:
            values["tolerance_ids"] = [
                Command.create({"currency_id": currency.id, "amount": amount})
                for currency, amount in limits
            ]
        return self.versions.with_user(self.accountant).create(
            {"rule_id": rule.id, **values}
        )

    def approve(self, version):
        """Submit a draft and approve it as somebody else; return it as superuser."""
        version.action_submit("It is so.")
        with self.backtested():
            version.with_user(self.approver).action_approve()
        return version.with_env(self.env)

    def approved(self, *args, **values):
        """Return a version that holds."""
        return self.approve(self.draft(*args, **values))

    def backtested(self):
        """Take versions as tried on history."""
        return patch.object(
            type(self.versions), "_check_backtest", lambda version: None
        )
