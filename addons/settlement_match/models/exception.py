from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.models.exception import DEADLINE_DAYS


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    match_id = fields.Many2one("settlement.match", index="btree_not_null")

    @api.model
    def _links(self):
        return {**super()._links(), "settlement.match": "match_id"}

    @api.model
    def _raise_many(self, model, found):
        """Do for many records of one model what ``_raise_for`` does for one.

        After a mass load thousands of payments wait for their documents; what is
        known about them already is left alone.

        :param model: empty recordset of the model of the subjects.
        :param found: list of (id, reason, sentence).
        """
        known = self._known_causes(model, found)
        missing = []
        for record_id, reason, sentence in found:
            exception_id, cause = known.get((record_id, reason), (None, None))
            if exception_id is None:
                missing.append((record_id, reason, sentence))
            elif cause != sentence:
                self._raise_for(model.browse(record_id), reason, sentence)
        self._open_many(model, missing)

    @api.model
    def _known_causes(self, model, found):
        """Return (subject id, reason) → (id, cause) of what is there already.

        Of an ignored one and an open one, the open one counts.
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT subject_id, reason, id, cause
                  FROM settlement_exception
                 WHERE subject_model = %s AND subject_id = ANY(%s)
                   AND state <> 'resolved'
                 ORDER BY state = 'ignored' DESC, id
                """,
                model._name,
                [record_id for record_id, *_rest in found],
            )
        )
        return {(subject, reason): (row, cause) for subject, reason, row, cause in rows}

    @api.model
    def _open_many(self, model, missing):
        """Open exceptions in one go, each with its event."""
        deadline = fields.Date.context_today(self) + timedelta(
            days=DEADLINE_DAYS["normal"]
        )
        # The pipeline may run for someone who may not write exceptions.
        quiet = self.sudo().with_context(tracking_disable=True)
        opened = quiet.create(
            [
                {
                    **self._opening_values(model.browse(record_id), None, None),
                    "reason": reason,
                    "cause": sentence,
                    "severity": "normal",
                    "team": self._team_of(reason),
                    "deadline": deadline,
                    "fixes": [],
                }
                for record_id, reason, sentence in missing
            ]
        )
        for exception in opened:
            self.env["settlement.event"]._log(
                "exception.opened",
                exception,
                reason=exception.reason,
                after={"cause": exception.cause},
            )
