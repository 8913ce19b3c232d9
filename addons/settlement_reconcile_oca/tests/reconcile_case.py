from odoo.tests import Form

from odoo.addons.settlement_account.tests.ledger_case import LedgerCase

VIEW = "account_reconcile_oca.bank_statement_line_form_reconcile_view"


class ReconcileCase(LedgerCase):
    """Statement lines in front of a person who reconciles them in OCA's view."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant", name="reconcile")

    def key(self, *items):
        """Return what a click on these records says."""
        return ";".join(f"{item._name},{item.id}" for item in items)

    def choose(self, line, *items, user=None):
        """Click candidates in the view and save, one click for each."""
        with self.form(line, user) as form:
            for item in items:
                form.settlement_choice = self.key(item)
        return line

    def form(self, line, user=None):
        """Return the view; a click there writes a field that nobody sees."""
        form = Form(line.with_user(user or self.accountant), view=VIEW)
        for name in ("settlement_choice", "manual_reference"):
            form._view["modifiers"][name]["invisible"] = "False"
        return form

    def reconcile(self, line, *items, user=None):
        """Click candidates and then "Reconcile"; return what the button returns."""
        user = user or self.accountant
        self.choose(line, *items, user=user)
        result = line.with_user(user).reconcile_bank_line()
        self.env.invalidate_all()
        return result

    def unreconcile(self, line, user=None):
        """Click "Unreconcile"."""
        line.with_user(user or self.accountant).unreconcile_bank_line()
        self.env.invalidate_all()

    def shown(self, line):
        """Return (kind, journal item or account, amount) of what the view holds."""
        return [
            (
                each["kind"],
                (each.get("counterpart_line_ids") or [each["account_id"][0]])[0],
                each["amount"],
            )
            for each in line.reconcile_data_info["data"]
        ]

    def matches(self, line):
        """Return the matches of the row of a line, the latest first."""
        return self.row_of(line).match_line_ids.match_id.sorted("id", reverse=True)

    def proposed(self, line, item):
        """Propose to match the row of a line with an item."""
        matches = self.env["settlement.match"].sudo()
        return matches._propose([self.row_of(line)], [item]).sudo(False)

    def claimed(self, record):
        """Return what matches hold of a record, in minor units."""
        column = {
            "account.move.line": "move_line_id",
            "settlement.transaction": "transaction_id",
            "settlement.batch": "batch_id",
        }[record._name]
        claims = self.env["settlement.claim"].sudo()
        return claims.search([(column, "=", record.id)]).claimed_minor
