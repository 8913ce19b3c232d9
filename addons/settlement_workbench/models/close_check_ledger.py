from odoo import api, models

from odoo.addons.settlement.canonical.words import counted
from odoo.addons.settlement_account.services.period_end_poster import PeriodEndPoster

from ..closing.result import BLOCKING, OK, UNKNOWN, WARNING, CheckResult


class SettlementCloseCheck(models.AbstractModel):
    """Checks of the ledger: wallets, the month end, what Odoo would refuse."""

    _inherit = "settlement.close.check"

    @api.model
    def _checks(self):
        return [
            *super()._checks(),
            ("cutoff", self.env._("Month cut off"), "action_post_cutoff"),
            ("wallet", self.env._("Wallet"), "action_prove"),
            *self._account_checks(),
            (
                "month_end",
                self.env._("Accruals and revaluations"),
                "action_post_month_end",
            ),
            ("statement_lines", self.env._("Statement lines reconciled"), ""),
            ("drafts", self.env._("No drafts"), ""),
        ]

    @api.model
    def _account_checks(self):
        """Return the checks of accounts on which money waits."""
        return []

    @api.model
    def _step_labels(self):
        return {
            **super()._step_labels(),
            "action_post_cutoff": self.env._("Post the Cut-off"),
            "action_prove": self.env._("Prove Again"),
            "action_post_month_end": self.env._("Post the Month End"),
        }

    # ------------------------------------------------------------------
    # Wallets
    # ------------------------------------------------------------------

    @api.model
    def _check_cutoff(self, close):
        """What was booked up to the end is in the ledger."""
        rows = self.env["settlement.transaction"]
        for wallet in self._wallets(close):
            rows |= rows.search(
                [*wallet._waiting_domain(), ("booked_on", "<=", close.day)]
            )
        amount = self._in_company_minor(close, rows, "net_amount")
        return self._listed(
            "cutoff",
            rows,
            self.env._("All rows booked up to %(day)s are posted.", day=close.day),
            counted(
                self.env._(
                    "%(count)s {row is|rows are} booked by then and not in "
                    "the ledger, %(amount)s in all.",
                    count=len(rows),
                    amount=self._money(close, amount),
                ),
                len(rows),
            ),
            amount_minor=amount,
        )

    @api.model
    def _check_wallet(self, close):
        """Each wallet holds at its provider what the ledger shows."""
        wallets = self.env["settlement.wallet"].search(
            [("company_id", "=", close.company_id.id), ("is_ledger", "=", False)]
        )
        if not wallets:
            sentence = self.env._("No bank or provider is connected yet.")
            return CheckResult("wallet", UNKNOWN, sentence)
        return [self._wallet_result(close, wallet) for wallet in wallets]

    @api.model
    def _wallet_result(self, close, wallet):
        about = {"subject": wallet.id, "label": wallet.display_name}
        if not wallet.opening_date or wallet.opening_date > close.day:
            sentence = self.env._("It was not in the books by %(day)s.", day=close.day)
            return CheckResult("wallet", UNKNOWN, sentence, **about)
        proof = wallet._proof(close.day)
        figures = self._proof_figures(wallet, proof)
        rows = tuple(row["id"] for row in (*proof["missing"], *proof["early"]))
        off = proof["provider_minor"] - proof["ledger_minor"]
        anchor = (self.env._("Rests on the balance of"), str(proof["anchor"] or "–"))
        values = {**about, "figures": figures, "notes": (anchor,)}
        if off or proof["difference_minor"]:
            return self._wallet_off(close, wallet, proof, off, rows, values)
        values.update(self._ledger_records(close, wallet.account_id))
        if not proof["anchor"]:
            sentence = self.env._(
                "The ledger equals the rows received; the provider has not reported "
                "a balance of its own by %(day)s.",
                day=close.day,
            )
            return CheckResult("wallet", WARNING, sentence, **values)
        sentence = self.env._(
            "The ledger equals the provider: %(amount)s.",
            amount=wallet._money(proof["ledger_minor"]),
        )
        return CheckResult("wallet", OK, sentence, **values)

    @api.model
    def _wallet_off(self, close, wallet, proof, off, rows, values):
        if rows:
            values.update(model="settlement.transaction", ids=rows)
        else:
            values.update(self._ledger_records(close, wallet.account_id))
        return CheckResult(
            "wallet",
            BLOCKING,
            self.env._(
                "The provider holds %(provider)s, the ledger shows %(ledger)s: "
                "%(off)s apart, of which %(named)s is named by its rows and "
                "%(difference)s is not explained.",
                provider=wallet._money(proof["provider_minor"]),
                ledger=wallet._money(proof["ledger_minor"]),
                off=wallet._money(off),
                named=wallet._money(off - proof["difference_minor"]),
                difference=wallet._money(proof["difference_minor"]),
            ),
            amount_minor=self._converted(
                close, wallet, max(abs(off), abs(proof["difference_minor"]))
            ),
            **values,
        )

    @api.model
    def _proof_figures(self, wallet, proof):
        return (
            (self.env._("At the provider"), wallet._money(proof["provider_minor"])),
            (self.env._("In the ledger"), wallet._money(proof["ledger_minor"])),
            (self.env._("Rows not posted by then"), str(len(proof["missing"]))),
            (self.env._("Rows posted early"), str(len(proof["early"]))),
            (self.env._("Unexplained"), wallet._money(proof["difference_minor"])),
        )

    @api.model
    def _converted(self, close, wallet, minor):
        """Return minor units of a wallet's currency as those of the company."""
        amount = wallet.currency_id._convert(
            wallet._major(minor), close.currency_id, close.company_id, close.day
        )
        return self._minor(amount, close.currency_id)

    @api.model
    def _ledger_records(self, close, account):
        """Return how the items of an account up to the end are found."""
        return {
            "model": "account.move.line",
            "domain": (
                ("account_id", "=", account.id),
                ("company_id", "=", close.company_id.id),
                ("parent_state", "=", "posted"),
                ("date", "<=", str(close.day)),
            ),
        }

    # ------------------------------------------------------------------
    # Month end
    # ------------------------------------------------------------------

    @api.model
    def _check_month_end(self, close):
        """Accruals and revaluations are posted, and their taking back is planned."""
        due = [
            each
            for backend in self._wallets(close).backend_id
            for each in (self._month_end_due(close, backend))
        ]
        postings = self.env["settlement.posting"].search(
            [
                ("company_id", "=", close.company_id.id),
                ("kind", "in", ("accrual", "revaluation")),
                ("date", "=", close.day),
            ]
        )
        unplanned = postings.filtered(lambda each: not each.reversal_ids)
        if due:
            amount = sum(abs(minor) for _name, _kind, minor in due)
            kinds = dict(postings._fields["kind"]._description_selection(self.env))
            return CheckResult(
                "month_end",
                BLOCKING,
                counted(
                    self.env._(
                        "%(count)s {entry|entries} of the month end "
                        "{is|are} not posted, %(amount)s in all.",
                        count=len(due),
                        amount=self._money(close, amount),
                    ),
                    len(due),
                ),
                tuple(
                    (f"{name}, {kinds[kind]}", self._money(close, minor))
                    for name, kind, minor in due
                ),
                amount,
                **self._records(postings),
            )
        return self._listed(
            "month_end",
            unplanned,
            counted(
                self.env._(
                    "Nothing is missing: %(count)s {entry|entries}, each "
                    "taken back on the day after.",
                    count=len(postings),
                ),
                len(postings),
            ),
            counted(
                self.env._(
                    "%(count)s {entry|entries} of the month end {is|are} "
                    "not taken back.",
                    count=len(unplanned),
                ),
                len(unplanned),
            ),
        )

    @api.model
    def _month_end_due(self, close, backend):
        """Return (name, kind, minor units) of what a month end still lacks."""
        backend = backend.with_company(backend.company_id)
        return [
            (wallet.display_name, kind, minor)
            for wallet, kind, minor in PeriodEndPoster(backend).due(close.day)
        ]

    # ------------------------------------------------------------------
    # What Odoo itself would refuse
    # ------------------------------------------------------------------

    @api.model
    def _check_statement_lines(self, close):
        """No statement line is open: Odoo would refuse to lock over it."""
        lines = self.env["account.bank.statement.line"].search(
            close.company_id._get_unreconciled_statement_lines_domain(close.day)
        )
        amount = self._in_company_minor(close, lines, "amount")
        return self._listed(
            "statement_lines",
            lines,
            self.env._("All lines of bank statements are reconciled."),
            counted(
                self.env._(
                    "%(count)s {line|lines} of bank statements {is|are} "
                    "not reconciled, %(amount)s in all; Odoo refuses to "
                    "lock over {it|them}.",
                    count=len(lines),
                    amount=self._money(close, amount),
                ),
                len(lines),
            ),
            amount_minor=amount,
        )

    @api.model
    def _check_drafts(self, close):
        """No entry is a draft: Odoo would refuse a hard lock over it."""
        moves = self.env["account.move"].search(
            [
                ("company_id", "child_of", close.company_id.id),
                ("state", "=", "draft"),
                ("date", "<=", close.day),
            ]
        )
        amount = sum(
            self._minor(move.amount_total_signed, close.currency_id) for move in moves
        )
        return self._listed(
            "drafts",
            moves,
            self.env._("There are none."),
            counted(
                self.env._(
                    "%(count)s {entry is a draft|entries are drafts}, "
                    "%(amount)s in all; Odoo refuses a hard lock over "
                    "{it|them}.",
                    count=len(moves),
                    amount=self._money(close, amount),
                ),
                len(moves),
            ),
            state=WARNING,
            amount_minor=amount,
        )
