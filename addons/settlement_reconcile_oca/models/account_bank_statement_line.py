from odoo import models
from odoo.exceptions import UserError

from odoo.addons.settlement.models.big_integer import minor_units
from odoo.addons.settlement_account.services.give_back import OPEN_AGAIN
from odoo.addons.settlement_account.services.line_intake import LineIntake
from odoo.addons.settlement_match.engine import suggestion
from odoo.addons.settlement_match.models.match import ACTIVE_STATES

PENDING_STATES = ("proposed", "confirmed")


class AccountBankStatementLine(models.Model):
    """Statement lines that are reconciled in OCA's view, and what we know of them.

    What consists of open items only becomes a match of ours, with its evidence, its
    claims and its entry. Anything else is left to the view, and followed.
    """

    _inherit = "account.bank.statement.line"

    # ------------------------------------------------------------------
    # Reconciling
    # ------------------------------------------------------------------

    def reconcile_bank_line(self):
        """Reconcile as the view shows it; open items only become a match of ours.

        :raises UserError: if another match holds what is chosen, or if the bank
            reported the line and more than open items were chosen.
        """
        self.ensure_one()
        rows = self._settlement_rows()
        parts = self._settlement_parts()
        if parts and len(rows) == 1 and self._may_match_settlement():
            return self._reconcile_as_match(rows, parts)
        self._check_may_reconcile_beside(rows)
        self._check_unclaimed(rows)
        result = super().reconcile_bank_line()
        self._follow_settlement()
        return result

    def _may_match_settlement(self):
        return self.env["settlement.backend"]._has_settlement_group("group_accountant")

    def _settlement_rows(self):
        """Return the transactions that this line is, taken in now if need be."""
        self.ensure_one()
        # Which transactions a line is does not depend on who asks.
        line = self.sudo()
        if not line.settlement_state_ids:
            self._follow_settlement()
        return line.settlement_state_ids.transaction_id

    def _follow_settlement(self):
        """Have our transactions follow what has become of these lines.

        Whoever reconciles a line may have its transaction follow.
        """
        wallets = self.journal_id._ledger_wallets()
        for backend in wallets.backend_id:
            if backend.state != "paused":
                lines = self.filtered(lambda line: not line.settlement_wallet_id)
                LineIntake(backend).follow(lines.sudo())

    def _settlement_parts(self):
        """Return which items the view settles, with signed minor units of each.

        :return: dict of journal item → minor units in its currency; None where the
            view holds more than open items, or leaves something on suspense.
        """
        parts = {}
        for line in self.reconcile_data_info.get("data", []):
            if line["kind"] == "liquidity" or line.get("is_exchange_counterpart"):
                # What rates differ by, Odoo books when it reconciles.
                continue
            ids = line.get("counterpart_line_ids") or []
            if line["kind"] != "other" or len(ids) != 1:
                return None
            item = self.env["account.move.line"].browse(ids).exists()
            if not item:
                return None
            parts[item] = parts.get(item, 0) + self._settled_minor(line, item)
        return parts

    def _settled_minor(self, line, item):
        """Return what the view settles of an item, signed like the item."""
        is_own = item.currency_id == item.company_currency_id
        amount = line["amount"] if is_own else line["currency_amount"]
        return -minor_units(amount, item.currency_id)

    # ------------------------------------------------------------------
    # As a match of ours
    # ------------------------------------------------------------------

    def _reconcile_as_match(self, row, parts):
        """Match a transaction with what the view settles, and post it."""
        row.env["settlement.matcher"]._lock(row.company_id, wait=True)
        targets = self._settlement_targets(parts)
        match = self._prepare_match(row, targets)
        if match.state == "proposed":
            match.with_env(self.env).action_confirm()
        match._post_as_seen()
        self.env.invalidate_all()
        self.reconcile_data = False
        return self._waits_for_approval(match)

    def _settlement_targets(self, parts):
        """Return what is settled as the engine names it: items, or whole payouts."""
        targets = {}
        for item, minor in parts.items():
            batch = self._payout_of(item)
            whole = batch and abs(batch.total_minor) == abs(minor)
            targets[batch if whole else item] = minor
        return targets

    def _payout_of(self, item):
        # That an item is a payout on its way does not depend on who asks.
        item = item.sudo()
        fact = item.settlement_transaction_id
        if item.settlement_role != "in_transit" or fact.kind != "payout":
            return fact.batch_id.browse()
        return fact.batch_id

    def _prepare_match(self, row, targets):
        """Return the match of a row with these targets; others of it are withdrawn."""
        wanted = {(record._name, record.id): minor for record, minor in targets.items()}
        pending = row.match_line_ids.match_id.filtered(
            lambda match: match.state in PENDING_STATES
        )
        same = pending.filtered(lambda match: match._others_of(row) == wanted)[:1]
        self._withdraw(pending - same)
        return same or self._propose_chosen(row, targets)

    def _withdraw(self, matches):
        if matches:
            matches._undo(
                self.env._(
                    "Something else was chosen for %(line)s in the reconciliation.",
                    line=self.display_name,
                )
            )

    def _propose_chosen(self, row, targets):
        """Propose what was chosen, with what the engine says for it now."""
        service = row.env["settlement.suggestion"].with_company(row.company_id)
        models_chosen = {record._name for record in targets}
        service._check_may_be_together(models_chosen)
        question = service._question(row)
        found = service._found(question) if question.asked else {}
        keys = [(record._name, record.id) for record in targets]
        ranked = [found[key] for key in keys if key in found]
        # One that the engine knows nothing of leaves the word to the person.
        ranked = ranked if len(ranked) == len(keys) else []
        sides = [self._source_part(row, targets)], list(targets.items())
        # Between the bank and a payout, the payout is the money.
        is_payout = models_chosen == {"settlement.batch"}
        return row.env["settlement.match"]._propose(
            *(reversed(sides) if is_payout else sides),
            method="batch" if is_payout else "manual",
            kind="manual",
            score=min((each.score for each in ranked), default=0),
            evidence=suggestion.as_evidence(ranked, self.env.user.name),
            alternatives=service._others_considered(found, ranked) or None,
        )

    def _source_part(self, row, targets):
        """Return the row, with what it gives where all is in its currency."""
        currencies = {record.currency_id for record in targets}
        if currencies != {row.currency_id}:
            return row
        return row, sum(targets.values())

    def _waits_for_approval(self, match):
        """Tell whoever reconciled that the entry waits for somebody else."""
        if self.is_reconciled:
            return None
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": self.env._(
                    "%(match)s is confirmed. Its entry waits for an approver, and the "
                    "line is reconciled once that is posted.",
                    match=match.display_name,
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------------
    # Beside our matches
    # ------------------------------------------------------------------

    def _check_may_reconcile_beside(self, rows):
        """Refuse what would rewrite a line that the bank reported to us."""
        if not self.settlement_wallet_id:
            return
        if len(rows) > 1:
            raise UserError(
                self.env._(
                    "%(line)s holds %(count)s payments that the bank booked in one "
                    "sum. Match each of them under Settlements.",
                    line=self.display_name,
                    count=len(rows),
                )
            )
        if not self._may_match_settlement():
            self.env["settlement.backend"]._require_group("group_accountant")
        raise UserError(
            self.env._(
                "The bank reported %(line)s: here it can be reconciled with open "
                "items only. Resolve a difference, a charge or a write-off under "
                "Settlements, where it gets its account and its approval.",
                line=self.display_name,
            )
        )

    def _check_unclaimed(self, rows):
        """Refuse items that a confirmed match of other money holds."""
        if held := self._claimed_elsewhere(rows):
            item, match = held
            raise UserError(
                self.env._(
                    "%(item)s is settled by %(match)s, which is confirmed and not yet "
                    "posted. Undo that match, or choose another item.",
                    item=item.display_name,
                    match=match.display_name,
                )
            )

    def _claimed_elsewhere(self, rows):
        """Return the first chosen item that a match of other money holds, and it."""
        ids = [
            item_id
            for line in self.reconcile_data_info.get("data", [])
            for item_id in line.get("counterpart_line_ids") or []
        ]
        # Whether an item is taken does not depend on who asks.
        lines = self.env["settlement.match.line"].sudo()
        held = lines.search(
            [("move_line_id", "in", ids), ("match_id.state", "=", "confirmed")]
        ).filtered(lambda line: not line.match_id.line_ids.transaction_id & rows)
        return (held[0].move_line_id, held[0].match_id) if held else None

    # ------------------------------------------------------------------
    # Undoing
    # ------------------------------------------------------------------

    def unreconcile_bank_line(self):
        """Take a reconciliation back; one that a match of ours made is undone there.

        :raises AccessError: if it is a match of ours and the accountant role is
            missing.
        """
        self.ensure_one()
        # Whether a match of ours settles the line does not depend on who asks.
        rows = self.sudo().settlement_state_ids.transaction_id
        matches = rows.match_line_ids.match_id.filtered(
            lambda match: match.state in ACTIVE_STATES
        )
        if matches:
            own = matches.with_env(self.env).with_context(**{OPEN_AGAIN: True})
            own.action_undo(
                self.env._("Unreconciled in the reconciliation of bank statements.")
            )
            self.env.invalidate_all()
            self.reconcile_data = False
            return None
        result = super().unreconcile_bank_line()
        self._follow_settlement()
        return result

    # ------------------------------------------------------------------
    # What OCA does by itself
    # ------------------------------------------------------------------

    def _auto_reconcile(self):
        """Leave what a bank reported to our own matching, and what it holds alone."""
        others = self.filtered(
            lambda line: not line.settlement_wallet_id
            and not line._claimed_elsewhere(line.env["settlement.transaction"])
        )
        return super(AccountBankStatementLine, others)._auto_reconcile()

    def _retrieve_partner(self):
        """Leave the partner of what a bank reported to our own matching."""
        others = self.filtered(lambda line: not line.settlement_wallet_id)
        return super(AccountBankStatementLine, others)._retrieve_partner()
