import time

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.models.exception import OPEN_STATES
from odoo.addons.settlement_account.planning.preview import Seen
from odoo.addons.settlement_account.services.dry_run import DryRun, as_dry

from ..bulk.frozen import digest
from .bulk_exception import NOT_TRIED

# So many rows are shown with all their entries, so many are tried for a preview,
# and so long it may take at most.
SHOWN_ROWS = 5
TRIED_ROWS = 200
PREVIEW_SECONDS = 8.0
SHOWN_REFUSALS = 50


class SettlementBulk(models.Model):
    """What an act would do: sums, entries, and the rows that would not work."""

    _inherit = "settlement.bulk"

    def action_preview(self):
        """Look what the act would do; nothing of it stays.

        :raises UserError: if nobody has said yet what to do.
        """
        self._require_draft()
        if not self.verb:
            raise UserError(self.env._("Choose what to do first."))
        tried = self._try_rows()
        preview = {
            "count": self.chosen_count,
            "effect": self.env["settlement.exception"]._verb(self.verb).effect,
            "sums": self._sums(),
            **self._blocked(),
            **tried,
        }
        return self._keep_preview(preview)

    def _keep_preview(self, preview):
        self.sudo().write(
            {
                "preview": preview,
                "preview_hash": digest(preview),
                "previewed_at": fields.Datetime.now(),
                "needs_approval": self._asks_approval(),
            }
        )
        return True

    def _sums(self):
        """Return what hangs on the rows, by currency, the largest group first."""
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """
                SELECT currency_id, count(*), sum(amount_minor)::int8
                  FROM settlement_bulk_line
                 WHERE bulk_id = %s
                 GROUP BY currency_id
                 ORDER BY 2 DESC, 1
                """,
                self.id,
            )
        )
        return [self._sum_words(*row) for row in found]

    def _sum_words(self, currency_id, count, minor):
        currency = self.env["res.currency"].browse(currency_id)
        amount = (minor or 0) / 10**currency.decimal_places
        return {
            "currency": currency.name or "",
            "count": count,
            "amount": currency.format(amount) if currency else "",
        }

    # ------------------------------------------------------------------
    # What will not work
    # ------------------------------------------------------------------

    def _blocked(self):
        """Return the rows of which it is known already that they will not work."""
        states = [state for state in OPEN_STATES if state != "waiting_approval"]
        domain = [
            ("bulk_line_ids.bulk_id", "=", self.id),
            ("state", "not in", states),
        ]
        exceptions = self.env["settlement.exception"]
        found = exceptions.search(domain, limit=SHOWN_REFUSALS)
        return {
            "blocked_count": exceptions.search_count(domain),
            "blocked": [
                {
                    "id": each.id,
                    "name": each.headline,
                    "sentence": each._refusal(self.verb),
                }
                for each in found
            ],
        }

    # ------------------------------------------------------------------
    # Dry run
    # ------------------------------------------------------------------

    def _try_rows(self):
        """Try the first rows for real and take all of it back.

        :return: the first entries in full, how many entries there are, and which of
            the rows tried fail with which sentence.
        """
        end = time.monotonic() + PREVIEW_SECONDS
        shown, failing, entries, tried = [], [], 0, 0
        for exception in self._rows_to_try():
            if tried and time.monotonic() > end:
                break
            tried += 1
            seen, sentence = exception._look(self.verb, self.given or {})
            if sentence:
                failing.append(
                    {"id": exception.id, "name": exception.headline, "why": sentence}
                )
                continue
            entries += len(seen.entries)
            if len(shown) < SHOWN_ROWS:
                shown.append(exception._shown(seen))
        return {
            "tried": tried,
            "entries": entries,
            "shown": shown,
            "failing": failing[:SHOWN_REFUSALS],
            "failing_count": len(failing),
        }

    def _rows_to_try(self):
        """Return the first exceptions of the act that may work."""
        return self.env["settlement.exception"].search(
            [
                ("bulk_line_ids.bulk_id", "=", self.id),
                ("state", "in", ("open", "in_progress")),
            ],
            limit=TRIED_ROWS,
        )


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def _refusal(self, verb):
        """Return why a verb does not work for this one now, "" if it may."""
        try:
            self._check_fits(verb)
        except UserError as error:
            return str(error)
        return ""

    def _look(self, verb, given):
        """Return (what acting would do to the ledger, "") or (None, why it fails)."""
        self.ensure_one()
        try:
            self._check_fits_dry(verb)
            # What asks a source or writes to a person is not tried.
            if verb in NOT_TRIED or self._reaches_out(verb):
                return Seen(), ""
            dry = as_dry(self)
            return DryRun(self.env).look(lambda: dry._act_dry(verb, dict(given))), ""
        except UserError as error:
            self.env.invalidate_all()
            return None, str(error)

    def _check_fits_dry(self, verb):
        """Raise UserError unless the verb fits, or waits for its own approval."""
        if self.state != "waiting_approval":
            self._check_fits(verb)

    def _act_dry(self, verb, given):
        """Do it as if everybody had agreed; the caller takes it back."""
        self._lock()
        if self.state == "waiting_approval":
            self._set_state("in_progress")
        self._check_fits(verb)
        self._act(verb, self._prepared(verb, given))

    def _shown(self, seen):
        """Return what is shown of entries to be, in names and formatted amounts."""
        self.ensure_one()
        return self._shown_of(self, seen)

    @api.model
    def _shown_of(self, row, seen):
        """Return what is shown of entries that acting on a row would make."""
        reader = self.new({"company_id": row.company_id.id})
        return {
            "id": row.id,
            "name": row.headline,
            "entries": reader._pane_entries(seen),
        }
