from .common import SettlementCase

CODE = "unknown:quantum/fee"


class MappingCase(SettlementCase):
    """Two accountants and an approver who decide what codes mean."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls.new_user("group_accountant")
        cls.approver = cls.new_user("group_approver")
        cls.mappings = cls.env["settlement.mapping"]

    def draft(self, code="quantum/fee", kind="fee", user=None, **values):
        """Return a draft of the accountant for the backend."""
        return self.mappings.with_user(user or self.accountant).create(
            {
                "company_id": self.company.id,
                "backend_id": self.backend.id,
                "source_code": code,
                "kind": kind,
                **values,
            }
        )

    def submitted(self, *args, **values):
        """Return a mapping that waits for the approver."""
        mapping = self.draft(*args, **values)
        mapping.action_submit("It is a fee.")
        return mapping

    def approved(self, *args, **values):
        """Return a mapping that holds."""
        mapping = self.submitted(*args, **values)
        mapping.with_user(self.approver).action_approve()
        return mapping

    def withdraw(self, mapping):
        """End a mapping that holds, with both persons."""
        mapping.with_user(self.accountant).action_withdraw("It was wrong.")
        mapping.with_user(self.approver).action_approve()

    def import_rows(self, *rows, backend=None):
        """Import rows of a canonical file and parse them; return the message."""
        backend = backend or self.backend
        message = backend.import_file("facts.jsonl", self.lines(*rows))
        backend.run_pipeline("parse")
        return message

    def row(self, external_id="txn_1", gross="-5.00", code=CODE, **values):
        """Return a row of a canonical file whose code nobody knows."""
        values = {"kind": "adjustment", "source_code": code, **values}
        return self.charge_line(external_id, gross, **values)

    def current(self, external_id="txn_1"):
        """Return the current revision of a transaction."""
        return self.stored(external_id).filtered("is_current")

    def exceptions(self, reason="unknown_mapping", states=("open", "in_progress")):
        """Return the exceptions of the company of one reason."""
        return self.env["settlement.exception"].search(
            [
                ("company_id", "=", self.company.id),
                ("reason", "=", reason),
                ("state", "in", states),
            ]
        )

    def findings(self, model="settlement.mapping"):
        """Return the sentences of what verify finds about a model."""
        result = self.env["settlement.verification"].run()
        return [
            (finding["id"], finding["sentence"])
            for finding in result["findings"]
            if finding["model"] == model
        ]
