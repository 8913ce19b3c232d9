from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import SQL, format_date

# A proof older than this is old news.
PROOF_HOURS = 26
# Money should not be under way for longer.
TRANSIT_DAYS = 5


class SettlementBoard(models.AbstractModel):
    """Where the money is: wallets, payouts under way, accounts to be explained."""

    _inherit = "settlement.board"

    # ------------------------------------------------------------------
    # Wallets
    # ------------------------------------------------------------------

    @api.model
    def _tile_wallet(self, company):
        """Say by currency what the providers hold, what the ledger shows, and why not.

        These are the newest proofs, each with the moment at which it held.
        """
        proofs = self.env["settlement.wallet.proof"]._newest(company)
        figures = []
        for currency, rows in proofs.grouped("currency_id").items():
            figures += self._proof_figures(currency, rows)
        oldest = min(proofs.mapped("proved_at"), default=None)
        figures.append(
            self._figure("wallet.proved_at", self.env._("Proved"), oldest, "moment")
        )
        unproved = self._unproved_figure(company, proofs)
        figures += unproved
        return self._tile_values(
            figures, *self._wallet_verdict(proofs, oldest, bool(unproved))
        )

    @api.model
    def _proof_figures(self, currency, proofs):
        """Return what the newest proofs of the wallets in one currency add up to."""
        columns = (
            ("provider", self.env._("At the provider")),
            ("ledger", self.env._("In the ledger")),
            ("missing", self.env._("Not posted yet")),
            ("early", self.env._("Posted early")),
            ("difference", self.env._("Unexplained")),
        )
        sums = {
            name: sum(
                (self._exact(proof[name], currency) for proof in proofs), Decimal()
            )
            for name, _label in columns
        }
        kept = [column for column in columns if column[0] != "early" or sums[column[0]]]
        return [
            self._figure(
                f"wallet.{name}.{currency.name}",
                label,
                sums[name],
                "money",
                currency=currency,
                group=currency.name,
                is_signed=name == "difference",
                tone="error" if name == "difference" and sums[name] else "",
                action=self._window(label, proofs._name, [("id", "in", proofs.ids)]),
                count=len(proofs),
                sum={"field": name, "value": str(sums[name])},
            )
            for name, label in kept
        ]

    @api.model
    def _unproved_figure(self, company, proofs):
        """Return how many wallets should be proved and never were, if there are any."""
        domain = [
            ("company_id", "=", company.id),
            ("opening_date", "!=", False),
            ("id", "not in", proofs.wallet_id.ids),
        ]
        figure = self._counted(
            "wallet.unproved",
            self.env._("Never proved"),
            "settlement.wallet",
            domain,
            tone="warning",
        )
        return [figure] if figure["value"] else []

    @api.model
    def _wallet_verdict(self, proofs, oldest, has_unproved):
        """Return (state, sentence) of the proofs."""
        off = proofs.filtered(
            lambda proof: proof.difference or proof.transit_difference
        )
        if off:
            return "error", self._why_off(off)
        limit = fields.Datetime.now() - timedelta(hours=PROOF_HOURS)
        if has_unproved or (oldest and oldest < limit):
            return "warning", self.env._(
                "Not every wallet was proved lately: nothing was posted, or nothing "
                "came from its source."
            )
        return "ok", self.env._("Every wallet is explained to the cent.")

    @api.model
    def _why_off(self, proofs):
        """Return the sentences about wallets whose proof leaves something over."""
        causes = self.env["settlement.exception"].search(
            [
                ("wallet_id", "in", proofs.wallet_id.ids),
                ("reason", "=", "balance_gap"),
                ("state", "!=", "resolved"),
            ]
        )
        if causes:
            return "\n".join(causes.mapped("headline"))
        return "\n".join(
            self.env._(
                "%(wallet)s: %(difference)s is not explained on %(day)s.",
                wallet=proof.wallet_id.display_name,
                difference=proof.currency_id.format(
                    proof.difference or proof.transit_difference
                ),
                day=format_date(self.env, proof.day),
            )
            for proof in proofs
        )

    # ------------------------------------------------------------------
    # In transit
    # ------------------------------------------------------------------

    @api.model
    def _tile_transit(self, company):
        """Say how much has left the wallets and is not at a bank, and since when."""
        wallets = self.env["settlement.wallet"].search(
            [
                ("company_id", "=", company.id),
                ("in_transit_account_id", "!=", False),
                ("opening_date", "!=", False),
            ]
        )
        if not wallets:
            return self._tile_values([self._unknown("transit.sum")])
        accounts = wallets.in_transit_account_id
        figures = []
        for currency, values in self._open_by_currency(company, accounts).items():
            figures.append(self._transit_figure(company, accounts, currency, *values))
        if not figures:
            figures.append(self._nothing_open(company, accounts))
        domain = self._open_domain(company, accounts)
        oldest = self.env["account.move.line"].search(domain, order="date", limit=1)
        return self._transit_tile(figures, oldest)

    @api.model
    def _unknown(self, kpi):
        return self._figure(kpi, self.env._("Not at the bank"), None, "money")

    @api.model
    def _open_domain(self, company, accounts):
        """Return the domain of the open journal items of accounts."""
        return [
            ("account_id", "in", accounts.ids),
            ("company_id", "=", company.id),
            ("parent_state", "=", "posted"),
            ("reconciled", "=", False),
        ]

    @api.model
    def _open_by_currency(self, company, accounts):
        """Return currency → (open amount in it, number of items), of accounts."""
        groups = self.env["account.move.line"]._read_group(
            self._open_domain(company, accounts),
            ["currency_id"],
            ["amount_residual_currency:sum", "__count"],
        )
        return {currency: values for currency, *values in groups}

    @api.model
    def _transit_figure(self, company, accounts, currency, amount, count):
        label = self.env._("Not at the bank")
        amount = self._exact(amount, currency)
        domain = [
            *self._open_domain(company, accounts),
            ("currency_id", "=", currency.id),
        ]
        return self._figure(
            f"transit.sum.{currency.name}",
            label,
            amount,
            "money",
            currency=currency,
            group=currency.name,
            action=self._items_window(label, domain),
            count=count,
            sum={"field": "amount_residual_currency", "value": str(amount)},
        )

    @api.model
    def _nothing_open(self, company, accounts):
        currency = company.currency_id
        label = self.env._("Not at the bank")
        return self._figure(
            f"transit.sum.{currency.name}",
            label,
            Decimal(),
            "money",
            currency=currency,
            action=self._items_window(label, self._open_domain(company, accounts)),
            count=0,
            sum={"field": "amount_residual_currency", "value": "0"},
        )

    @api.model
    def _items_window(self, label, domain):
        return self._window(
            label,
            "account.move.line",
            domain,
            views=self._list_view("view_account_move_line_board_list"),
        )

    @api.model
    def _transit_tile(self, figures, oldest):
        if not oldest:
            sentence = self.env._("Every payout has arrived at the bank.")
            return self._tile_values(figures, "ok", sentence)
        days = (fields.Date.context_today(self) - oldest.date).days
        is_late = days > TRANSIT_DAYS
        figures.append(
            self._figure(
                "transit.oldest",
                self.env._("Oldest"),
                days,
                "days",
                tone="warning" if is_late else "",
                action=self._items_window(
                    self.env._("Oldest Payout in Transit"), [("id", "=", oldest.id)]
                ),
                count=1,
            )
        )
        sentence = self.env._(
            "The oldest left on %(day)s: %(name)s.",
            day=format_date(self.env, oldest.date),
            name=oldest.name or oldest.move_id.name,
        )
        return self._tile_values(figures, "warning" if is_late else "ok", sentence)

    # ------------------------------------------------------------------
    # Accounts that must be explained
    # ------------------------------------------------------------------

    @api.model
    def _tile_accounts(self, company):
        """Hold the balance of each account against its open items, in its company."""
        accounts = self._explained_accounts(company)
        sums = self._account_sums(company, accounts)
        figures, off = [], []
        for account in accounts:
            if account.id not in sums:
                continue
            balance, residual, *_counts = sums[account.id]
            if not (balance or residual):
                continue
            if balance != residual:
                off.append((account, balance - residual))
            figures += self._account_figures(company, account, *sums[account.id])
        return self._accounts_tile(company, accounts, figures, off)

    @api.model
    def _accounts_tile(self, company, accounts, figures, off):
        if not accounts:
            return self._tile_values([])
        if not figures:
            figures.append(
                self._figure(
                    "accounts.open",
                    self.env._("Open in all of them"),
                    Decimal(),
                    "money",
                    currency=company.currency_id,
                    action=self._items_window(
                        self.env._("Open Items"), self._open_domain(company, accounts)
                    ),
                    count=0,
                )
            )
        if not off:
            sentence = self.env._("Each balance is the sum of its open items.")
            return self._tile_values(figures, "ok", sentence)
        return self._tile_values(
            figures,
            "error",
            "\n".join(self._off_sentence(company, *each) for each in off),
        )

    @api.model
    def _off_sentence(self, company, account, difference):
        amount = company.currency_id.format(float(difference))
        if not account.reconcile:
            return self.env._(
                "%(account)s: %(difference)s cannot be named, because the account "
                "does not allow reconciliation.",
                account=account.display_name,
                difference=amount,
            )
        return self.env._(
            "%(account)s shows %(difference)s more than its open items: items were "
            "reconciled that do not settle each other.",
            account=account.display_name,
            difference=amount,
        )

    @api.model
    def _account_figures(self, company, account, balance, residual, items, open_items):
        """Return balance and open items of one account."""
        currency, name = company.currency_id, account.display_name
        every = [
            leaf
            for leaf in self._open_domain(company, account)
            if leaf[0] != "reconciled"
        ]
        is_off = "error" if balance != residual else ""
        common = {"currency": currency, "group": name, "tone": is_off}
        return [
            self._figure(
                f"accounts.balance.{account.id}",
                self.env._("Balance"),
                balance,
                "money",
                action=self._items_window(name, every),
                count=items,
                sum={"field": "balance", "value": str(balance)},
                **common,
            ),
            self._figure(
                f"accounts.open.{account.id}",
                self.env._("Open items"),
                residual,
                "money",
                action=self._items_window(name, self._open_domain(company, account)),
                count=open_items,
                sum={"field": "amount_residual", "value": str(residual)},
                **common,
            ),
        ]

    @api.model
    def _explained_accounts(self, company):
        """Return the accounts on which money only waits, by their codes."""
        # The policy is not for everybody to read; the names of its accounts are.
        policies = self.env["settlement.posting.policy"].sudo()
        wallets = self.env["settlement.wallet"].sudo()
        found = wallets.search([("company_id", "=", company.id)])
        kept = policies.search([("company_id", "=", company.id)])
        accounts = found.in_transit_account_id | found.journal_id.suspense_account_id
        for name in ("suspense_account_id", "fee_clearing_account_id"):
            accounts |= kept[name]
        return accounts.sorted("code").sudo(self.env.su)

    @api.model
    def _account_sums(self, company, accounts):
        """Return id of an account → (balance, open amount, items, open items)."""
        self.env["account.move.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id, sum(balance)::text,
                       COALESCE(sum(amount_residual)
                            FILTER (WHERE reconciled IS NOT TRUE), 0)::text,
                       count(*), count(*) FILTER (WHERE reconciled IS NOT TRUE)
                  FROM account_move_line
                 WHERE account_id = ANY(%s) AND company_id = %s
                   AND parent_state = 'posted'
                 GROUP BY account_id
                """,
                accounts.ids,
                company.id,
            )
        )
        return {
            account_id: (Decimal(balance), Decimal(residual), *counts)
            for account_id, balance, residual, *counts in rows
        }
