from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo import fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import TransactionCase, new_test_user
from odoo.tools import SQL

from ..seal_file import DIRECTORY_VARIABLE, heads_path

SAMPLE = "settlement.audit.sample"


class AuditCase(TransactionCase):
    """Users, access rights and a folder for the exported heads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name) / "heads"
        cls.startClassPatcher(
            patch.dict("os.environ", {DIRECTORY_VARIABLE: str(cls.folder)})
        )
        cls.events = cls.env["settlement.event"]
        cls.seals = cls.env["settlement.event.seal"]
        cls.partner = cls.env["res.partner"].create({"name": "Customer"})
        cls.asker = new_test_user(cls.env, "asker")
        cls.decider = new_test_user(cls.env, "decider")

    def setUp(self):
        super().setUp()
        # The database forgets each test, the file would not.
        heads_path(self.env.cr.dbname).unlink(missing_ok=True)

    @classmethod
    def grant(cls, model, user, **rights):
        """Give ``user`` rights on ``model``: grant(model, user, read=True)."""
        group = cls.env["res.groups"].create({"name": f"{model} {rights}"})
        cls.env["ir.model.access"].create(
            {
                "name": group.name,
                "model_id": cls.env["ir.model"]._get_id(model),
                "group_id": group.id,
                **{f"perm_{right}": value for right, value in rights.items()},
            }
        )
        user.group_ids += group

    @contextmanager
    def tampering(self):
        """Let SQL do what the triggers refuse, as the owner of the server can."""
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL session_replication_role = replica")
        yield self.env.cr
        self.env.cr.execute("SET LOCAL session_replication_role = origin")
        self.env.invalidate_all(flush=False)

    def tamper(self, record, **values):
        """Overwrite columns of a record behind the back of the database."""
        changes = [
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in values.items()
        ]
        with self.tampering() as cr:
            cr.execute(
                SQL(
                    "UPDATE %s SET %s WHERE id = %s",
                    SQL.identifier(record._table),
                    SQL(", ").join(changes),
                    record.id,
                )
            )

    def erase(self, record):
        """Delete a row behind the back of the database."""
        with self.tampering() as cr:
            table = SQL.identifier(record._table)
            cr.execute(SQL("DELETE FROM %s WHERE id = %s", table, record.id))

    def rehash(self, record):
        """Write the hash that fits the altered content of a row."""
        with self.tampering() as cr:
            cr.execute(
                SQL(
                    "UPDATE %(table)s AS t SET row_hash = %(hash)s WHERE id = %(id)s",
                    table=SQL.identifier(record._table),
                    hash=record._row_hash_sql("t"),
                    id=record.id,
                )
            )

    def found(self, findings):
        """Return model and id of each finding, in order."""
        return [(finding["model"], finding["id"]) for finding in findings]


class SampleCase(AuditCase):
    """A model with a hashed column of every type, in this transaction only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        registry = cls.registry
        add_to_registry(registry, cls._sample_class())
        cls.addClassCleanup(registry._setup_models__, cls.cr, [])
        cls.addClassCleanup(registry.__delitem__, SAMPLE)
        registry._setup_models__(cls.cr, [SAMPLE])
        registry.init_models(cls.cr, [SAMPLE], {"module": "settlement_audit"})
        cls.samples = cls.env[SAMPLE]

    @classmethod
    def _sample_class(cls):
        class Sample(models.Model):
            _module = None
            _name = SAMPLE
            _inherit = ["settlement.hashed"]
            _description = "Sample"
            _hashed_fields = (
                "name",
                "text",
                "kind",
                "number",
                "amount",
                "rate",
                "ratio",
                "day",
                "moment",
                "flag",
                "document",
                "partner_id",
            )

            name = fields.Char()
            text = fields.Text()
            kind = fields.Selection([("a", "A"), ("b", "B")])
            number = fields.Integer()
            currency_id = fields.Many2one("res.currency")
            amount = fields.Monetary()
            rate = fields.Float(digits=(16, 6))
            ratio = fields.Float()
            day = fields.Date()
            moment = fields.Datetime()
            flag = fields.Boolean()
            document = fields.Json()
            partner_id = fields.Many2one("res.partner")
            remark = fields.Char()
            name_length = fields.Integer(compute="_compute_name_length")
            title = fields.Char(translate=True)

            def _compute_name_length(self):
                for sample in self:
                    sample.name_length = len(sample.name or "")

        return Sample
