from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning import slices
from ..planning.plan import EntryPlan, PlannedLine
from ..services.batch_poster import POSTING_REASONS
from ..services.cutoff_poster import CutoffPoster
from ..services.errors import PostingError, busy_sentence
from ..services.posting_gate import DECISION, PostingGate, Proposal
from ..services.reconciler import Reconciler
from ..services.slice_builder import Prepared, SliceBuilder


class SettlementWallet(models.Model):
    _inherit = "settlement.wallet"

    # ------------------------------------------------------------------
    # Cut-off
    # ------------------------------------------------------------------

    def action_post_cutoff(self, until):
        """Post what was booked up to ``until`` and stands in no payout yet.

        :param until: date, the last day of a month as a rule.
        :return: how many entries it took; 0 if they wait for an approver.
        :raises AccessError: without the accountant role.
        :raises UserError: if something cannot be posted, saying why.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        # Postings are written by these methods only; the role was checked.
        wallets = self.sudo()
        posted = wallets._post_cutoff(fields.Date.to_date(until), by_hand=True)
        self.env["settlement.exception"].sudo()._stop_if_refused(wallets)
        return posted

    def _post_cutoff(self, until, checkpoint=None, by_hand=False, moves_dates=False):
        """Post the cut-off of these wallets; return how many entries it took.

        :param moves_dates: closed periods are passed over, as somebody agreed.

        :raises UserError: if another worker posts and a person waits for it.
        """
        posted = 0
        # Postings are written by these methods only, whoever calls them.
        for wallet in self.sudo().filtered("opening_date"):
            wallet = wallet.with_company(wallet.company_id)
            poster = CutoffPoster(wallet, checkpoint, by_hand, moves_dates)
            posted += poster.post(until)
            if by_hand and poster.is_busy:
                raise UserError(busy_sentence(self.env))
            if not poster.is_refused:
                self.env["settlement.exception"]._clear_for(wallet, POSTING_REASONS)
        return posted

    def _waits_for_approver(self):
        """Return whether a cut-off of these waits for an approver."""
        return bool(
            self.env["settlement.posting.request"].search_count(
                [
                    ("wallet_id", "in", self.ids),
                    ("kind", "=", "cutoff"),
                    ("state", "=", "waiting"),
                ],
                limit=1,
            )
        )

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------

    def action_post_opening(self, account=None):
        """Bring the opening balance of these wallets into the ledger.

        A wallet whose account shows its opening balance already is left as it is.

        :param account: account.account, or its id, that held the money so far; by
            default the suspense account, from where it is cleared.
        :return: the new settlement.posting records.
        :raises AccessError: without the accountant role.
        """
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")
        account = self.env["account.account"].browse(
            account if isinstance(account, int) else account and account.id
        )
        account.check_access("read")
        postings = self.env["settlement.posting"].sudo()
        # Postings are written by these methods only; the role was checked.
        for wallet in self.sudo():
            postings |= wallet._post_opening(account)
        return postings.sudo(False)

    def _post_opening(self, account=None):
        """Post what the wallet's account lacks of its opening balance."""
        self.ensure_one()
        postings = self.env["settlement.posting"]
        if not self.opening_date:
            return postings
        known = self._ledger_before(self.opening_date)
        missing = self._minor(self.opening_balance) - known
        if not missing:
            return postings
        try:
            builder = SliceBuilder(self.backend_id.with_company(self.company_id))
            plan = self._opening_plan(builder, missing, account)
            return self._post_decided(builder, self._opening_proposal(plan, account))
        except PostingError as error:
            raise UserError(error.cause) from error

    def _post_decided(self, builder, proposal, decision=DECISION):
        """Post what a person decided, once somebody else agrees if it is much.

        :return: the new postings, none if they wait for the approver.
        """
        postings = self.env["settlement.posting"]
        gate = PostingGate(builder, decision)
        if gate.admits(proposal, is_asked=True):
            postings = postings._post_slices(builder, list(proposal.prepared))
            gate.posted(proposal, postings)
        return postings

    def _opening_proposal(self, plan, account):
        return Proposal(
            kind="opening",
            key=f"opening:{self.id}",
            name=plan.name,
            wallet=self,
            prepared=(self._opening_slice(plan),),
            parameters={"account_id": account.id if account else 0},
        )

    def _ledger_before(self, day):
        """Return what the account shows without our postings, in minor units.

        What is booked on the opening date itself may be the opening entry of the
        books; bank lines of ours are none.

        :param day: the opening date.
        """
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(sum(entry.amount_currency), 0)::text
                  FROM account_move_line entry
                 WHERE entry.account_id = %s
                   AND entry.parent_state = 'posted'
                   AND (entry.date < %s OR entry.date = %s AND entry.move_id NOT IN (
                        SELECT move_id FROM settlement_posting
                         WHERE wallet_id = %s AND kind <> 'opening')
                    AND entry.move_id NOT IN (
                        SELECT move_id FROM account_bank_statement_line
                         WHERE settlement_wallet_id = %s))
                """,
                self.account_id.id,
                day,
                day,
                self.id,
                self.id,
            )
        )
        return self._minor(rows[0][0])

    def _minor(self, amount):
        """Return an amount of the wallet's currency as minor units."""
        scaled = Decimal(str(amount)).scaleb(self.currency_id.decimal_places)
        return int(scaled.to_integral_value())

    def _opening_plan(self, builder, missing, account):
        rate = builder.rate(self.currency_id, self.opening_date)
        counterpart = account.id if account else builder.accounts(self).suspense
        name = self.env._("Opening balance of %(wallet)s", wallet=self.display_name)
        return EntryPlan(
            date=self.opening_date,
            name=name,
            lines=tuple(
                PlannedLine(
                    role=role,
                    account_id=account_id,
                    name=name,
                    amount=amount,
                    currency_id=self.currency_id.id,
                    amount_currency=amount,
                    balance=rate.to_company(amount),
                )
                for role, account_id, amount in (
                    ("wallet", self.account_id.id, missing),
                    ("opening", counterpart, -missing),
                )
            ),
        ).check()

    def _opening_slice(self, plan):
        return Prepared(
            wallet=self,
            batch=self.env["settlement.batch"],
            month=slices.month_of(self.opening_date),
            kind="opening",
            plan=plan,
            rows=(),
        )

    # ------------------------------------------------------------------
    # Foreign currency
    # ------------------------------------------------------------------

    def _consume_foreign(self):
        """Let money that left a wallet use up what came in first.

        Odoo books the exchange difference of each pair, so that a wallet at zero in
        its own currency is at zero in company currency, too.
        """
        reconciler = Reconciler(self.env)
        for wallet in self:
            if wallet.is_bank or wallet.currency_id == wallet.company_id.currency_id:
                continue
            lines = self.env["account.move.line"].search(
                [
                    ("account_id", "=", wallet.account_id.id),
                    ("currency_id", "=", wallet.currency_id.id),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", "!=", 0),
                ],
                order="date, id",
            )
            signs = {line.amount_residual_currency > 0 for line in lines}
            if len(signs) == 2:
                reconciler.reconcile_open([lines.ids])
