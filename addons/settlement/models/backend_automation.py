import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)

# Field that names an action → model of the records it gets.
HOOKS = {
    "on_import_action_id": "settlement.message",
    "on_batch_complete_action_id": "settlement.batch",
    "on_exception_action_id": "settlement.exception",
}
# Set while a hook runs: what it causes runs no hook again.
INSIDE_HOOK = "settlement_inside_hook"


class SettlementBackend(models.Model):
    """Server actions that run when something happens at a backend.

    They run once for each event, with all rights of the pipeline, on the records
    concerned (``records``). So only who may write server actions may choose them. A
    failing one is undone and told; it never stops the pipeline. Automation rules of
    ``base_automation`` work as well: every state here changes by ``write``.
    """

    _inherit = "settlement.backend"

    on_import_action_id = fields.Many2one(
        "ir.actions.server",
        string="When a File is Imported",
        domain="[('model_id.model', '=', 'settlement.message')]",
        groups="base.group_system",
    )
    on_batch_complete_action_id = fields.Many2one(
        "ir.actions.server",
        string="When a Payout or Statement is Complete",
        domain="[('model_id.model', '=', 'settlement.batch')]",
        groups="base.group_system",
    )
    on_exception_action_id = fields.Many2one(
        "ir.actions.server",
        string="When an Exception Opens",
        domain="[('model_id.model', '=', 'settlement.exception')]",
        groups="base.group_system",
    )

    @api.constrains(*HOOKS)
    def _check_hooks(self):
        """An action gets the records it was written for."""
        for backend in self:
            for name, model in HOOKS.items():
                action = backend[name]
                if action and action.model_id.model != model:
                    raise ValidationError(
                        self.env._(
                            "%(action)s works on %(other)s, but here it would get "
                            "%(model)s.",
                            action=action.name,
                            other=action.model_id.name,
                            model=self.env[model]._description,
                        )
                    )

    @api.model
    def _run_hook(self, name, records):
        """Run the actions that the backends of ``records`` name for an event.

        :param name: field of the backend that names the action.
        """
        if self.env.context.get(INSIDE_HOOK):
            return
        # Whoever runs the pipeline may not read the settings of administrators.
        for backend, concerned in records.sudo().grouped("backend_id").items():
            if action := backend[name]:
                backend._run_action(action, concerned)

    def _run_action(self, action, records):
        """Run one server action; if it fails, undo and tell only that."""
        self.ensure_one()
        context = {
            "active_model": records._name,
            "active_ids": records.ids,
            "active_id": records[:1].id,
            INSIDE_HOOK: True,
        }
        try:
            with self.env.cr.savepoint():
                action.with_context(**context).run()
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # the step begins again in a new transaction
        except Exception as error:  # what others wrote must not stop the pipeline
            self.env.invalidate_all()
            self._tell_failed_action(action, error)

    def _tell_failed_action(self, action, error):
        _logger.info("server action %s: %s", action.id, type(error).__name__)
        quiet = self.env["settlement.exception"].with_context(**{INSIDE_HOOK: True})
        quiet._raise_for(
            self,
            "connector_failed",
            self.env._(
                "The server action %(action)s failed and was undone: %(error)s Nothing "
                "else was held up. Correct the action, or take it off the backend.",
                action=action.name,
                error=str(error) or type(error).__name__,
            ),
        )
