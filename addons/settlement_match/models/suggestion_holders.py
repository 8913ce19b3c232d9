from odoo import api, models
from odoo.tools import SQL

from .claim import ITEM_COLUMNS


class SettlementSuggestion(models.AbstractModel):
    """Which match or proposal holds a candidate already."""

    _inherit = "settlement.suggestion"

    @api.model
    def _holders(self, keys):
        """Return which match or proposal has taken these items, in words, by key."""
        by_model = {}
        for model, row_id in keys:
            by_model.setdefault(model, []).append(row_id)
        found = {}
        for model, ids in by_model.items():
            free = self.env["settlement.claim"]._free_minor(self.env[model].browse(ids))
            query = self._holders_sql(ITEM_COLUMNS[model], ids)
            for row_id, match_id, state in self.env.execute_query(query):
                found[model, row_id] = self._holder_words(
                    match_id, state, free.get(row_id, 0)
                )
        return found

    @api.model
    def _holders_sql(self, column, ids):
        """Return the latest match of each item that is not undone."""
        return SQL(
            """
            SELECT DISTINCT ON (line.%(column)s) line.%(column)s, match.id, match.state
              FROM settlement_match_line line
              JOIN settlement_match match ON match.id = line.match_id
             WHERE line.%(column)s = ANY(%(ids)s)
               AND match.state IN ('proposed', 'confirmed')
             ORDER BY line.%(column)s, match.state, match.id DESC
            """,
            column=SQL.identifier(column),
            ids=ids,
        )

    @api.model
    def _holder_words(self, match_id, state, free):
        match = self.env["settlement.match"].browse(match_id).display_name
        if state == "proposed":
            return self.env._("Proposal %(match)s waits for a decision.", match=match)
        if free:
            return self.env._("Match %(match)s holds a part of it.", match=match)
        return self.env._("Match %(match)s holds all of it.", match=match)
