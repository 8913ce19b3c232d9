from odoo import models
from odoo.tools import SQL

_STATE_FIELDS = ("match_state", "posting_state")


class SettlementTransaction(models.Model):
    _inherit = "settlement.transaction"

    def _field_to_sql(self, alias, fname, query=None):
        """Let lists and pivots group by the states, which stand in a narrow table."""
        if fname not in _STATE_FIELDS:
            return super()._field_to_sql(alias, fname, query)
        return SQL(
            "(SELECT processed.%s FROM settlement_transaction_state processed "
            "WHERE processed.transaction_id = %s)",
            SQL.identifier(fname),
            SQL.identifier(alias, "id"),
        )
