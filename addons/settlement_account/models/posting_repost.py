from odoo import models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning.preview import changes, digest_of_changes
from ..services.dry_run import DryRun
from ..services.entry_writer import to_float
from ..services.reposter import Reposter

REPOSTABLE = ("batch", "cutoff", "correction")


class SettlementPosting(models.Model):
    """Posting the same rows once more, by the policy as it is now."""

    _inherit = "settlement.posting"

    def action_preview_repost(self):
        """Open what would change if these were posted again by today's policy.

        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        wizard = self.env["settlement.posting.repost"].create(
            {"posting_ids": [(6, 0, self.ids)]}
        )
        return wizard._open()

    def action_repost(self, reason="", preview_hash=None):
        """Reverse these postings and post their rows again, all or nothing.

        What they had settled is settled again.

        :param reason: why; required.
        :param preview_hash: of the preview that was looked at; the posting must still
            be the same.
        :return: the new settlement.posting records; none if it waits for an approver.
        :raises AccessError: without the approver role.
        :raises UserError: without a reason, in a closed period, if nothing would
            change, or if the situation has changed since the preview.
        """
        self.env["settlement.backend"]._require_group("group_approver")
        self.check_access("read")
        if not (reason or "").strip():
            raise UserError(self.env._("Say why this is posted again."))
        # Postings are written by these methods only; the role was checked.
        postings = self.sudo()
        found, digest = postings._repost_changes(reason)
        if preview_hash and preview_hash != digest:
            raise UserError(
                self.env._(
                    "The situation has changed since the preview. Nothing was posted; "
                    "look at it again."
                )
            )
        if not found:
            raise UserError(
                self.env._("Posted again it would be the same. Nothing was changed.")
            )
        if not postings._may_repost(found, reason):
            return self.browse()
        return postings._repost(reason.strip()).sudo(False)

    def _repost(self, reason, moves_dates=False):
        """Reverse and post again; return the new postings."""
        self.lock_for_update()
        new = self.browse()
        for backend, postings in self.grouped("backend_id").items():
            postings._check_may_repost()
            new |= Reposter(backend, moves_dates).repost(postings, reason)
        return new

    def _check_may_repost(self):
        for posting in self:
            if posting.state != "posted" or posting.kind not in REPOSTABLE:
                raise UserError(
                    self.env._(
                        "%(posting)s cannot be posted again: only payouts and "
                        "cut-offs that are posted can.",
                        posting=posting.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # What would change
    # ------------------------------------------------------------------

    def _repost_changes(self, reason, moves_dates=False):
        """Return (Changes by account and partner, digest) of posting these again."""
        before = self._ledger_lines()
        new = []

        def act():
            postings = self._repost(reason, moves_dates)
            new.extend(postings._ledger_lines())

        DryRun(self.env).look(act)
        found = changes(before, new)
        return found, digest_of_changes(found)

    def _ledger_lines(self):
        """Return ``account_id, partner_id, minor balance`` of all their lines."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT item.account_id, COALESCE(item.partner_id, 0),
                       round(item.balance
                             * 10::numeric ^ currency.decimal_places)::int8
                  FROM account_move_line item
                  JOIN res_currency currency ON currency.id = item.company_currency_id
                 WHERE item.move_id = ANY(%s)
                """,
                self.move_id.ids,
            )
        )

    # ------------------------------------------------------------------
    # Above the limit somebody else agrees
    # ------------------------------------------------------------------

    def _may_repost(self, found, reason):
        """Return whether no second approver is needed, or one has agreed."""
        policies = self.env["settlement.posting.policy"]
        for posting in self:
            limit = policies._policy_of(posting.backend_id).approval_limit
            value = sum(max(change.difference, 0) for change in found)
            currency = posting.company_id.currency_id
            if not limit or to_float(value, currency) <= limit:
                continue
            if not posting._is_repost_approved(found, reason):
                return False
        return True

    def _is_repost_approved(self, found, reason):
        approvals = self.env["settlement.approval"]
        content = {"reason": reason, "changes": self._change_texts(found)}
        if approvals._approved(self, content):
            return True
        approvals._request(
            self, content, self.env._("Post %(name)s again", name=self.display_name)
        )
        return False

    def _change_texts(self, found):
        """Return changes as texts: account, partner, what it shows before and after."""
        currency = self.company_id.currency_id
        accounts = self.env["account.account"]
        partners = self.env["res.partner"]
        return [
            " ".join(
                (
                    accounts.browse(change.account_id).display_name,
                    partners.browse(change.partner_id or []).display_name or "",
                    currency.format(to_float(change.before, currency)),
                    "→",
                    currency.format(to_float(change.after, currency)),
                )
            )
            for change in found
        ]

    def _approval_decided(self, approval):
        """Post again what was just approved."""
        decided = approval.sudo()
        if decided.state == "approved":
            # The approver's role was checked when the approval was decided.
            posting = self.sudo()
            reason = decided.content["reason"]
            found, _digest = posting._repost_changes(reason)
            if posting._is_repost_approved(found, reason):
                posting._repost(reason)
