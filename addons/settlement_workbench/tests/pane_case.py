from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.settlement_account.tests.common import SettlementAccountCase


class PaneCase(SettlementAccountCase):
    """Exceptions in front of a person, with the ledger behind them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"hold_days": 0, "write_off_limit": 100})
        cls.accountant = cls.new_user("group_accountant", name="pane")
        cls.approver = cls.new_user("group_approver", name="pane")
        cls.viewer = cls.new_user("group_viewer", name="pane")
        cls.auditor = cls.new_user("group_auditor", name="pane")

    @classmethod
    def maker(cls):
        """Return an instance whose methods make data for all tests of the class."""
        return cls("setUp")

    @classmethod
    def outsider(cls, role="group_accountant"):
        """Return a user of another company."""
        other = cls.env["res.company"].create({"name": f"Elsewhere {role}"})
        return cls.new_user(role, other, name="elsewhere")

    @classmethod
    def nobody(cls):
        """Return a user without any role of the suite."""
        return new_test_user(
            cls.env,
            login="nobody",
            groups="base.group_user",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )

    def raised(self, record, reason="unmatched", user=None, **values):
        """Return an open exception about a record, as a user sees it."""
        exceptions = self.env["settlement.exception"].sudo()
        raised = exceptions._raise_for(record, reason, "Nobody knows why.", **values)
        return raised.with_user(user or self.accountant).sudo(False)

    def waiting_charge(self, gross="100", fee="0", **values):
        """Return the row of a charge that stands on suspense in the ledger."""
        charge = self.row(gross=gross, fee=fee, **values)
        self.store(*self.payout(charge))
        self.post()
        return self.stored(charge)

    def key(self, move):
        """Return what the pane calls the open item of a document."""
        line = self.open_item(move)
        return ["account.move.line", line.id]

    def sums(self, *tables):
        """Return table → checksum of all of its rows."""
        self.env.flush_all()
        found = {}
        for table in tables or self.tables():
            self.env.cr.execute(
                SQL(
                    """
                    SELECT count(*),
                           md5(string_agg(md5(t::text), '' ORDER BY md5(t::text)))
                      FROM %s t
                    """,
                    SQL.identifier(table),
                )
            )
            found[table] = self.env.cr.fetchone()
        return found

    def tables(self):
        """Return every table of the database that holds business data."""
        self.env.cr.execute(
            """SELECT relname FROM pg_class
                WHERE relkind = 'r' AND relpersistence = 'p'
                  AND relnamespace = 'public'::regnamespace
                  AND relname ~ '^(settlement|account|mail|payment|queue|bus|res_c)'"""
        )
        return [row[0] for row in self.env.cr.fetchall()]
