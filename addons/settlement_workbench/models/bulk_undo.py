from odoo import models
from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import OPEN_STATES
from odoo.addons.settlement_account.services.dry_run import DryRun, as_dry

from .bulk_preview import TRIED_ROWS

# What a row may be about → what an undo list calls it.
SUBJECTS = {
    "match_id": "settlement.match",
    "posting_id": "settlement.posting",
    "exception_id": "settlement.exception",
}


class SettlementBulk(models.Model):
    """Taking back: a whole act, some of its rows, or anything from the undo list."""

    _inherit = "settlement.bulk"

    def action_undo(self):
        """Open what taking back all rows of this act would do.

        :raises AccessError: without a role that works on exceptions.
        :raises UserError: if nothing of it can be taken back.
        """
        self.ensure_one()
        return self.line_ids.action_undo()

    def _new_undo(self, values):
        """Return the draft of an undo on rows with these values."""
        self.env["settlement.exception"]._require_worker()
        if not values:
            raise UserError(self.env._("Nothing of this can be taken back."))
        companies = {each["company_id"] for each in values}
        if len(companies) > 1:
            raise UserError(self.env._("Take back what is of one company at a time."))
        # Drafts are written by these methods only; the role was checked.
        bulk = self.sudo().create(
            {
                "company_id": companies.pop(),
                "user_id": self.env.uid,
                "kind": "undo",
                "chosen_count": len(values),
            }
        )
        bulk.line_ids.create([{**each, "bulk_id": bulk.id} for each in values])
        bulk = bulk.sudo(self.env.su)
        bulk.action_preview()
        return bulk

    def _open_undo(self):
        """Return the dialogue that shows what an undo does, and asks why."""
        wizard = self.env["settlement.undo"].create({"bulk_id": self.id})
        return wizard._open()

    # ------------------------------------------------------------------
    # The parts of an act that are others for an undo
    # ------------------------------------------------------------------

    def action_preview(self):
        if self.kind != "undo":
            return super().action_preview()
        self._require_draft()
        preview = {
            "model": "settlement.bulk.line",
            "count": self.chosen_count,
            "effect": self.env._(
                "Takes back what was done. The trace of it stays, with your reason."
            ),
            "sums": self._sums(),
            "blocked": [],
            "blocked_count": 0,
            **self._try_rows(),
        }
        return self._keep_preview(preview)

    def _rows_to_try(self):
        if self.kind != "undo":
            return super()._rows_to_try()
        return self.line_ids.search([("bulk_id", "=", self.id)], limit=TRIED_ROWS)

    def _check_verb(self, verb, values):
        if self.kind != "undo":
            return super()._check_verb(verb, values)
        if not (self.undo_reason or "").strip():
            raise UserError(self.env._("Say why this is taken back."))

    def _check_role(self):
        if self.kind != "undo":
            return super()._check_role()
        self.env["settlement.exception"]._require_worker()

    def _retried_lines(self):
        lines = super()._retried_lines()
        return (
            lines if self.kind != "undo" else lines.filtered(lambda line: not line.acts)
        )

    def _new_attempt(self, lines):
        if self.kind != "undo":
            return super()._new_attempt(lines)
        return self._new_undo([line._undo_values() for line in lines])._open_undo()


class SettlementBulkLine(models.Model):
    _inherit = "settlement.bulk.line"

    def action_undo(self):
        """Open what taking back these rows would do.

        :raises AccessError: without a role that works on exceptions.
        :raises UserError: if nothing of it can be taken back.
        """
        self.check_access("read")
        lines = self.filtered("can_undo")
        values = [line._undo_values() for line in lines]
        return self.env["settlement.bulk"]._new_undo(values)._open_undo()

    def _undo_values(self):
        """Return the values of the row that takes this one back."""
        self.ensure_one()
        is_act = self.bulk_id.kind == "resolve"
        return {
            "company_id": self.company_id.id,
            **{name: self[name].id for name in SUBJECTS},
            "origin_id": self.id if is_act else self.origin_id.id,
            "currency_id": self.currency_id.id,
            "amount_minor": self.amount_minor,
        }

    # ------------------------------------------------------------------
    # One row
    # ------------------------------------------------------------------

    def _act(self):
        if self.bulk_id.kind != "undo":
            return super()._act()
        bulk = self.bulk_id
        actor = bulk._as_actor(self)
        guard = bulk._as_actor(self.env["settlement.exception"])
        outcome = guard._guarded(lambda: actor._take_back(bulk.undo_reason))
        self._note(outcome)
        if outcome["outcome"] == "done" and self.origin_id:
            self.origin_id.undone_at = self.finished_at

    def _take_back(self, reason):
        """Take back what this row is about, with the rights of who acts."""
        self.ensure_one()
        if self.origin_id.undone_at:
            raise UserError(self.env._("This row was taken back already."))
        if self.match_id:
            self._take_back_match(self.match_id, reason)
        elif self.posting_id:
            self.posting_id.action_reverse(reason)
        else:
            before = self.origin_id.before if self.origin_id else None
            self.exception_id.action_take_back(reason, before=before)

    def _take_back_match(self, match, reason):
        if match.state == "undone":
            raise UserError(
                self.env._(
                    "This was undone already, by %(user)s on %(when)s.",
                    user=match.undone_by_id.name or "?",
                    when=match.undone_at,
                )
            )
        match.action_undo(reason)

    # What the preview of an act asks of each row

    @property
    def headline(self):
        """What this row is about, in one line, as of exceptions."""
        return self.display_name

    def _look(self, _verb, _given):
        """Return (what taking it back does to the ledger, "") or (None, why not)."""
        dry = as_dry(self)
        reason = self.env._("A look at what it would do.")
        try:
            seen = DryRun(self.env).look(lambda: dry._take_back(reason))
        except UserError as error:
            self.env.invalidate_all()
            return None, str(error)
        return seen, ""

    def _shown(self, seen):
        """Return what is shown of it; exchange entries taken back have their name."""
        shown = self.env["settlement.exception"]._shown_of(self, seen)
        exchange = self.company_id.sudo().currency_exchange_journal_id
        count = sum(entry.journal_id == exchange.id for entry in seen.entries)
        if count:
            shown["note"] = counted(
                self.env._(
                    "Odoo takes back %(count)s exchange {entry|entries}.", count=count
                ),
                count,
            )
        return shown


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def action_take_back(self, reason="", before=None):
        """Take back how these exceptions were resolved, and open them again.

        :param reason: why; required.
        :param before: state and assignee as they were, if known.
        :raises AccessError: without the role that the postings or matches need.
        :raises UserError: if there is nothing to take back, or it stands in the way
            of something else.
        """
        # Who may not work on these may not open them again either.
        self._require_role("assign")
        self.check_access("write")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this is taken back."))
        for exception in self:
            exception._lock()
            if exception.state == "waiting_approval":
                raise UserError(
                    self.env._("It waits for an approval. Take the request back first.")
                )
            exception._take_back_acts(reason)
            exception._reopen(reason, before or {})

    def _take_back_acts(self, reason):
        """Undo the matches that it made, or else reverse its postings."""
        acts = self.acts or {}
        matches = self.env["settlement.match"].browse(acts.get("settlement.match", []))
        standing = matches.exists().filtered(lambda match: match.state != "undone")
        if standing:
            standing.action_undo(reason)
            return
        postings = self.env["settlement.posting"]
        ids = acts.get("settlement.posting", [])
        posted = (
            postings.browse(ids)
            .exists()
            .filtered(lambda posting: posting.state == "posted")
        )
        if posted and not matches:
            posted.action_reverse(reason)

    def _reopen(self, reason, before):
        """Open it again as it was, unless it has been opened anew already."""
        self.ensure_one()
        known = self.search(
            [
                ("subject_model", "=", self.subject_model),
                ("subject_id", "=", self.subject_id),
                ("reason", "=", self.reason),
                ("state", "in", OPEN_STATES),
            ]
        )
        if known - self:
            return
        was = {"state": self.state, "resolution": self.resolution}
        self._set_state(
            "in_progress" if before.get("user") or self.user_id else "open",
            user_id=before.get("user", self.user_id.id),
            resolution=False,
            resolved_at=False,
            resolved_by_id=False,
            ignore_code=False,
            twin_id=False,
            acts=False,
            resolved_verb=False,
        )
        self.env["settlement.event"]._log(
            "exception.reopened", self, reason=reason, before=was
        )
        self.message_post(body=self.env._("Opened again: %(why)s", why=reason))
