from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement_account.services.post_run import PostRun

from ..closing.result import BLOCKING


class SettlementCloseRow(models.Model):
    """What people do with a check: sign it, hand it on, mend what it found."""

    _inherit = "settlement.close.row"

    # ------------------------------------------------------------------
    # Signing
    # ------------------------------------------------------------------

    def action_sign(self, comment=""):
        """Vouch for what these checks found, with a comment.

        What stands in the way cannot be signed away. The proof is frozen: if the
        figures change later, the check says so.

        :param comment: why it is good as it is; kept in the audit trail.
        :raises AccessError: without the accountant role, or in another company.
        :raises UserError: without comment, for a closed period, or for what blocks.
        """
        self._require_worker()
        comment = (comment or "").strip()
        if not comment:
            raise UserError(self.env._("Say why it is good as it is."))
        for row in self:
            row._check_signable()
            row._sign(comment)
        self.close_id._settle_state()

    def _require_worker(self):
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        self.close_id._check_company_allowed()

    def _check_signable(self):
        if self.close_state == "closed":
            raise UserError(self.close_id._closed_already())
        if self.state == BLOCKING:
            raise UserError(
                self.env._(
                    "%(check)s is in the way and cannot be signed away: %(sentence)s",
                    check=self.name,
                    sentence=self.sentence or "",
                )
            )

    def _sign(self, comment):
        # Rows are written by their methods only; the role was checked.
        self.sudo().write(
            {
                "signed_by_id": self.env.uid,
                "signed_at": fields.Datetime.now(),
                "comment": comment,
                "frozen_proof": self.proof,
                "frozen_hash": self.proof_hash,
            }
        )
        self.env["settlement.event"].sudo()._log(
            "close.signed",
            self.close_id,
            reason=comment,
            after={"check": self.name, "proof": self.proof_hash},
        )

    def action_withdraw_signature(self):
        """Take back signatures of one's own, before the period is closed."""
        self._require_worker()
        for row in self:
            if row.close_state == "closed":
                raise UserError(row.close_id._closed_already())
            if row.signed_by_id != self.env.user:
                raise UserError(self.env._("Only who signed takes a signature back."))
            row._forget_signature()
        self.close_id._settle_state()

    def _forget_signature(self):
        self.env["settlement.event"].sudo()._log(
            "close.unsigned", self.close_id, before={"check": self.name}
        )
        self.sudo().write(
            {
                "signed_by_id": False,
                "signed_at": False,
                "comment": False,
                "frozen_proof": False,
                "frozen_hash": False,
            }
        )

    def action_open_signature(self):
        """Open the dialogue that asks for the comment of a signature."""
        self.ensure_one()
        self._require_worker()
        self._check_signable()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sign: %(check)s", check=self.name),
            "res_model": "settlement.close.signature",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_row_id": self.id},
        }

    def action_assign(self, user):
        """Name who looks after these checks.

        :param user: res.users, or its id.
        """
        self._require_worker()
        user_id = user if isinstance(user, int) else user.id
        self.sudo().write({"owner_id": user_id})
        for row in self:
            self.env["settlement.event"].sudo()._log(
                "close.assigned",
                row.close_id,
                after={"check": row.name, "owner": user_id},
            )

    # ------------------------------------------------------------------
    # Steps
    # ------------------------------------------------------------------

    def action_step(self):
        """Start what mends this check, then compute the period anew.

        :raises AccessError: without the accountant role, or in another company.
        """
        self.ensure_one()
        self._require_worker()
        if self.close_state == "closed":
            raise UserError(self.close_id._closed_already())
        if self.step not in self.env["settlement.close.check"]._step_labels():
            raise UserError(self.env._("Nothing can be started from this check."))
        getattr(self, self.step)()
        self.close_id._refresh()
        return True

    def action_post_cutoff(self):
        """Post what was booked up to the end of the period and is in no payout."""
        self._require_worker()
        wallets = self._period_wallets()
        return wallets.action_post_cutoff(self.close_id.day)

    def action_prove(self):
        """Prove the wallet of this check anew."""
        self._require_worker()
        wallet = self.env["settlement.wallet"].browse(self.subject_id).exists()
        return wallet.action_prove()

    def action_post_month_end(self):
        """Post accruals and revaluations of the period; each is taken back again."""
        self._require_worker()
        backends = self._period_wallets().backend_id
        backends.check_access("read")
        # Postings are written by these methods only; the role was checked.
        for backend in backends.sudo():
            run = PostRun(backend.with_company(backend.company_id))
            run.post_period_end(self.close_id.day)
        self.env["settlement.exception"].sudo()._stop_if_refused(
            self._period_wallets().sudo()
        )
        return True

    def _period_wallets(self):
        return self.env["settlement.wallet"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("is_ledger", "=", False),
                ("opening_date", "!=", False),
                ("opening_date", "<=", self.close_id.day),
            ]
        )
