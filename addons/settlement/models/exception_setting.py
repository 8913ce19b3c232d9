from odoo import api, fields, models


class SettlementExceptionSetting(models.AbstractModel):
    """What all settings of exceptions share: a company, and a trace of changes."""

    _name = "settlement.exception.setting"
    _description = "Setting of Exceptions"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    @api.model_create_multi
    def create(self, vals_list):
        settings = super().create(vals_list)
        for setting, vals in zip(settings, vals_list, strict=True):
            setting._log_change("created", vals)
        return settings

    def write(self, vals):
        before = {setting.id: setting._plain(vals) for setting in self}
        result = super().write(vals)
        for setting in self:
            setting._log_change("changed", vals, before[setting.id])
        return result

    def _log_change(self, action, names, before=None):
        """Record a change and let the new values hold at once."""
        self.env.registry.clear_cache()
        name = self._name.removeprefix("settlement.").replace(".", "_")
        self.env["settlement.event"]._log(
            f"{name}.{action}", self, before=before, after=self._plain(names)
        )

    def _plain(self, names):
        """Return field values as the audit trail keeps them: texts and ids."""
        self.ensure_one()
        return {
            name: self[name].ids if self._fields[name].relational else str(self[name])
            for name in sorted(names)
            if name in self._fields
        }
