from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from odoo.addons.settlement.models.big_integer import BigInteger
from odoo.addons.settlement_match.models.match import METHODS

KINDS = [
    ("match", "Match"),
    ("posting", "Posting"),
    ("exception", "Resolution"),
]
# Ids of three tables in one list: each row has the id of its record times this, and
# the place of its kind.
WIDTH = 4


class SettlementAct(models.Model):
    """Everything that was done, by people and by the machine, in one list."""

    _name = "settlement.act"
    _description = "What Was Done"
    _auto = False
    _log_access = False
    _order = "done_at desc, id desc"

    kind = fields.Selection(KINDS, "What", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    method = fields.Selection(METHODS, readonly=True)
    rule_version_id = fields.Many2one(
        "settlement.rule.version", "Rule and Version", readonly=True
    )
    verb = fields.Char("Done with", readonly=True)
    done_at = fields.Datetime("When", readonly=True)
    user_id = fields.Many2one("res.users", "Who", readonly=True)
    by_machine = fields.Boolean("By Itself", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    amount_minor = BigInteger("Amount (minor units)", readonly=True)
    amount = fields.Monetary(compute="_compute_words")
    sentence = fields.Char("What It Was", compute="_compute_words")
    is_undone = fields.Boolean("Undone", readonly=True)
    can_undo = fields.Boolean(readonly=True)
    undone_at = fields.Datetime(readonly=True)
    undo_reason = fields.Text("Why Undone", readonly=True)
    match_id = fields.Many2one("settlement.match", readonly=True)
    posting_id = fields.Many2one("settlement.posting", readonly=True)
    exception_id = fields.Many2one("settlement.exception", readonly=True)

    @property
    def _table_query(self):
        """Return the matches, postings and resolutions as one set of rows."""
        machines = (SUPERUSER_ID, self.env["settlement.backend"]._bot().id)
        return SQL(
            "%s UNION ALL %s UNION ALL %s",
            self._matches_sql(),
            self._postings_sql(machines),
            self._exceptions_sql(machines),
        )

    @api.model
    def _matches_sql(self):
        return SQL(
            """
            SELECT match.id::int8 * %(width)s AS id, 'match' AS kind, match.company_id,
                   match.method, match.rule_version_id, NULL::varchar AS verb,
                   match.decided_at AS done_at, match.decided_by_id AS user_id,
                   COALESCE(match.is_automatic, FALSE) AS by_machine,
                   match.currency_id, match.amount_minor,
                   match.state = 'undone' AS is_undone,
                   match.state IN ('confirmed', 'posted') AS can_undo,
                   match.undone_at, match.undo_reason, match.id AS match_id,
                   NULL::int4 AS posting_id, NULL::int4 AS exception_id
              FROM settlement_match match
             WHERE match.state IN ('confirmed', 'posted', 'undone')
            """,
            width=WIDTH,
        )

    @api.model
    def _postings_sql(self, machines):
        return SQL(
            """
            SELECT posting.id::int8 * %(width)s + 1, 'posting', posting.company_id,
                   NULL::varchar, NULL::int4, posting.kind::varchar,
                   posting.create_date, posting.create_uid,
                   posting.create_uid IN %(machines)s, posting.currency_id,
                   round(posting.amount * 10::numeric ^ currency.decimal_places)::int8,
                   posting.state = 'reversed',
                   posting.state = 'posted' AND posting.kind <> 'difference',
                   CASE WHEN posting.state = 'reversed' THEN posting.write_date END,
                   posting.reason, NULL::int4, posting.id, NULL::int4
              FROM settlement_posting posting
              JOIN res_currency currency ON currency.id = posting.currency_id
             WHERE posting.kind <> 'reversal'
            """,
            width=WIDTH,
            machines=machines,
        )

    @api.model
    def _exceptions_sql(self, machines):
        return SQL(
            """
            SELECT exception.id::int8 * %(width)s + 2, 'exception',
                   exception.company_id, NULL::varchar, NULL::int4,
                   exception.resolved_verb, exception.resolved_at,
                   exception.resolved_by_id, exception.resolved_by_id IN %(machines)s,
                   exception.currency_id, exception.amount_minor, FALSE,
                   exception.resolved_verb IS NOT NULL, NULL::timestamp, NULL::text,
                   NULL::int4, NULL::int4, exception.id
              FROM settlement_exception exception
             WHERE exception.state IN ('resolved', 'ignored')
            """,
            width=WIDTH,
            machines=machines,
        )

    @api.depends("match_id", "posting_id", "exception_id", "amount_minor")
    def _compute_words(self):
        for act in self:
            factor = 10**act.currency_id.decimal_places
            act.amount = (act.amount_minor or 0) / factor if act.currency_id else 0
            act.sentence = act._words()

    def _words(self):
        self.ensure_one()
        if self.match_id:
            return (self.match_id.sentence or "").replace("\n", " ")
        if self.posting_id:
            return self.posting_id.display_name
        exception = self.exception_id
        parts = (exception.resolution, exception.headline)
        return " · ".join(filter(None, parts)).replace("\n", " ")

    def _subject(self):
        """Return the record that this row is about."""
        self.ensure_one()
        return self.match_id or self.posting_id or self.exception_id

    def action_open_subject(self):
        """Open what was done."""
        self.ensure_one()
        self.check_access("read")
        return self._subject()._get_records_action(target="current")

    def action_undo(self):
        """Open what taking these acts back would do.

        :raises AccessError: without a role that works on exceptions.
        :raises UserError: if nothing of it can be taken back.
        """
        self.check_access("read")
        values = [
            {
                "company_id": act.company_id.id,
                "match_id": act.match_id.id,
                "posting_id": act.posting_id.id,
                "exception_id": act.exception_id.id,
                "currency_id": act.currency_id.id,
                "amount_minor": act.amount_minor,
            }
            for act in self.filtered("can_undo")
        ]
        return self.env["settlement.bulk"]._new_undo(values)._open_undo()
