from odoo import models
from odoo.exceptions import UserError

from ..canonical.words import counted
from ..exceptions.verb import Verb

INCOMPLETE = ("batch_unbalanced", "balance_gap", "missing_data", "stale_feed")


class SettlementException(models.Model):
    _inherit = "settlement.exception"

    def _verbs(self):
        return {
            **super()._verbs(),
            "complete": Verb(
                self.env._("Complete"),
                INCOMPLETE,
                ("group_accountant", "group_integration_admin"),
                effect=self.env._(
                    "Asks the source for what is missing, or takes the file with it, "
                    "and works on what came. Posts what is ready."
                ),
            ),
        }

    def _resolve_complete(self, attachment_id=None, since=None, until=None):
        """Bring in what is missing and see whether that explains it.

        :param attachment_id: a file with the missing data, uploaded by who acts.
        :param since: first moment to ask the source for, UTC; by default the period
            that the exception is about.
        :param until: last moment, likewise.
        :return: a notice that says what came and whether it was enough.
        """
        self.ensure_one()
        if not self.backend_id:
            raise UserError(self.env._("This belongs to no backend."))
        if attachment_id:
            messages = self._take_attachment(attachment_id)
        else:
            messages = self._fetch_again(since, until)
        self.backend_id.run_pipeline()
        self._look_again()
        return self._notice(self._completion_sentence(messages))

    def _take_attachment(self, attachment_id):
        """Import a file that the user has uploaded."""
        attachment = self.env["ir.attachment"].browse(int(attachment_id)).exists()
        attachment.check_access("read")
        if not attachment:
            raise UserError(self.env._("The file is not there any more."))
        return self.backend_id.import_file(attachment.name, attachment.raw or b"")

    def _fetch_again(self, _since, _until):
        """Ask the source again; connectors that can be asked do it.

        :return: new messages.
        """
        raise UserError(
            self.env._(
                "%(backend)s cannot be asked; upload the file with the missing data.",
                backend=self.backend_id.name,
            )
        )

    def _look_again(self):
        """Let what checks this exception look at what came."""
        if self.reason == "stale_feed":
            self.backend_id.sudo()._check_freshness()  # closing is the system's part
        elif self.batch_id:
            self.batch_id.sudo()._validate()  # the role for the verb was checked

    def _completion_sentence(self, messages):
        if self.resolved_at:
            return counted(
                self.env._(
                    "%(count)s {message came, and it "
                    "explains|messages came, and they explain} it.",
                    count=len(messages),
                ),
                len(messages),
            )
        return counted(
            self.env._(
                "%(count)s {message|messages} came, but it is not "
                "explained yet: %(cause)s",
                count=len(messages),
                cause=self.cause,
            ),
            len(messages),
        )

    def _open_complete(self):
        """Return the dialogue that takes the file with the missing data."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "settlement.action_settlement_import_wizard"
        )
        return {**action, "context": {"default_backend_id": self.backend_id.id}}
