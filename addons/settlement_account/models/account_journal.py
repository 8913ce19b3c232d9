from odoo import fields, models
from odoo.tools import SQL


class AccountJournal(models.Model):
    _inherit = "account.journal"

    settlement_turns = fields.Integer(
        readonly=True,
        copy=False,
        help="How often a worker has taken its turn to post settlements here.",
    )

    def _take_settlement_turn(self):
        """Make sure that nobody else posts settlements in this journal until we commit.

        Entries of a hashed journal are chained: a worker has to see the last one of
        the other. Writing the turn makes whoever began before it start again.

        :return: whether it is our turn; if not, another worker is at it.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        self.env.cr.execute(
            SQL(
                "UPDATE account_journal SET settlement_turns = "
                "COALESCE(settlement_turns, 0) + 1 WHERE id = %s",
                self.id,
            )
        )
        return True
