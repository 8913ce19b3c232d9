from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.models.big_integer import minor_units
from odoo.addons.settlement.models.exception import OPEN_STATES

from ..services.batch_poster import POSTING_REASONS

# Verbs that give money up; all others decide on it.
WRITE_OFFS = ("write_off", "post_fee_variance", "fx_difference")


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    posting_id = fields.Many2one("settlement.posting", index="btree_not_null")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.posting": "posting_id"}

    def _approval_limit(self, verb):
        """Take the limit from the posting policy that holds for the exception.

        A write-off limit of 0 lets nobody write off alone; an approval limit of 0 is
        none.
        """
        self.ensure_one()
        policy = self._limiting_policy()
        if not policy:
            return super()._approval_limit(verb)
        name = "write_off_limit" if verb in WRITE_OFFS else "approval_limit"
        limit = policy._value(name)
        if verb not in WRITE_OFFS and not limit:
            return super()._approval_limit(verb)
        return minor_units(limit, policy.currency_id)

    def _limiting_policy(self):
        """Return the policy of the backend, else of the company, if there is one."""
        # A limit binds everybody, also those who may not read the policy.
        policies = self.env["settlement.posting.policy"].sudo()
        found = policies.search(
            [
                ("company_id", "=", self.company_id.id),
                ("backend_id", "in", (self.backend_id.id, False)),
            ]
        )
        return found.filtered("backend_id")[:1] or found[:1]

    @api.model
    def _stop_if_refused(self, *subjects):
        """Tell a person why what they asked for could not be posted.

        :raises UserError: with the causes that are open for one of the records.
        """
        causes = [
            cause
            for records in subjects
            for cause in self.search(
                [
                    ("subject_model", "=", records._name),
                    ("subject_id", "in", records.ids),
                    ("reason", "in", POSTING_REASONS),
                    ("state", "in", OPEN_STATES),
                ]
            ).mapped("cause")
        ]
        if causes:
            raise UserError("\n".join(causes))

    @api.model
    def get_empty_list_help(self, help_message):
        """Say how to begin where nothing is connected yet."""
        first = self.env["settlement.backend"]._first_run_help()
        return first or super().get_empty_list_help(help_message)
