from odoo import api, models
from odoo.tools import SQL

from ..canonical.disputes import life_of
from .dispute import to_major


class SettlementDispute(models.Model):
    """How one dispute becomes what its rows and versions say."""

    _inherit = "settlement.dispute"

    def _assign_rows(self, row_ids):
        """Make these rows, and no others, the rows of this dispute."""
        self.ensure_one()
        self.env.cr.execute(
            SQL(
                """
                UPDATE settlement_transaction AS fact
                   SET dispute_id = CASE WHEN id = ANY(%(rows)s)
                                         THEN %(dispute)s::int END
                 WHERE (id = ANY(%(rows)s) AND dispute_id IS DISTINCT FROM %(dispute)s)
                    OR (dispute_id = %(dispute)s AND id <> ALL(%(rows)s))
                """,
                rows=row_ids,
                dispute=self.id,
            )
        )
        self.env["settlement.transaction"].invalidate_model(["dispute_id"])
        self.invalidate_recordset(["transaction_ids"])

    def _bring_up_to_date(self, rows, wallets):
        """Write what rows and versions of this dispute say, if it is new."""
        self.ensure_one()
        version = self.version_ids._latest()
        wallet = self._wallet_for(rows, wallets, version)
        currency = wallet.currency_id or version.currency_id or self.currency_id
        # A dispute that comes back into another wallet is two in the ledger.
        own = [row for row in rows if not row.currency or row.currency == currency.name]
        life = life_of(own, version._statement(), self.decided_status or "")
        values = {
            "wallet_id": wallet.id,
            "currency_id": currency.id,
            "active": bool(rows or version),
            **self._life_values(life, currency),
            **self._said_values(version, rows),
        }
        changed = {
            name: value for name, value in values.items() if self._differs(name, value)
        }
        if changed:
            self._write_changes(changed)

    def _wallet_for(self, rows, wallets, version):
        """Return the wallet that was charged; of an inquiry, that of its payment."""
        first = next((row for row in rows if row.kind == "dispute"), None)
        first = first or next(iter(rows), None)
        if first:
            return wallets[first.id]
        charge = self._charge_of(version.charge_external_id)
        if charge:
            return charge.wallet_id
        fitting = self.backend_id.wallet_ids.filtered(
            lambda wallet: wallet.currency_id == version.currency_id
            and version.account_identifier in (False, wallet.account_identifier)
        )
        return fitting if len(fitting) == 1 else fitting.browse()

    def _charge_of(self, external_id):
        """Return the current row of the disputed payment, if it is known."""
        transactions = self.env["settlement.transaction"]
        if not external_id:
            return transactions
        return transactions.search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("source_external_id", "=", external_id),
                ("kind", "=", "charge"),
                ("gross_amount", ">", 0),
                ("is_current", "=", True),
            ],
            order="id",
            limit=1,
        )

    @api.model
    def _life_values(self, life, currency):
        won = {"won": 100.0, "partly_won": 50.0}.get(life.outcome, 0.0)
        return {
            "status": life.status,
            "outcome": life.outcome,
            "is_final": life.is_final,
            "win_rate": won,
            "amount": to_major(life.withdrawn, currency),
            "returned_amount": to_major(life.returned, currency),
            "lost_amount": to_major(life.lost, currency),
            "exchange_amount": to_major(life.exchange, currency),
            "open_amount": to_major(life.open, currency),
            "fee_amount": to_major(life.fee, currency),
            "opened_on": life.opened_on,
            "closed_on": life.closed_on,
        }

    def _said_values(self, version, rows):
        """Return what the provider's latest version says beside the money."""
        known = {self.external_id, *(row.external_id for row in rows)}
        parents = (
            row.parent_external_id
            for row in rows
            if row.kind == "dispute" and row.parent_external_id not in known
        )
        charge = version.charge_external_id or next(filter(None, parents), False)
        return {
            "provider_status": version.source_status,
            "reason": version.reason or "general",
            "reason_code": version.reason_code,
            "disputed_amount": version.amount,
            "disputed_currency_id": version.currency_id.id,
            "evidence_due_at": version.evidence_due_at,
            "evidence_sent": version.evidence_sent,
            "charge_external_id": charge,
            "charge_transaction_id": self._charge_of(charge).id
            or self.chosen_charge_id.id,
        }

    def _differs(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(
            self[name], self
        )

    def _write_changes(self, changed):
        """Write what is new and say in the audit trail what it was."""
        shown = ("status", "amount", "returned_amount", "lost_amount", "open_amount")
        before = {name: self._plain(name) for name in shown if name in changed}
        self.write(changed)
        self.flush_recordset()
        if before:
            self.env["settlement.event"]._log(
                "dispute.changed",
                self,
                before=before,
                after={name: self._plain(name) for name in before},
            )

    def _plain(self, name):
        """Return a value as the audit trail keeps it: money as its exact text."""
        if self._fields[name].type != "monetary":
            return self[name] or ""
        digits = self.currency_id.decimal_places
        return f"{self[name]:.{digits}f}"

    def _note_merged(self):
        """Say of a dispute without rows where its rows went."""
        for dispute in self.filtered(lambda one: not one.active):
            row = self.env["settlement.transaction"].search(
                [
                    ("backend_id", "=", dispute.backend_id.id),
                    ("external_id", "=", dispute.external_id),
                    ("is_current", "=", True),
                ],
                limit=1,
            )
            if dispute.merged_into_id != row.dispute_id:
                dispute.merged_into_id = row.dispute_id
