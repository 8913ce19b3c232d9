from odoo import api, models

from .exception import OPEN_STATES


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    @api.model
    def _status(self):
        """Return the state of all backends of the allowed companies as plain data.

        :return: ``{"backends": [...]}``; see :meth:`_status_of` for one backend.
        """
        backends = self._in_allowed_companies()
        return {"backends": [backend._status_of() for backend in backends]}

    def _status_of(self):
        """Return what came in, how far it got and what waits, for one backend."""
        self.ensure_one()
        return {
            "id": self.id,
            "name": self.name,
            "company": self.company_id.name,
            "connector": self.connector,
            "state": self.state,
            "messages": self._counts("settlement.message", "state"),
            "transactions": self._transaction_counts(),
            "batches": self._counts("settlement.batch", "state"),
            "exceptions": self._open_exceptions(),
            "oldest_open": self._oldest_open(),
            "wallets": [self._wallet_status(wallet) for wallet in self.wallet_ids],
        }

    def _counts(self, model, field):
        groups = self.env[model]._read_group(
            [("backend_id", "=", self.id)], [field], ["__count"]
        )
        return dict(groups)

    def _transaction_counts(self):
        """Return the number of current transactions by match and posting state."""
        states = self.env["settlement.transaction.state"]
        domain = [("wallet_id", "in", self.wallet_ids.ids)]
        return {
            "total": states.search_count(domain),
            "match": dict(states._read_group(domain, ["match_state"], ["__count"])),
            "posting": dict(states._read_group(domain, ["posting_state"], ["__count"])),
        }

    def _open_exceptions(self):
        groups = self.env["settlement.exception"]._read_group(
            [("backend_id", "=", self.id), ("state", "in", OPEN_STATES)],
            ["reason"],
            ["__count"],
        )
        return dict(groups)

    def _oldest_open(self):
        """Return the booking day of the oldest row that waits for its match."""
        oldest = self.env["settlement.transaction"].search(
            [
                ("backend_id", "=", self.id),
                ("is_current", "=", True),
                ("match_state", "in", ["open"]),
            ],
            order="booked_on, id",
            limit=1,
        )
        return oldest.booked_on.isoformat() if oldest else None

    @api.model
    def _wallet_status(self, wallet):
        """Return one wallet as plain data; settlement_account adds its proof."""
        return {
            "id": wallet.id,
            "account": wallet.account_identifier,
            "currency": wallet.currency_id.name,
            "provider_balance": wallet.currency_id.format(wallet.provider_balance)
            if wallet.provider_balance_at
            else None,
        }
