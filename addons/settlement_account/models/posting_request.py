from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.post_run import PostRun
from .posting import KINDS

ACTIVE_STATES = ("waiting", "approved")


class SettlementPostingRequest(models.Model):
    """Entries that are planned and wait until somebody else agrees to them."""

    _name = "settlement.posting.request"
    _description = "Posting Waiting for Approval"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, index=True)
    wallet_id = fields.Many2one(
        "settlement.wallet", required=True, index=True, ondelete="restrict"
    )
    backend_id = fields.Many2one(related="wallet_id.backend_id", store=True, index=True)
    batch_id = fields.Many2one(
        "settlement.batch", index="btree_not_null", ondelete="restrict"
    )
    kind = fields.Selection(KINDS, required=True)
    key = fields.Char(required=True, help="What is asked for, whatever its amounts.")
    date = fields.Date(required=True, help="Date of the last entry.")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary(help="What is to be decided, in company currency.")
    content = fields.Json(required=True, help="The entries as they are planned.")
    parameters = fields.Json(help="What posting needs to know once it is approved.")
    state = fields.Selection(
        [
            ("waiting", "Waiting for approval"),
            ("approved", "Approved"),
            ("posted", "Posted"),
            ("refused", "Refused"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        default="waiting",
        index=True,
    )
    approval_id = fields.Many2one("settlement.approval", ondelete="restrict")
    requester_id = fields.Many2one(related="approval_id.requester_id")
    decider_id = fields.Many2one(related="approval_id.decider_id")
    content_text = fields.Text(related="approval_id.content_text")
    posting_ids = fields.One2many("settlement.posting", "request_id")

    _active_uniq = models.UniqueIndex(
        "(company_id, key) WHERE state IN ('waiting', 'approved')",
        "This waits for an approval already.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("What somebody decided on is kept."))

    # ------------------------------------------------------------------
    # What people do
    # ------------------------------------------------------------------

    def action_approve(self):
        """Agree to these entries, as somebody else than who asked; they are posted.

        :raises AccessError: without the approver role.
        :raises UserError: if it is one's own request, or decided already.
        """
        self.env["settlement.backend"]._require_group("group_approver")
        self.check_access("read")
        self.approval_id.action_approve()

    def action_refuse(self, reason):
        """Refuse these entries.

        :param reason: why; the person who asked reads it.
        :raises AccessError: without the approver role.
        """
        self.env["settlement.backend"]._require_group("group_approver")
        self.check_access("read")
        self.approval_id.action_refuse(reason)

    def action_ask_refusal_reason(self):
        """Open the dialogue that asks for the reason of a refusal."""
        self.ensure_one()
        return self.approval_id.action_ask_refusal_reason()

    def action_open_postings(self):
        """Open what was posted of it."""
        return self.env["settlement.transaction"]._open_records(self.posting_ids)

    def action_open_batch(self):
        """Open the payout or statement that it is about."""
        return self.env["settlement.transaction"]._open_records(self.batch_id)

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    def _approval_decided(self, approval):
        """Post what was approved, or note that it was not."""
        # The approver's role was checked when the approval was decided.
        request = self.sudo()
        if approval.sudo().state != "approved":
            request.state = "refused"
            return
        request.state = "approved"
        getattr(request, f"_resume_{request.kind}")()

    def _withdraw(self):
        """Close requests for what is not to be posted that way any more."""
        waiting = self.filtered(lambda request: request.state in ACTIVE_STATES)
        for approval in waiting.approval_id:
            if approval.state == "waiting":
                approval._withdraw(
                    self.env._("What it was about is not to be posted any more.")
                )
        waiting.write({"state": "withdrawn"})

    @api.model
    def _withdraw_others(self, kinds, wallets, kept):
        """Close what waits of wallets without a payout and nobody plans any more.

        :param kinds: only requests of these kinds.
        :param kept: ids of requests that still stand.
        """
        self.search(
            [
                ("wallet_id", "in", wallets.ids),
                ("kind", "in", list(kinds)),
                ("batch_id", "=", False),
                ("state", "=", "waiting"),
                ("id", "not in", list(kept)),
                # A bill waits for its own clearing, by itself.
                ("key", "not like", "fee_bill:"),
            ]
        )._withdraw()

    @api.model
    def _active_of(self, company, key):
        """Return the request that waits, or is approved, for a key of a company."""
        return self.search(
            [
                ("company_id", "=", company.id),
                ("key", "=", key),
                ("state", "in", ACTIVE_STATES),
            ]
        )

    # ------------------------------------------------------------------
    # Going on once it is approved
    # ------------------------------------------------------------------

    def _resume_batch(self):
        self.batch_id._post_now(moves_dates=self._moves_dates())

    def _resume_cutoff(self):
        until = fields.Date.to_date(self.parameters["until"])
        self.wallet_id._post_cutoff(until, moves_dates=self._moves_dates())

    def _moves_dates(self):
        """Return whether somebody agreed to pass over a closed period for it."""
        return bool((self.parameters or {}).get("moves_dates"))

    def _resume_clearing(self):
        run = self._post_run()
        run.clear()
        run.clear_fee_bills()

    def _resume_opening(self):
        account_id = self.parameters.get("account_id")
        account = self.env["account.account"].browse(account_id or [])
        self.wallet_id._post_opening(account)

    def _resume_accrual(self):
        self._post_run().post_period_end(fields.Date.to_date(self.parameters["day"]))

    def _resume_revaluation(self):
        self._resume_accrual()

    def _post_run(self):
        return PostRun(self.backend_id.with_company(self.company_id))
