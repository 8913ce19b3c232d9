from odoo import api, models


class SettlementSubjectDialog(models.AbstractModel):
    """A dialog about one record: only who may read that record may open it.

    Fields that a dialog takes from its record are read as the user, and the name of a
    record says something too.
    """

    _name = "settlement.subject.dialog"
    _description = "Dialog about a Record"

    _subject_field = ""

    @api.constrains(lambda self: (self._subject_field,) if self._subject_field else ())
    def _check_subject(self):
        # Constraints run as superuser.
        self.sudo(False)[self._subject_field].check_access("read")
