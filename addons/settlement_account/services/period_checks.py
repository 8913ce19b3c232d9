from dataclasses import dataclass

from odoo.tools import SQL

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement.models.exception import OPEN_STATES

# Records that a list behind a check shows at most.
LISTED = 10_000


def open_as_of(accounts, company, day):
    """Return what stood open on accounts at the end of a day, settled since or not.

    A pair of items is reconciled from the later of their dates on.

    :return: list of (id of the journal item, open amount in company currency).
    """
    accounts.env.flush_all()
    return accounts.env.execute_query(
        SQL(
            """
            SELECT item.id, item.balance + COALESCE(settled.amount, 0)
              FROM account_move_line item
              LEFT JOIN LATERAL (
                    SELECT sum(CASE WHEN pair.credit_move_id = item.id
                                    THEN pair.amount ELSE -pair.amount END) AS amount
                      FROM account_partial_reconcile pair
                     WHERE (pair.debit_move_id = item.id
                            OR pair.credit_move_id = item.id)
                       AND pair.max_date <= %(day)s
                   ) settled ON TRUE
             WHERE item.account_id = ANY(%(accounts)s)
               AND item.company_id = %(company)s
               AND item.parent_state = 'posted'
               AND item.date <= %(day)s
               AND item.balance + COALESCE(settled.amount, 0) <> 0
             ORDER BY item.date, item.id
            """,
            accounts=accounts.ids,
            company=company.id,
            day=day,
        )
    )


@dataclass(frozen=True, slots=True)
class PeriodCheck:
    """What one look at a period found."""

    name: str
    result: str
    sentence: str
    subject_model: str = ""
    subject_ids: tuple = ()

    @property
    def is_blocking(self):
        """Return whether the period cannot be locked like this."""
        return self.result == "blocking"

    def values(self):
        """Return the values of the record that shows this check."""
        return {
            "name": self.name,
            "result": self.result,
            "sentence": self.sentence,
            "subject_model": self.subject_model,
            "subject_ids": list(self.subject_ids),
        }


class PeriodChecks:
    """Looks at a company as of a day: may the period that ends there be locked?

    What Odoo itself refuses, and what is missing in the ledger, is in the way.
    What only waits for somebody is a warning.
    """

    def __init__(self, company, day, *, is_hard=False):
        # Whoever may lock a period sees what the lock is about.
        self.env = company.sudo().env
        self.company = company.sudo()
        self.day = day
        self.is_hard = is_hard

    def all(self):
        """Return the PeriodChecks in the order in which people work them off."""
        return [
            self._drafts(),
            self._statement_lines(),
            self._rows_not_posted(),
            self._wallet_proofs(),
            self._suspense(),
            self._waiting_approvals(),
            self._exceptions(),
        ]

    def _check(self, name, records, when_good, when_not, result="warning"):
        """Return a check that is good if there are no ``records``."""
        if not records:
            return PeriodCheck(name, "good", when_good)
        return PeriodCheck(
            name, result, when_not, records._name, tuple(records[:LISTED].ids)
        )

    def _search(self, model, domain):
        return self.env[model].search(domain)

    def _drafts(self):
        moves = self._search(
            "account.move",
            [
                ("company_id", "child_of", self.company.id),
                ("state", "=", "draft"),
                ("date", "<=", self.day),
            ],
        )
        return self._check(
            self.env._("Draft entries"),
            moves,
            self.env._("There are none."),
            counted(
                self.env._(
                    "%(count)s {entry is a draft|entries are drafts}.", count=len(moves)
                ),
                len(moves),
            ),
            "blocking" if self.is_hard else "warning",
        )

    def _statement_lines(self):
        lines = self._search(
            "account.bank.statement.line",
            self.company._get_unreconciled_statement_lines_domain(self.day),
        )
        return self._check(
            self.env._("Bank statement lines"),
            lines,
            self.env._("All are reconciled."),
            counted(
                self.env._(
                    "%(count)s {line|lines} of bank statements {is|are} "
                    "not reconciled; Odoo refuses to lock over {it|them}.",
                    count=len(lines),
                ),
                len(lines),
            ),
            "blocking",
        )

    def _wallets(self):
        return self._search(
            "settlement.wallet",
            [
                ("company_id", "child_of", self.company.id),
                ("opening_date", "!=", False),
                ("opening_date", "<=", self.day),
            ],
        )

    def _rows_not_posted(self):
        rows = self.env["settlement.transaction"]
        for wallet in self._wallets():
            rows |= rows.search(
                [*wallet._waiting_domain(), ("booked_on", "<=", self.day)]
            )
        return self._check(
            self.env._("Rows of providers and banks"),
            rows,
            self.env._("All are in the ledger."),
            counted(
                self.env._(
                    "%(count)s {row is|rows are} booked by then and not in "
                    "the ledger (%(sums)s). Post the cut-off of the month "
                    "first.",
                    count=len(rows),
                    sums=self._sums(rows),
                ),
                len(rows),
            ),
            "blocking",
        )

    def _sums(self, rows):
        """Return the net of rows by currency, in words."""
        return ", ".join(
            currency.format(sum(found.mapped("net_amount")))
            for currency, found in rows.grouped("currency_id").items()
        )

    def _wallet_proofs(self):
        wallets = self._wallets().filtered(lambda wallet: not wallet.is_bank)
        differing = self.env["settlement.wallet"]
        words = []
        for wallet in wallets:
            difference = wallet._proof(self.day)["difference_minor"]
            if difference:
                differing |= wallet
                amount = wallet.currency_id.format(wallet._major(difference))
                words.append(f"{wallet.display_name}: {amount}")
        return self._check(
            self.env._("Wallets"),
            differing,
            counted(
                self.env._(
                    "The ledger equals the provider in %(count)s {wallet|wallets}.",
                    count=len(wallets),
                ),
                len(wallets),
            ),
            self.env._("Unexplained: %(words)s.", words=", ".join(words)),
        )

    def _suspense(self):
        """Look at what stands on suspense as of the day, whatever was settled since."""
        policies = self._search(
            "settlement.posting.policy", [("company_id", "=", self.company.id)]
        )
        items = open_as_of(policies.suspense_account_id, self.company, self.day)
        total = sum(amount for _line, amount in items)
        lines = self.env["account.move.line"].browse([line for line, _amount in items])
        return self._check(
            self.env._("Suspense"),
            lines,
            self.env._("Nothing is unexplained on suspense."),
            counted(
                self.env._(
                    "%(count)s {item waits|items wait} on suspense, %(total)s in all.",
                    count=len(lines),
                    total=self.company.currency_id.format(total),
                ),
                len(lines),
            ),
        )

    def _waiting_approvals(self):
        approvals = self._search(
            "settlement.approval",
            [("company_id", "=", self.company.id), ("state", "=", "waiting")],
        )
        return self._check(
            self.env._("Approvals"),
            approvals,
            self.env._("Nothing waits for an approver."),
            counted(
                self.env._(
                    "%(count)s {decision waits|decisions wait} for an approver.",
                    count=len(approvals),
                ),
                len(approvals),
            ),
        )

    def _exceptions(self):
        exceptions = self._search(
            "settlement.exception",
            [
                ("company_id", "=", self.company.id),
                ("state", "in", OPEN_STATES),
                "|",
                ("transaction_id", "=", False),
                ("transaction_id.booked_on", "<=", self.day),
            ],
        )
        return self._check(
            self.env._("Exceptions"),
            exceptions,
            self.env._("None is open."),
            counted(
                self.env._(
                    "%(count)s {exception is|exceptions are} open.",
                    count=len(exceptions),
                ),
                len(exceptions),
            ),
        )
