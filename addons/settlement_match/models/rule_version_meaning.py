from odoo import models

# What does not change which matches a version allows, and whether they are right.
_MEANINGLESS = ("number", "effective_from", "effective_to", "origin", "mode")


class SettlementRuleVersion(models.Model):
    """What a version says, and whether another one says the same."""

    _inherit = "settlement.rule.version"

    def _meaning(self):
        """Return what this version says about which payments, to be compared."""
        content = self._content()
        return tuple(
            (name, str(content[name]))
            for name in sorted(content)
            if name not in _MEANINGLESS
        )

    def _write_decision(self, values):
        """Let the precision be counted anew: another version may hold now."""
        self.env["settlement.precision"]._forget()
        return super()._write_decision(values)
