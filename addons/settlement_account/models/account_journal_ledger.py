from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

TYPES = ("bank", "cash", "credit")
ROLES = ("group_accountant", "group_integration_admin")


class AccountJournal(models.Model):
    """Switching the matching of a journal's statement lines on and off."""

    _inherit = "account.journal"

    settlement_is_matched = fields.Boolean(
        string="Matched with Settlements",
        compute="_compute_settlement_is_matched",
        search="_search_settlement_is_matched",
        help="Statement lines of this journal are matched, however they came.",
    )
    settlement_open_count = fields.Integer(
        string="Lines to Match", compute="_compute_settlement_open_count"
    )

    def _ledger_wallets(self, active_test=True):
        """Return the wallets that stand for these journals.

        Which journals are matched does not depend on who looks.
        """
        wallets = self.env["settlement.wallet"].sudo()
        return wallets.with_context(active_test=active_test).search(
            [("journal_id", "in", self.ids), ("is_ledger", "=", True)]
        )

    def _compute_settlement_is_matched(self):
        matched = self._ledger_wallets().journal_id
        for journal in self:
            journal.settlement_is_matched = journal in matched

    def _search_settlement_is_matched(self, operator, value):
        if operator != "in":
            return NotImplemented
        wallets = self.env["settlement.wallet"].sudo()
        matched = wallets.search([("is_ledger", "=", True)]).journal_id
        found = Domain.FALSE
        if True in value:
            found |= Domain("id", "in", matched.ids)
        if False in value:
            found |= Domain("id", "not in", matched.ids)
        return found

    def _compute_settlement_open_count(self):
        groups = (
            self.env["settlement.transaction.state"]
            .sudo()
            ._read_group(
                [
                    ("wallet_id", "in", self._ledger_wallets().ids),
                    ("match_state", "in", ("open", "proposed")),
                ],
                ["wallet_id"],
                ["__count"],
            )
        )
        counts = {}
        for wallet, count in groups:
            journal = wallet.journal_id
            counts[journal] = counts.get(journal, 0) + count
        for journal in self:
            journal.settlement_open_count = counts.get(journal, 0)

    # ------------------------------------------------------------------
    # On and off
    # ------------------------------------------------------------------

    def action_settlement_match(self):
        """Have the statement lines of these journals matched from now on.

        :return: a notification that says what was created or changed.
        :raises AccessError: without the accountant or integration administrator role.
        :raises UserError: if one is no bank journal, or shows a provider's wallet.
        """
        self.env["settlement.backend"]._require_group(*ROLES)
        self.check_access("read")
        self._check_may_be_matched()
        # Backend, accounts and the journal's suspense account belong to other roles;
        # ours was checked, and nothing that exists is changed but what is named.
        said = [
            sentence for journal in self.sudo() for sentence in journal._match_lines()
        ]
        return self._settlement_notification(said)

    def action_settlement_unmatch(self):
        """Take in no more lines of these journals; what is not matched is let go of.

        :raises AccessError: without the accountant or integration administrator role.
        """
        self.env["settlement.backend"]._require_group(*ROLES)
        self.check_access("read")
        wallets = self._ledger_wallets()
        wallets._let_go()
        wallets.active = False
        return self._settlement_notification(
            [self.env._("Lines of these journals are not matched any more.")]
        )

    def _check_may_be_matched(self):
        for journal in self:
            if journal.type not in TYPES:
                raise UserError(
                    self.env._(
                        "%(journal)s is no bank, cash or credit card journal: it has "
                        "no statement lines to match.",
                        journal=journal.display_name,
                    )
                )
            if journal._provider_wallets():
                raise UserError(
                    self.env._(
                        "%(journal)s shows what a payment provider holds for you. Its "
                        "entries come from the provider's own data: there are no "
                        "statement lines to match.",
                        journal=journal.display_name,
                    )
                )

    def _match_lines(self):
        """Give this journal its wallets; return what was created or changed."""
        self.ensure_one()
        wallet = self._match_lines_of(self.company_id)
        for other in self._ledger_wallets(active_test=False) - wallet:
            self._match_lines_of(other.company_id)
        self._match_lines_of_branches()
        policy = self.env["settlement.posting.policy"]._policy_of(wallet.backend_id)
        return [
            self.env._(
                "Statement lines of %(journal)s are matched from now on.",
                journal=self.display_name,
            ),
            *wallet._set_up_suspense(policy),
        ]

    def _match_lines_of(self, company):
        """Return the wallet of a company's lines in this journal, switched on."""
        self.ensure_one()
        wallet = self._ledger_wallets(active_test=False).filtered(
            lambda known: known.company_id == company
        )
        if not wallet:
            self.env["settlement.posting.policy"]._create_defaults(company)
            backend = self.env["settlement.backend"]._ledger_of(company)
            wallet = self._new_ledger_wallet(backend)
        elif not wallet.active:
            wallet.active = True
            wallet._take_up()
        wallet.backend_id._wake()
        return wallet

    def _match_lines_of_branches(self):
        """Have the lines matched that branches enter in these journals, too.

        A branch uses the bank journals of its parent. Its lines are its own: they pay
        its documents, and only its people see them.
        """
        # Who enters a line of a branch switches nothing on: the journal is on already.
        for journal, company in self.sudo()._unmatched_branches():
            journal._match_lines_of(company)

    def _unmatched_branches(self):
        """Return (journal, branch) for branches with lines that nobody takes in."""
        self.env.flush_all()
        found = self.env.execute_query(
            SQL(
                """
                SELECT journal.id, branch.id
                  FROM account_journal journal
                  JOIN res_company owner ON owner.id = journal.company_id
                  JOIN res_company branch
                    ON branch.parent_path LIKE owner.parent_path || '_%%'
                 WHERE journal.id = ANY(%(journals)s)
                   AND EXISTS (
                       SELECT FROM account_bank_statement_line line
                        WHERE line.journal_id = journal.id
                          AND line.company_id = branch.id
                          AND line.is_reconciled IS NOT TRUE)
                   AND NOT EXISTS (
                       SELECT FROM settlement_wallet wallet
                        WHERE wallet.journal_id = journal.id
                          AND wallet.company_id = branch.id
                          AND wallet.is_ledger)
                 ORDER BY journal.id, branch.id
                """,
                journals=self.ids,
            )
        )
        companies = self.env["res.company"]
        return [
            (self.browse(journal_id), companies.browse(company_id))
            for journal_id, company_id in found
        ]

    def _new_ledger_wallet(self, backend):
        currency = self.currency_id or self.company_id.currency_id
        return self.env["settlement.wallet"].create(
            {
                "backend_id": backend.id,
                "account_identifier": self._ledger_identifier(backend, currency),
                "currency_id": currency.id,
                "journal_id": self.id,
                "is_bank": True,
            }
        )

    def _ledger_identifier(self, backend, currency):
        """Return the number of the bank account, or the code where there is none."""
        number = self.bank_account_id.sanitized_acc_number
        wallets = self.env["settlement.wallet"].with_context(active_test=False)
        taken = number and wallets.search_count(
            [
                ("backend_id", "=", backend.id),
                ("account_identifier", "=", number),
                ("currency_id", "=", currency.id),
            ]
        )
        return self.code if not number or taken else number

    @api.model
    def _settlement_notification(self, said):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join(said),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    # ------------------------------------------------------------------
    # Looking
    # ------------------------------------------------------------------

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Show on the card of a matched journal how many lines wait for a match."""
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        if self.env["settlement.backend"]._has_settlement_group("group_viewer"):
            journals = self.browse(dashboard_data).filtered("settlement_is_matched")
            for journal in journals:
                count = journal.settlement_open_count
                dashboard_data[journal.id]["settlement_open_lines"] = count
        return result

    def action_open_settlement_lines(self):
        """Open the transactions that stand for the statement lines of this journal."""
        self.ensure_one()
        self.env["settlement.backend"]._require_group("group_viewer")
        wallet = self._ledger_wallets(active_test=False).sudo(False)
        wallet.check_access("read")
        return wallet._open_rows(
            [("wallet_id", "in", wallet.ids), ("is_current", "=", True)]
        )
