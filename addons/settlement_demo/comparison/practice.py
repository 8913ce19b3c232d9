"""The books of a practice desk against what each exception was really about."""

from collections import Counter

from odoo.tools import SQL

from .found import minor
from .ledger import account_totals, role_differences

# Role of the truth → fields of the posting policy whose accounts it is on.
POLICY_ROLES = {
    "fees": ("fee_account_id", "fee_clearing_account_id"),
    "disputes": ("dispute_loss_account_id",),
    "open disputes": ("dispute_account_id",),
    "adjustments": ("adjustment_account_id",),
    "differences": ("difference_account_id",),
    "bank_fees": ("bank_fee_account_id",),
    "unallocated": ("unallocated_account_id", "advance_account_id"),
}
SUBJECTS = {
    "row": "settlement.transaction",
    "payout": "settlement.batch",
    "document": "account.move",
    "expected": "settlement.expected.payment",
    "code": "settlement.source.code",
    "dispute": "settlement.dispute",
}
# Field by which the truth names a record; rows and payouts have more than one company.
NAMES = {"document": "ref", "code": "code"}


class PracticeComparison:
    """What a person made of a desk, against the right answers.

    :param env: environment of the superuser.
    :param company: the company of the desk.
    :param desk: Desk with the truth.
    """

    def __init__(self, env, company, desk):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company.with_env(self.env)
        self.desk = desk

    def differences(self):
        """Return a sentence for each difference; none if all is done and right."""
        self.env.flush_all()
        return [
            *self.exception_differences(),
            *self.document_differences(),
            *self.total_differences(),
            *self.proof_differences(),
        ]

    # ------------------------------------------------------------------
    # What was asked
    # ------------------------------------------------------------------

    def exceptions(self, task):
        """Return the exceptions of a task, the newest first."""
        subject = self.subject(task)
        return self.env["settlement.exception"].search(
            [
                ("company_id", "=", self.company.id),
                ("reason", "=", task.reason),
                ("subject_model", "=", SUBJECTS[task.subject]),
                ("subject_id", "in", subject.ids),
            ],
            order="id desc",
        )

    def subject(self, task):
        """Return the record that a task is about, all revisions of a row."""
        name = NAMES.get(task.subject, "external_id")
        return self.env[SUBJECTS[task.subject]].search(
            [("company_id", "=", self.company.id), (name, "=", task.key)]
        )

    def exception_differences(self):
        """Yield a sentence for each exception that is not done, or not as is right."""
        open_count = self.env["settlement.exception"].search_count(
            [
                ("company_id", "=", self.company.id),
                ("state", "in", ("open", "in_progress", "waiting_approval")),
            ]
        )
        if open_count:
            yield f"{open_count} exceptions are open"
        for task in self.desk.tasks:
            found = self.exceptions(task)[:1]
            if not found:
                yield f"{task.reason} of {task.key} was never asked"
            elif found.state != task.state:
                yield f"{task.reason} of {task.key} is {found.state}, not {task.state}"
            elif task.needs_another and not self._was_agreed(found):
                yield f"{task.reason} of {task.key} was done by one person alone"

    def _was_agreed(self, exception):
        """Return whether somebody else has agreed to it, or to its mapping."""
        if mapping := exception.mapping_id:
            people = (mapping.author_id, mapping.approver_id)
            return mapping.state == "approved" and people[0] != people[1]
        approval = exception.approval_id
        return (
            approval.state == "approved"
            and approval.decider_id != approval.requester_id
        )

    # ------------------------------------------------------------------
    # What the books show
    # ------------------------------------------------------------------

    def document_differences(self):
        """Yield a sentence for each document of which another amount is open."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT CASE WHEN move.move_type = 'in_invoice' THEN move.ref
                            ELSE move.name END,
                       abs(move.amount_residual)::text, currency.name
                  FROM account_move move
                  JOIN res_currency currency ON currency.id = move.currency_id
                 WHERE move.company_id = %s AND move.move_type <> 'entry'
                """,
                self.company.id,
            )
        )
        found = {name: minor(open_, currency) for name, open_, currency in rows}
        for name, residual in sorted(self.desk.residuals.items()):
            if found.get(name) != residual:
                yield f"{name}: {found.get(name)} is open, really {residual}"

    def total_differences(self):
        """Return a sentence for each account that does not stand as it should."""
        found = account_totals(self.env, self.company, self._accounts())
        found.update(self._exchange())
        expected = Counter(self.desk.totals)
        return role_differences(self.company.name, expected, found)

    def _accounts(self):
        """Return role → accounts."""
        policy = self.env["settlement.posting.policy"].search(
            [("company_id", "=", self.company.id), ("backend_id", "=", False)]
        )
        wallets = self.env["settlement.wallet"].search(
            [("company_id", "=", self.company.id)]
        )
        banks = wallets.filtered("is_bank")
        accounts = self.env["account.account"]
        roles = {
            role: accounts.union(*(policy[name] for name in names))
            for role, names in POLICY_ROLES.items()
        }
        return {
            **roles,
            "wallet": (wallets - banks).account_id,
            "bank": banks.account_id,
            "in_transit": wallets.in_transit_account_id,
            "suspense": policy.suspense_account_id
            | wallets.journal_id.suspense_account_id,
        }

    def _exchange(self):
        """Return what exchange has brought, in the currency of the company."""
        company, currency = self.company, self.company.currency_id.name
        accounts = (
            company.income_currency_exchange_account_id
            | company.expense_currency_exchange_account_id
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT sum(balance)::text FROM account_move_line
                 WHERE account_id = ANY(%s) AND parent_state = 'posted'
                   AND company_id = %s
                """,
                accounts.ids,
                company.id,
            )
        )
        return {("exchange", currency): minor(rows[0][0], currency)}

    def proof_differences(self):
        """Yield a sentence for each wallet that does not agree with its provider."""
        for wallet in self.env["settlement.wallet"].search(
            [("company_id", "=", self.company.id), ("proved_at", "!=", False)]
        ):
            if not wallet.currency_id.is_zero(wallet.difference):
                yield f"{wallet.display_name} is {wallet.difference} off"
