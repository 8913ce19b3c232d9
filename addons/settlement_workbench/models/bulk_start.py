from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import OPEN_STATES

from ..bulk.frozen import exceeding, list_digest


class SettlementBulk(models.Model):
    """Starting, and the one approval for a set that is above the limit."""

    _inherit = "settlement.bulk"

    def action_start(self, preview_hash=None):
        """Begin, or ask another person to agree to the whole set.

        :param preview_hash: hash of the preview that was looked at, if it was.
        :raises AccessError: without the role for the verb.
        :raises UserError: before the preview, or if the preview is another one now.
        """
        self._require_draft()
        if not self.preview_hash:
            raise UserError(self.env._("Look at the preview first."))
        if preview_hash and preview_hash != self.preview_hash:
            raise UserError(
                self.env._("The preview has changed since. Look at it again.")
            )
        self._check_verb(self.verb, self.given or {})
        self._lock_draft()
        if self._asks_approval():
            return self._ask_approval()
        self.sudo().needs_approval = False  # the role was checked
        self._begin(self.env.user)
        return True

    def _lock_draft(self):
        """Let only one of two clicks start it."""
        # Everybody who may start it may lock it.
        if not self.sudo().try_lock_for_update():
            raise UserError(self.env._("It is being started right now."))
        self.invalidate_recordset(["state"])
        self._require_draft()

    def _begin(self, user):
        """Have the rows worked on with the rights of ``user``."""
        self._set_state("running", acting_user_id=user.id, started_at=self.env.cr.now())
        self._wake()

    # ------------------------------------------------------------------
    # Somebody else agrees
    # ------------------------------------------------------------------

    def _asks_approval(self):
        """Return whether another person has to agree to this act.

        As for single rows; besides, all rows together count as one decision.
        """
        if self.kind == "undo":
            return False
        rows, given = self._open_rows(), self.given or {}
        if any(self._row_asks(exception, given) for exception in rows):
            return True
        approval = self.env["settlement.exception"]._verb(self.verb).approval
        return approval == "limit" and exceeding(self._stakes(rows)) is not None

    def _row_asks(self, exception, given):
        """Return whether a row needs another person; one that fails says so later."""
        try:
            return exception._needs_another(self.verb, given)
        except UserError:
            return False

    def _stakes(self, rows):
        """Yield what each row decides on, and up to where one person may."""
        limits = {}
        for exception in rows:
            key = (exception.company_id, exception.backend_id)
            if key not in limits:
                limits[key] = exception._approval_limit(self.verb)
            if limits[key] is not None:
                stake = exception._amount_at_stake(self.verb, self.given or {})
                yield stake, limits[key]

    def _open_rows(self):
        return self.env["settlement.exception"].search(
            [
                ("bulk_line_ids.bulk_id", "=", self.id),
                ("state", "in", OPEN_STATES),
            ],
            order="id",
        )

    def _ask_approval(self):
        """Freeze the list and wait for another person to agree to all of it."""
        self._freeze()
        request = self.env["settlement.approval"]._request(
            self,
            self._approval_content(),
            counted(
                self.env._(
                    "%(what)s for %(count)s {exception|exceptions}: %(sums)s",
                    what=dict(self._verb_selection())[self.verb],
                    count=self.chosen_count,
                    sums=", ".join(each["amount"] for each in self._sums()) or "-",
                ),
                self.chosen_count,
            ),
        )
        self._set_state("waiting", approval_id=request.id, needs_approval=True)
        return True

    def _freeze(self):
        """Write down of each row what it is that is agreed to."""
        given = self.given or {}
        rows = [
            (exception.id, exception._fingerprint(self.verb, given))
            for exception in self._open_rows()
        ]
        if not rows:
            raise UserError(self.env._("None of the rows is open any more."))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_bulk_line line
                   SET fingerprint = frozen.fingerprint
                  FROM unnest(%s::int4[], %s::text[]) frozen (id, fingerprint)
                 WHERE line.bulk_id = %s AND line.exception_id = frozen.id
                """,
                [row_id for row_id, _fingerprint in rows],
                [fingerprint for _row_id, fingerprint in rows],
                self.id,
            )
        )
        self.env.invalidate_all()
        self.sudo().list_hash = self._list_hash()  # the role was checked

    def _list_hash(self):
        """Return the hash of the list as its rows hold it."""
        self.env.flush_all()
        query = SQL(
            "SELECT exception_id, COALESCE(fingerprint, '') FROM settlement_bulk_line "
            "WHERE bulk_id = %s",
            self.id,
        )
        return list_digest(self.env.execute_query(query))

    def _approval_content(self):
        """Return what an approver agrees to: this verb on this list."""
        self.ensure_one()
        bulk = self.sudo()
        return {
            "verb": bulk.verb,
            "values": bulk.given or {},
            "reason": bulk.reason or "",
            "rows": bulk.chosen_count,
            "sums": [f"{each['amount']} ({each['count']})" for each in bulk._sums()],
            "list": bulk._list_hash(),
        }

    def _approval_decided(self, approval):
        """Do what was approved, as who approved it, or give it back."""
        self.ensure_one()
        request = approval.sudo()  # whoever decides may read it
        if self.approval_id != approval or self.state != "waiting":
            return
        if request.state != "approved":
            self._give_back(request)
            return
        if not self.env["settlement.approval"]._approved(
            self, self._approval_content()
        ):
            raise UserError(
                self.env._(
                    "The list is not the one that approval was asked for. Refuse it."
                )
            )
        self._begin(self.env.user)

    def _give_back(self, request):
        """Tell who asked that it was refused, with the comment."""
        self._set_state("refused", note=request.decision_reason)
        # The comment goes to the requester, whoever follows the record.
        self.sudo().message_post(
            body=self.env._(
                "%(user)s refused: %(comment)s",
                user=request.decider_id.name,
                comment=request.decision_reason,
            ),
            author_id=request.decider_id.partner_id.id,
            partner_ids=request.requester_id.partner_id.ids,
        )

    def action_withdraw(self):
        """Take back a request that nobody has decided on yet.

        :raises AccessError: unless the user asked for it, or may decide.
        """
        self.ensure_one()
        self.check_access("read")
        if self.state != "waiting":
            raise UserError(self.env._("Nothing about it waits for a decision."))
        if self.user_id != self.env.user:
            self.env["settlement.backend"]._require_group("group_approver")
        else:
            self.env["settlement.exception"]._require_worker()
        sentence = self.env._("Taken back.")
        self.sudo().approval_id.sudo(False)._withdraw(sentence)
        self._set_state("refused", note=sentence)
