from odoo import models

from ..services.dry_run import DryRun
from ..services.posting_gate import OpenGate


class SettlementPostingPreviewed(models.AbstractModel):
    """Something that becomes entries: seen before it is done, done as it was seen."""

    _name = "settlement.posting.previewed"
    _description = "Posting with a Preview"

    def action_preview_posting(self):
        """Open the exact entries that posting this would make now.

        :raises AccessError: without the accountant role.
        :raises UserError: if it cannot be posted, saying why.
        """
        self.ensure_one()
        self._check_may_preview()
        preview = self.env["settlement.posting.preview"].create(
            {"subject_model": self._name, "subject_id": self.id}
        )
        preview._look()
        return preview._open()

    def action_post_previewed(self, preview_hash):
        """Post this, if it still becomes what the preview has shown.

        :param preview_hash: hash of the preview that was looked at.
        :return: whether it was posted; if not, the situation has changed.
        :raises AccessError: without the accountant role.
        :raises UserError: if it cannot be posted, saying why.
        """
        self.ensure_one()
        self._check_may_preview()
        if self._seen().digest() != preview_hash:
            return False
        # The role was checked; postings are written by these methods only.
        self.sudo()._post_as_seen()
        return True

    def _check_may_preview(self):
        self.env["settlement.backend"]._require_group("group_accountant")
        self.check_access("read")

    def _seen(self):
        """Return as Seen what posting this does; nothing of it stays."""
        # A dry run does what the pipeline does, and takes it back.
        subject = self.sudo()
        return DryRun(subject.env).look(lambda: subject._post_as_seen(gate=OpenGate))

    def _post_as_seen(self, **options):
        """Post this.

        :param options: ``gate``: class of the gate for approvals.
        :raises UserError: if it cannot be posted, saying why.
        """
        raise NotImplementedError
