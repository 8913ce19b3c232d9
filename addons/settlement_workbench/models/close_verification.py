import hashlib

from odoo import models

from ..closing.result import proof_hash


class SettlementVerification(models.AbstractModel):
    """Law 11: closed months and evidence packs are what they were."""

    _inherit = "settlement.verification"

    def _checks(self):
        return [*super()._checks(), "_check_closed_months", "_check_packs"]

    def _check_closed_months(self):
        """What was signed and closed is what the audit trail says."""
        told = self._told("close.closed", "proofs")
        for close in self.env["settlement.close"].search([("state", "=", "closed")]):
            hashes = {close._hash_of_proofs(), close.closing_hash, told.get(close.id)}
            if len(hashes) > 1:
                yield self._finding(
                    11,
                    close._name,
                    close.id,
                    self.env._(
                        "%(period)s was closed on other proofs than it shows.",
                        period=close.display_name,
                    ),
                )
        rows = self.env["settlement.close.row"].search([("frozen_hash", "!=", False)])
        for row in rows:
            if proof_hash(row.frozen_proof or {}) != row.frozen_hash:
                yield self._finding(
                    11,
                    row._name,
                    row.id,
                    self.env._(
                        "%(check)s does not show what was signed.", check=row.name
                    ),
                )

    def _check_packs(self):
        """The file of a pack is the one whose hash the audit trail has."""
        events = self.env["settlement.event"].search([("action", "=", "pack.built")])
        told = {
            event.after["pack"]: event.after["sha256"]
            for event in events
            if event.after
        }
        for pack in self.env["settlement.close.pack"].search([("state", "=", "done")]):
            content = hashlib.sha256(pack.attachment_id.raw or b"").hexdigest()
            if {content, pack.sha256} != {told.get(pack.id)}:
                yield self._finding(
                    11,
                    pack._name,
                    pack.id,
                    self.env._(
                        "%(pack)s is not the file that was built.", pack=pack.filename
                    ),
                )

    def _told(self, action, name):
        """Return record id → what its latest event of an action says."""
        events = self.env["settlement.event"].search(
            [("action", "=", action)], order="id"
        )
        return {event.res_id: (event.after or {}).get(name) for event in events}
