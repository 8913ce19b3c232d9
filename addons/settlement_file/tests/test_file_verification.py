import base64
import json

from odoo.tests import tagged
from odoo.tools import SQL

from .common import FileCase, file_of


@tagged("post_install", "-at_install")
class TestFileVerification(FileCase):
    """Whoever alters a layout behind everybody's back is found."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.layout = cls.approve(cls.use(cls.new_layout()))

    def found(self, check):
        """Return what a check says, by record."""
        self.env.flush_all()
        self.env.invalidate_all()
        verification = self.env["settlement.verification"].sudo()
        findings = getattr(verification, check)()
        return {(each["model"], each["id"]): each for each in findings}

    def key(self, record):
        return record._name, record.id

    def alter(self, **values):
        """Write columns of the layout as somebody with a hold of the database."""
        for name, value in values.items():
            self.env.cr.execute(
                SQL(
                    "UPDATE settlement_file_layout SET %s = %s WHERE id = %s",
                    SQL.identifier(name),
                    value,
                    self.layout.id,
                )
            )

    def test_what_nobody_touched_is_right(self):
        self.take(file_of())
        self.approve(self.new_version(self.layout))
        for check in ("_check_layouts_approved", "_check_files_by_layout"):
            self.assertFalse(self.found(check))

    def test_an_altered_definition_is_found(self):
        changed = {**self.layout.definition, "sign": {"mode": "negated"}}
        self.env.flush_all()
        self.alter(definition=json.dumps(changed))
        found = self.found("_check_layouts_approved")
        self.assertIn(self.key(self.layout), found)
        self.assertIn(self.layout.id, self.layouts._altered_rows())

    def test_a_forged_approver_is_found(self):
        self.env.flush_all()
        self.alter(approver_id=self.env.ref("base.user_admin").id)
        self.assertIn(self.key(self.layout), self.found("_check_layouts_approved"))

    def test_another_sample_is_found(self):
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self.layout._name),
                ("res_id", "=", self.layout.id),
                ("res_field", "=", "sample"),
            ]
        )
        attachment.datas = base64.b64encode(b"Ref;Amount\n")
        self.assertIn(self.key(self.layout), self.found("_check_layouts_approved"))

    def test_a_file_read_by_a_draft_is_found(self):
        message = self.take(file_of())
        draft = self.new_layout("Other")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE settlement_message SET file_layout_id = %s WHERE id = %s",
                draft.id,
                message.id,
            )
        )
        self.assertIn(self.key(message), self.found("_check_files_by_layout"))
