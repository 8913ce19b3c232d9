from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# More than this is no decision any more but a rule to be written.
MOST_ROWS = 100_000


class SettlementBulk(models.Model):
    """Choosing: all rows of a filter, not only those on the page."""

    _inherit = "settlement.bulk"

    @api.model
    def action_open(self, domain=None, ids=None, reason=None, verb=None, values=None):
        """Open the preview of an act on all exceptions of a filter.

        :param domain: filter of exceptions; all that it finds are chosen.
        :param ids: or these exceptions.
        :param reason: only those of this reason; needed where there are several.
        :param verb: what to do, if that is known already.
        :param values: what the verb needs.
        :return: the form of the act, or the choice between the reasons.
        :raises AccessError: without a role that works on exceptions.
        :raises UserError: if nothing is found.
        """
        self.env["settlement.exception"]._require_worker()
        found = self._found(domain, ids)
        reasons = dict(self._reasons(found))
        if reason is None and len(reasons) == 1:
            reason = next(iter(reasons))
        if reason is None and reasons:
            return self._ask_reason(found, reasons)
        bulk = self._choose(found & Domain("reason", "=", reason), reason)
        if verb:
            bulk.action_set_verb(verb, **(values or {}))
        return bulk._open_form()

    @api.model
    def _found(self, domain, ids):
        """Return the filter of what is chosen, inside the company of the user."""
        if ids is not None:
            chosen = Domain("id", "in", [int(each) for each in ids])
        else:
            chosen = Domain(domain or [])
        return chosen & Domain("company_id", "=", self.env.company.id)

    @api.model
    def _reasons(self, found):
        return self.env["settlement.exception"]._read_group(
            found, ["reason"], ["__count"]
        )

    @api.model
    def _ask_reason(self, found, reasons):
        """Return the dialogue that asks which of several reasons to act on."""
        wizard = self.env["settlement.bulk.reason"].create(
            {
                "domain": repr(list(found)),
                "line_ids": [
                    (0, 0, {"reason": reason, "count": count})
                    for reason, count in sorted(
                        reasons.items(), key=lambda each: -each[1]
                    )
                ],
            }
        )
        return wizard._open()

    @api.model
    def _choose(self, found, reason, **values):
        """Return a new act on all exceptions that a filter finds today.

        :raises UserError: if there are none, or too many.
        """
        # Only what the user may see is chosen; rows are written by these methods only.
        found = Domain(found) & Domain("company_id", "=", self.env.company.id)
        chosen = self.env["settlement.exception"]._search(found)
        bulk = self.sudo().create(
            {
                "company_id": self.env.company.id,
                "user_id": self.env.uid,
                "reason": reason,
                **values,
            }
        )
        bulk.chosen_count = bulk._insert_lines(chosen)
        bulk._check_size()
        bulk = bulk.sudo(self.env.su)
        self.env["settlement.event"]._log(
            "bulk.chosen", bulk, after={"reason": reason, "chosen": bulk.chosen_count}
        )
        return bulk

    def _check_size(self):
        if not self.chosen_count:
            raise UserError(self.env._("The filter finds nothing to act on."))
        if self.chosen_count > MOST_ROWS:
            raise UserError(
                self.env._(
                    "These are %(count)s rows; %(most)s at a time can be decided. "
                    "Narrow the filter, or write a rule.",
                    count=self.chosen_count,
                    most=MOST_ROWS,
                )
            )

    def _insert_lines(self, chosen):
        """Insert a row for each exception of a query; return how many."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO settlement_bulk_line (bulk_id, company_id, exception_id,
                            currency_id, amount_minor, state)
                SELECT %(bulk)s, company_id, id, currency_id, amount_minor, 'waiting'
                  FROM settlement_exception
                 WHERE id IN %(chosen)s
                 ORDER BY severity_rank, deadline, id
                 LIMIT %(most)s
                """,
                bulk=self.id,
                chosen=chosen.subselect(),
                most=MOST_ROWS + 1,
            )
        )
        count = self.env.cr.rowcount
        self.env.invalidate_all()
        return count

    # ------------------------------------------------------------------
    # What to do
    # ------------------------------------------------------------------

    def action_set_verb(self, verb, **values):
        """Say what to do with the rows, and look what that would do.

        :param verb: name of a verb of exceptions.
        :param values: what it needs.
        :raises AccessError: without the role for the verb.
        :raises UserError: if it is none, or lacks a value.
        """
        self._require_draft()
        self._check_verb(verb, values)
        self.sudo().write(
            {"verb": verb, "given": values, "preview": False, "preview_hash": False}
        )
        self.action_preview()

    def _require_draft(self):
        self.ensure_one()
        self.env["settlement.exception"]._require_worker()
        self.check_access("read")
        if self.state != "draft":
            raise UserError(
                self.env._(
                    "%(bulk)s was started already; nothing was changed.",
                    bulk=self.display_name,
                )
            )
        if not self.env.su and self.user_id != self.env.user:
            raise UserError(
                self.env._(
                    "%(user)s is preparing this. Choose the rows yourself.",
                    user=self.user_id.name,
                )
            )

    def _check_verb(self, verb, values):
        """Check role, reason and values for all rows at once."""
        sample = self._sample()
        sample._require_role(verb)
        sample._check_values(verb, values)
        if self.reason and not sample._verb(verb).fits(self.reason):
            raise UserError(
                self.env._(
                    "%(verb)s is no way out of “%(reason)s”.",
                    verb=sample._verb(verb).label,
                    reason=sample[:1]._reason_label(),
                )
            )

    def _sample(self):
        """Return one of each team and company among the rows, as the user holds it."""
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """
                SELECT min(exception.id)
                  FROM settlement_bulk_line line
                  JOIN settlement_exception exception
                    ON exception.id = line.exception_id
                 WHERE line.bulk_id = %s
                 GROUP BY exception.team, exception.company_id
                 ORDER BY 1
                """,
                self.id,
            )
        )
        return self.env["settlement.exception"].browse([row_id for (row_id,) in found])

    def action_choose_verb(self):
        """Open the dialogue in which the verb and its values are chosen."""
        self._require_draft()
        wizard = self.env["settlement.exception.resolve"].create(
            {
                "exception_ids": [(6, 0, self._sample()[:1].ids)],
                "bulk_id": self.id,
                "verb": self.verb or False,
            }
        )
        return wizard._reopen()

    def action_discard(self):
        """Throw away an act that was never started."""
        self._require_draft()
        self.sudo().unlink()  # a draft did nothing; the role was checked
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "settlement.action_settlement_exception"
        )
        return {**action, "target": "main"}
