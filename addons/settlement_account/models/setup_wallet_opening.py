from datetime import date
from decimal import Decimal

from odoo import api, fields, models

from ..planning.opening import opening_balance, proposed_day


class SettlementSetupWallet(models.Model):
    """What a wallet holds when its books begin."""

    _inherit = "settlement.setup.wallet"

    opening_date = fields.Date(
        "Opens On",
        help="Rows booked from this day on are posted. It can move until the first "
        "posting.",
    )
    opening_balance = fields.Monetary(
        help="What the wallet held at the beginning of that day."
    )
    opening_account_id = fields.Many2one(
        "account.account",
        "Opening Against",
        check_company=True,
        help="The account that held this money so far. Empty: the suspense account, "
        "from where it is cleared.",
    )
    ledger_balance = fields.Monetary(
        "In the Ledger",
        compute="_compute_ledger_balance",
        help="What the wallet's account shows before that day.",
    )
    to_post = fields.Monetary(
        compute="_compute_ledger_balance",
        help="Opening balance less what the ledger shows already: 0 is adopted as it "
        "is.",
    )
    is_computed = fields.Boolean(
        "From the Dry Run",
        compute="_compute_is_computed",
        help="The balance is the provider's, less all that came since that day.",
    )
    is_fixed = fields.Boolean(compute="_compute_is_fixed")

    @api.depends("opening_date", "opening_balance", "wallet_id.journal_id")
    def _compute_ledger_balance(self):
        for line in self:
            known = line._ledger_balance()
            line.ledger_balance = known
            line.to_post = line.opening_balance - known

    def _ledger_balance(self):
        """Return what the account of the wallet shows at the cut-over."""
        # The accountant decides by this figure; the proof reads it the same way.
        wallet = self.wallet_id.sudo()
        if not (wallet.account_id and self.opening_date):
            return 0.0
        minor = wallet._ledger_before(self.opening_date)
        decimals = self.currency_id.decimal_places
        return float(Decimal(minor).scaleb(-decimals))

    @api.depends("wallet_id")
    def _compute_is_fixed(self):
        """Say which openings stand, because entries stand on them."""
        # Asked for whoever sees the set-up.
        posted = (
            self.env["settlement.posting"]
            .sudo()
            ._read_group(
                [("wallet_id", "in", self.wallet_id.ids), ("state", "=", "posted")],
                ["wallet_id"],
            )
        )
        wallets = {wallet.id for (wallet,) in posted}
        for line in self:
            line.is_fixed = line.wallet_id.id in wallets

    @api.depends("opening_date", "opening_balance", "setup_id.rehearsal")
    def _compute_is_computed(self):
        for line in self:
            known = line.opening_date and line._known_opening(line.opening_date)
            line.is_computed = isinstance(known, Decimal) and not (
                line.currency_id.compare_amounts(float(known), line.opening_balance)
            )

    @api.onchange("opening_date")
    def _onchange_opening_date(self):
        """Show the balance of the day that is chosen, as far as it is known."""
        self._propose_opening(self.opening_date)

    def _propose_opening(self, day=None):
        """Enter the opening of a day that the dry run tells of.

        :param day: the day; by default the first of the newest month that is known.
        """
        self.ensure_one()
        known = self._known_history()
        if not known:
            return
        since, movements, _balance = known
        day = day or proposed_day(since, max(movements, default=since))
        self.opening_date = day
        balance = self._known_opening(day)
        if balance is not None:
            self.opening_balance = float(balance)

    def _known_opening(self, day):
        """Return the balance at the beginning of a day, None if it is not known."""
        known = self._known_history()
        if not known:
            return None
        since, movements, balance = known
        return opening_balance(balance, movements, day, since)

    def _known_history(self):
        """Return what the dry run found out about this wallet.

        :return: (first day that is known, net by day, balance after all of it), or
            None.
        """
        report = self.setup_id.rehearsal or {}
        known = report.get("wallets", {}).get(str(self.wallet_id._origin.id)) or {}
        if not (known.get("balance") and known.get("known_since")):
            return None
        movements = {
            date.fromisoformat(booked_on): Decimal(net)
            for booked_on, net in known["movements"].items()
        }
        since = date.fromisoformat(known["known_since"])
        return since, movements, Decimal(known["balance"])

    def _open_wallet(self):
        """Give the wallet its opening, and post what the ledger lacks of it."""
        wallet = self.wallet_id
        opening = {
            "opening_date": self.opening_date,
            "opening_balance": self.opening_balance,
        }
        if any(wallet[name] != value for name, value in opening.items()):
            wallet.write(opening)
        if not self.is_fixed:
            wallet._post_opening(self.opening_account_id)
