from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..engine import rematch
from ..engine.rule import Payment

# Transactions that are matched with one another in one piece of work.
CHUNK_ROWS = 2_000
# So many are matched at once; more of them by the scheduled action or by a job.
INLINE_ROWS = 500
# More than this is no fix any more but a run of the pipeline.
MOST_ROWS = 100_000

STATES = [
    ("waiting", "Waiting"),
    ("running", "Running"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]


class SettlementRematch(models.Model):
    """Matching everything again that something has been fixed for.

    The rows say what is still to do: whoever is interrupted, and whoever comes next,
    goes on from there.
    """

    _name = "settlement.rematch"
    _description = "Matching Again"
    _order = "id desc"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    version_id = fields.Many2one("settlement.rule.version", readonly=True)
    user_id = fields.Many2one("res.users", "Asked by", readonly=True, required=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="waiting", index=True
    )
    reason = fields.Char(readonly=True)
    total = fields.Integer("Payments", readonly=True)
    done_count = fields.Integer("Done", readonly=True)
    matched_count = fields.Integer("Matched", readonly=True)
    proposed_count = fields.Integer("Proposed", readonly=True)
    open_count = fields.Integer("Still Open", readonly=True)
    progress = fields.Float(compute="_compute_progress", help="In percent.")
    line_ids = fields.One2many("settlement.rematch.line", "rematch_id", readonly=True)
    finished_at = fields.Datetime(readonly=True)

    @api.depends("version_id", "reason")
    def _compute_display_name(self):
        for each in self:
            each.display_name = each.version_id.display_name or each.reason or ""

    @api.depends("done_count", "total")
    def _compute_progress(self):
        for each in self:
            each.progress = 100.0 * each.done_count / each.total if each.total else 100

    # ------------------------------------------------------------------
    # Starting
    # ------------------------------------------------------------------

    @api.model
    def _start(self, transactions, reason, version=None):
        """Match transactions again: at once if they are few, else in the background.

        :param transactions: of one company.
        :return: the settlement.rematch record.
        :raises UserError: if there is nothing to match.
        """
        waiting = transactions.filtered(
            lambda row: row.is_current and row.match_state in ("open", "proposed")
        )
        if not waiting:
            raise UserError(self.env._("Nothing of this is open."))
        if len(waiting) > MOST_ROWS:
            raise UserError(
                self.env._(
                    "%(count)s payments are open: let the pipeline match them.",
                    count=len(waiting),
                )
            )
        # Written by these methods only; the callers check the role.
        task = self.sudo().create(
            {
                "company_id": waiting.company_id.ensure_one().id,
                "version_id": version.id if version else False,
                "user_id": self.env.uid,
                "reason": reason,
                "total": len(waiting),
            }
        )
        task.line_ids.create(
            [
                {
                    "rematch_id": task.id,
                    "company_id": task.company_id.id,
                    "transaction_id": row.id,
                }
                for row in waiting.sorted("id")
            ]
        )
        self.env["settlement.event"]._log(
            "match.again", task, reason=reason, count=len(waiting)
        )
        task._begin()
        return task.sudo(self.env.su)

    def _begin(self):
        """Do the work now if it is little, else have it done soon."""
        self.ensure_one()
        if self.total <= INLINE_ROWS:
            while self._advance():
                pass
        elif self.env["settlement.backend"]._uses_jobs():
            self._enqueue()
        else:
            # Anyone who may ask for it may wake the scheduled action.
            self.env.ref("settlement_match.cron_rematch").sudo()._trigger()

    # ------------------------------------------------------------------
    # Working
    # ------------------------------------------------------------------

    def _enqueue(self):
        """Enqueue one job that does the next piece of work."""
        self.ensure_one()
        bot = self.env["settlement.backend"]._bot()
        self.with_user(bot).with_context(
            allowed_company_ids=self.company_id.ids
        ).with_delay(
            channel="root.settlement", description=f"Match again #{self.id}"
        )._job_advance()

    def _job_advance(self):
        """Do one piece of work; enqueue the next one if more waits."""
        # The rows were chosen by somebody with the role.
        if self.sudo()._advance():
            self._enqueue()

    @api.model
    def _cron_advance(self):
        """Do what waits, piece by piece, for as long as the scheduled action may."""
        progress = self.env["ir.cron"]._commit_progress
        # The rows were chosen by somebody with the role.
        tasks = self.sudo().search([("state", "in", ("waiting", "running"))])
        for task in tasks.sorted("id"):
            while task._advance():
                remaining = sum(each.total - each.done_count for each in tasks)
                if not progress(CHUNK_ROWS, remaining=remaining):
                    return

    def _advance(self):
        """Match the next rows; return whether more of them wait."""
        self.ensure_one()
        if not self.try_lock_for_update():
            return False
        self.invalidate_recordset(["state"])
        if self.state not in ("waiting", "running"):
            return False
        lines = self.line_ids.search(
            [("rematch_id", "=", self.id), ("state", "=", "waiting")],
            limit=CHUNK_ROWS,
            order="id",
        )
        if lines:
            rows = lines._still_open()
            if rows:
                self.env["settlement.matcher"]._match_transactions(rows)
            lines._note_outcome()
        return self._count_up()

    def _count_up(self):
        """Bring the counters up to date; return whether more rows wait."""
        counts = dict(
            self.line_ids._read_group(
                [("rematch_id", "=", self.id)], ["state"], ["__count"]
            )
        )
        waiting = counts.get("waiting", 0)
        self.write(
            {
                "done_count": self.total - waiting,
                "matched_count": counts.get("matched", 0),
                "proposed_count": counts.get("proposed", 0),
                "open_count": counts.get("open", 0),
                "state": "running" if waiting else "done",
                "finished_at": False if waiting else fields.Datetime.now(),
            }
        )
        return bool(waiting)

    def action_cancel(self):
        """Stop before the next piece of work; what is done stays.

        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Written by these methods only; the role was checked.
        self.sudo().filtered(lambda each: each.state in ("waiting", "running")).write(
            {"state": "cancelled", "finished_at": fields.Datetime.now()}
        )

    def _open_form(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------------
    # What a rule concerns
    # ------------------------------------------------------------------

    @api.model
    def _concerned(self, version):
        """Return the open transactions that meet the conditions of a version."""
        pure = version._engine_version()
        conditions = rematch.conditions_to_read(pure)
        found, last_id = [], 0
        while rows := self._open_rows(version.company_id, last_id):
            last_id = rows[-1]["id"]
            found += [
                row["id"]
                for row in rows
                if pure.is_effective(row["booked_on"])
                and conditions.hold(self._payment(row))
            ]
        return self.env["settlement.transaction"].browse(found)

    @api.model
    def _payment(self, row):
        return Payment(
            backend_id=row["backend_id"],
            currency_id=row["currency_id"],
            amount=row["gross_minor"],
            decimals=row["decimal_places"],
            booked_on=row["booked_on"],
            partner_ids=frozenset(row["partner_ids"]),
            account=row["account"],
            texts=tuple(row["texts"]),
        )

    @api.model
    def _open_rows(self, company, last_id):
        """Return the next open transactions of a company with what rules look at."""
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT fact.id, fact.backend_id, fact.booked_on, state.currency_id,
                       state.gross_minor, currency.decimal_places,
                       COALESCE(fact.counterparty_account, '') AS account,
                       %(texts)s AS texts,
                       array_remove(ARRAY[partner.id, partner.commercial_partner_id],
                            NULL) AS partner_ids
                  FROM settlement_transaction_state state
                  JOIN settlement_transaction fact ON fact.id = state.transaction_id
                  JOIN res_currency currency ON currency.id = state.currency_id
                  LEFT JOIN res_partner partner ON partner.id = fact.partner_id
                 WHERE state.company_id = %(company)s
                   AND state.match_state IN ('open', 'proposed')
                   AND fact.id > %(last_id)s
                   AND fact.booked_on IS NOT NULL
                 ORDER BY fact.id
                 LIMIT %(limit)s
                """,
                texts=self.env["settlement.matcher"]._all_texts_sql(),
                company=company.id,
                last_id=last_id,
                limit=CHUNK_ROWS,
            )
        )
