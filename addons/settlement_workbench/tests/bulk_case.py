from odoo.addons.settlement.tests.common import ROLES
from odoo.addons.settlement_account.tests.common import SettlementAccountCase


class BulkCase(SettlementAccountCase):
    """Many exceptions, and the people who act on them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.write({"approval_limit": 500.0, "write_off_limit": 20.0})
        cls.users = {role: cls.new_user(role) for role in ROLES}
        cls.accountant = cls.users["group_accountant"]
        cls.approver = cls.users["group_approver"]
        cls.bulks = cls.env["settlement.bulk"]

    def subjects(self, count, start=0):
        """Return records that exceptions may be about."""
        messages = self.env["settlement.message"].sudo()
        for number in range(start, start + count):
            messages |= messages._receive(self.backend, "manual", b"%d" % number)
        return messages

    def opened(self, count, minor=100, reason="missing_data", start=0):
        """Return new exceptions of one reason, a message each."""
        messages = self.subjects(count, start)
        exceptions = self.env["settlement.exception"]
        for message in messages:
            exceptions |= exceptions._raise_for(
                message,
                reason,
                f"Row {message.id} is missing.",
                amount_minor=minor,
                currency=self.currency,
            )
        return exceptions

    def bulk_on(self, exceptions, user=None, **values):
        """Return the act of a user on exceptions, as that user holds it."""
        user = user or self.accountant
        bulks = self.bulks.with_user(user).with_context(
            allowed_company_ids=self.company.ids
        )
        action = bulks.action_open(ids=exceptions.ids, **values)
        return bulks.browse(action["res_id"])

    def ignoring(self, exceptions, user=None, code="agreed"):
        """Return an act that ignores exceptions, previewed."""
        values = {"reason": "Agreed by mail.", "code": code}
        return self.bulk_on(exceptions, user, verb="ignore", values=values)

    def work(self, bulk):
        """Do all chunks, as the scheduled action does."""
        while bulk.sudo()._advance():
            pass
        bulk.invalidate_recordset()
        return bulk

    def outcomes(self, bulk):
        return bulk.sudo().line_ids.mapped("state")
