from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tools import SQL

from ..planning import slices
from ..planning.accounts import MissingAccount
from ..planning.period_end import (
    Held,
    Results,
    month_ends,
    plan_accrual,
    plan_revaluation,
)
from .batch_poster import REFUSALS, refuse
from .errors import PostingError
from .posting_gate import PostingGate, Proposal
from .slice_builder import Prepared, SliceBuilder


class PeriodEndPoster:
    """Posts what a month end needs, and takes it back on the day after.

    Each entry brings the ledger to what it should show at the end of the month: late
    rows of an open month lead to a further entry of what they change, and nothing is
    posted twice.
    """

    def __init__(self, backend, checkpoint=None):
        self.env = backend.env
        self.backend = backend
        self.checkpoint = checkpoint or (lambda: None)
        self.counters = {"accruals": 0, "revaluations": 0}
        self.refused = backend.env["settlement.wallet"]

    def post(self, until):
        """Post the month ends up to ``until``; return counters.

        Months that are closed are left as they were closed.
        """
        try:
            self.builder = SliceBuilder(self.backend)
        except (PostingError, UserError) as error:
            refuse(self.env, self.backend, error)
            return self.counters
        self.gate = PostingGate(self.builder)
        wallets = self.backend.wallet_ids.filtered("opening_date")
        for wallet in wallets:
            self._post_wallet(wallet, until)
            self.checkpoint()
        self.env["settlement.posting.request"]._withdraw_others(
            ("accrual", "revaluation"), wallets, self.gate.touched.ids
        )
        return self.counters

    def due(self, day):
        """Return what the ledger lacks at a month end; nothing is posted.

        :return: list of (settlement.wallet, kind, minor units of the company's
            currency) of the entries that :meth:`post` would write for that day.
        :raises UserError: if the backend has no policy, or an account is missing.
        """
        try:
            self.builder = SliceBuilder(self.backend)
            found = []
            for wallet in self.backend.wallet_ids.filtered("opening_date"):
                if wallet.opening_date <= day:
                    found += self._due_of(wallet, day)
        except PostingError as error:
            raise UserError(error.cause) from error
        return found

    def _due_of(self, wallet, day):
        fees = [held.balance for held in self._fees_due(wallet, day)]
        gains = [gained for _held, gained in self._gains_due(wallet, day)]
        amounts = {"accrual": sum(map(abs, fees)), "revaluation": sum(map(abs, gains))}
        return [(wallet, kind, amount) for kind, amount in amounts.items() if amount]

    def _post_wallet(self, wallet, until):
        days = [
            day
            for day in month_ends(wallet.opening_date, until)
            if not self.builder.locks(day)
        ]
        try:
            with self.env.cr.savepoint():
                for day in days:
                    self._accrue(wallet, day)
                    self._revalue(wallet, day)
                self.env.flush_all()
        except REFUSALS as error:
            refuse(self.env, wallet, error)
            self.refused |= wallet

    # ------------------------------------------------------------------
    # Fees
    # ------------------------------------------------------------------

    def _accrue(self, wallet, day):
        """Show withheld fees that no bill is there for as expense of the month."""
        fees = self._fees_due(wallet, day)
        if not fees:
            return
        accounts = self.builder.accounts(wallet)
        name = self.env._(
            "%(wallet)s, fees to be invoiced %(month)s",
            wallet=wallet.display_name,
            month=day.strftime("%Y-%m"),
        )
        plan = plan_accrual(day, name, fees, self._fee_account(accounts))
        self.counters["accruals"] += self._post(wallet, "accrual", plan)

    def _fees_due(self, wallet, day):
        """Return as Held the fees that the policy shows as expense at a month end."""
        policy = self.builder.policy
        if wallet.is_bank or policy.fees != "accrue" or not policy.accrue_at_month_end:
            return []
        accounts = self.builder.accounts(wallet)
        return self._unbilled(wallet, accounts.fee_clearing, day)

    def _fee_account(self, accounts):
        try:
            return accounts.required("fee", "fee")
        except MissingAccount as error:
            raise PostingError(
                "unknown_mapping", self.builder.missing_account(error), ("map",)
            ) from error

    def _unbilled(self, wallet, account_id, day):
        """Return as Held the fees of the provider that were open at the end of a day.

        Without the tax on them, which is no cost once the bill is there.
        """
        return self._held(
            SQL(
                """
                item.account_id = %s
                AND item.currency_id = %s
                AND item.partner_id IS NOT DISTINCT FROM %s
                AND item.settlement_role IS DISTINCT FROM 'fee_clearing_tax'
                """,
                account_id,
                wallet.currency_id.id,
                self.builder.fee_partner_id or None,
            ),
            day,
        )

    # ------------------------------------------------------------------
    # Currencies
    # ------------------------------------------------------------------

    def _revalue(self, wallet, day):
        """Bring a wallet in foreign currency to what the rate of a day says."""
        gains = self._gains_due(wallet, day)
        if not gains:
            return
        name = self.env._(
            "%(wallet)s, value at the rate of %(day)s",
            wallet=wallet.display_name,
            day=day,
        )
        plan = plan_revaluation(day, name, gains, self._results())
        self.counters["revaluations"] += self._post(wallet, "revaluation", plan)

    def _gains_due(self, wallet, day):
        """Return (Held, minor units gained) of what the rate of a day changes."""
        own = self.builder.company.currency_id
        policy = self.builder.policy
        if wallet.currency_id == own or not policy.revalue_at_month_end:
            return []
        return [
            (held, gained)
            for held in self._holdings(wallet, day)
            if (gained := self._gained(wallet, held, day))
        ]

    def _gained(self, wallet, held, day):
        rate = self.builder.rate(wallet.currency_id, day)
        return rate.to_company(held.amount) - held.balance

    def _holdings(self, wallet, day):
        """Return as Held what a wallet holds, and what it has in transit."""
        accounts = wallet.account_id | wallet.in_transit_account_id
        return self._held(
            SQL(
                "item.account_id = ANY(%s) AND item.currency_id = %s",
                accounts.ids,
                wallet.currency_id.id,
            ),
            day,
            by_partner=False,
        )

    def _results(self):
        company = self.builder.company
        gain = company.income_currency_exchange_account_id
        loss = company.expense_currency_exchange_account_id
        if not gain or not loss:
            raise PostingError(
                "unknown_mapping",
                self.env._(
                    "%(company)s has no accounts for gains and losses of exchange "
                    "rates. Choose them in the accounting settings.",
                    company=company.name,
                ),
                ("retry",),
            )
        return Results(gain.id, loss.id)

    # ------------------------------------------------------------------
    # Ledger
    # ------------------------------------------------------------------

    def _held(self, condition, day, by_partner=True):
        """Return what accounts show at the end of a day, as far as it is open then.

        :param condition: SQL on ``item``, the journal items that count.
        """
        self.env.flush_all()
        partner = SQL("COALESCE(item.partner_id, 0)" if by_partner else "0")
        rows = self.env.execute_query(self._held_query(condition, day, partner))
        return [Held(*row) for row in rows]

    def _held_query(self, condition, day, partner):
        return SQL(
            """
            SELECT item.account_id, item.currency_id,
                   round(sum(item.amount_currency - paired.currency)
                         * 10::numeric ^ currency.decimal_places)::int8,
                   round(sum(item.balance - paired.balance)
                         * 10::numeric ^ own.decimal_places)::int8,
                   %(partner)s
              FROM account_move_line item
              JOIN res_currency currency ON currency.id = item.currency_id
              JOIN res_currency own ON own.id = item.company_currency_id
             CROSS JOIN LATERAL (
                    SELECT COALESCE(sum(sign * pair.amount), 0) AS balance,
                           COALESCE(sum(CASE WHEN sign > 0
                                THEN pair.debit_amount_currency
                                ELSE -pair.credit_amount_currency END), 0) AS currency
                      FROM (SELECT 1 AS sign, debit.* FROM account_partial_reconcile
                                debit WHERE debit.debit_move_id = item.id
                             UNION ALL
                            SELECT -1, credit.* FROM account_partial_reconcile
                                credit WHERE credit.credit_move_id = item.id) pair
                     WHERE pair.max_date <= %(day)s) paired
             WHERE item.company_id = %(company)s
               AND item.parent_state = 'posted'
               AND item.date <= %(day)s
               AND (%(condition)s)
             GROUP BY 1, 2, 5, currency.decimal_places, own.decimal_places
            HAVING sum(item.amount_currency - paired.currency) <> 0
                OR sum(item.balance - paired.balance) <> 0
             ORDER BY item.account_id
            """,
            partner=partner,
            day=day,
            company=self.builder.company.id,
            condition=condition,
        )

    def _post(self, wallet, kind, plan):
        """Post an entry and the one that takes it back; return how many it was."""
        prepared = Prepared(
            wallet=wallet,
            batch=self.env["settlement.batch"],
            month=slices.month_of(plan.date),
            kind=kind,
            plan=plan,
            rows=(),
        )
        proposal = Proposal(
            kind=kind,
            key=f"{kind}:{wallet.id}:{plan.date}",
            name=plan.name,
            wallet=wallet,
            prepared=(prepared,),
            parameters={"day": plan.date.isoformat()},
        )
        if not (
            self.gate.admits(proposal) and self.builder.journal._take_settlement_turn()
        ):
            return 0
        posting = self.env["settlement.posting"]._post_slices(self.builder, [prepared])
        self.gate.posted(proposal, posting)
        posting._reverse_one(
            self.env._("Planned with %(entry)s", entry=posting.display_name),
            plan.date + timedelta(days=1),
        )
        return 1
