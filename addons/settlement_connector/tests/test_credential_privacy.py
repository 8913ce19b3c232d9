"""A credential cannot be read back, whoever asks and by whatever way."""

import json
import logging
import traceback

from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import SQL

from .. import secrets_store
from ..secrets.keyring import new_key_line
from .common import SECRET, ConnectorCase


@tagged("post_install", "-at_install")
class TestCredentialPrivacy(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.backend.set_credential("api_key", SECRET)
        self.credential = self.backend.credential_ids
        self.admin = self.new_user("group_integration_admin")
        self.admin.group_ids += self.env.ref("base.group_allow_export")
        self.sealed = self.sealed_text()

    def sealed_text(self):
        self.env.cr.execute(
            "SELECT sealed FROM settlement_credential WHERE id = %s",
            [self.credential.id],
        )
        return self.env.cr.fetchone()[0]

    def assert_private(self, shown):
        text = shown if isinstance(shown, str) else json.dumps(shown, default=str)
        self.assertNotIn(SECRET, text)
        self.assertNotIn(self.sealed, text)

    def viewpoints(self):
        """Return the credential as administrator of the connection and as system."""
        return self.credential.with_user(self.admin), self.credential.sudo()

    def test_the_sealed_text_is_no_field(self):
        self.assertNotIn("sealed", self.credential._fields)
        self.assertFalse(
            self.env["ir.model.fields"].search(
                [("model", "=", "settlement.credential"), ("name", "=", "sealed")]
            )
        )
        self.assertTrue(self.sealed.startswith("v1:test:"))
        self.assertNotIn(SECRET, self.sealed)

    def test_read_and_export(self):
        for credential in self.viewpoints():
            names = list(credential._fields)
            self.assert_private(credential.read())
            self.assert_private(credential.read(names))
            self.assert_private(credential.web_read({name: {} for name in names}))
            self.assert_private(credential.export_data(names)["datas"])
            self.assert_private(credential.copy_data())
            self.assert_private(credential.fields_get())
            self.assert_private(credential.default_get(names))
            self.assert_private(repr(credential))

    def test_the_column_cannot_be_named(self):
        kinds = (ValueError, KeyError, UserError)
        for credential in self.viewpoints():
            for call in (
                lambda it=credential: it.read(["sealed"]),
                lambda it=credential: it.search([("sealed", "!=", False)]),
                lambda it=credential: it.search([], order="sealed"),
                lambda it=credential: it.formatted_read_group([], ["sealed"]),
                lambda it=credential: it._read_group([], [], ["sealed:array_agg"]),
                lambda it=credential: it.mapped("sealed"),
                lambda it=credential: it.export_data(["sealed"]),
            ):
                self.refused(call, *kinds)
            self.assertFalse(hasattr(credential, "sealed"))

    def test_grouping(self):
        for credential in self.viewpoints():
            for name in ("name", "masked", "backend_id"):
                self.assert_private(credential.formatted_read_group([], [name]))

    def test_the_backend_does_not_show_it(self):
        for backend in (self.backend.with_user(self.admin), self.backend.sudo()):
            # Everything the user may read of it.
            self.assert_private(backend.read())
            self.assert_private(backend.read(list(backend.fields_get())))
            self.assert_private(backend.export_data(["credential_ids/masked"])["datas"])
            self.assert_private(backend._status_of())

    def test_a_copy_of_the_backend_has_no_credential(self):
        copy = self.backend.copy({"name": "Copy"})
        self.assertFalse(copy.credential_ids)

    def run_code(self, code):
        """Run code as a server action and return what it left in the context."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Curious",
                "model_id": self.env.ref("settlement.model_settlement_backend").id,
                "state": "code",
                "code": code,
            }
        )
        shown = []
        action.with_context(
            active_model="settlement.backend",
            active_id=self.backend.id,
            active_ids=self.backend.ids,
            shown=shown,
        ).run()
        return shown

    def test_server_actions_cannot_reach_it(self):
        shown = self.run_code(
            "c = record.sudo().credential_ids\n"
            "env.context['shown'].append(str(c.read()))\n"
            "c._compute_state()\n"
            "env.context['shown'].append(c.state)\n"
        )
        self.assertEqual(shown[1:], ["valid"])
        self.assert_private(shown)
        for code in (
            "from odoo.addons.settlement_connector import secrets_store",
            "import os",
            "secrets_store.reveal(env, record, 'api_key')",
            "record.reveal('api_key')",
            "record._handler().reveal(record, 'api_key')",
            "type(record).pull.__globals__",
            "record.credential_ids.sealed",
        ):
            with self.assertRaises(Exception) as caught:
                self.run_code(code)
            self.assert_private(str(caught.exception))

    def test_no_record_has_a_method_that_gives_a_value_away(self):
        """Call every method of the credential that needs no argument."""
        credential = self.credential.sudo()
        skipped = {"unlink", "_unlink_log", "init", "_register_hook"}
        for name in {*vars(type(credential))} - skipped:
            method = getattr(credential, name)
            if not callable(method) or name.startswith("__"):
                continue
            try:
                self.assert_private(repr(method()))
            except TypeError:
                continue

    def test_methods_of_records_do_not_reveal(self):
        """Server actions can call every method of a record, private ones too.

        So a value may be revealed in a method that keeps it to itself, and in module
        functions, but in no other method, which would hand a value or a client on.
        """
        found = set()
        for name in self.env.registry:
            if not name.startswith("settlement."):
                continue
            for kind in type(self.env[name]).mro():
                found |= {
                    (name, attribute)
                    for attribute, method in vars(kind).items()
                    if "reveal"
                    in getattr(method, "__code__", nothing.__code__).co_names
                }
        keep_it_to_themselves = {"_check_connection", "_pull", "_verify_webhook"}
        others = {pair for pair in found if pair[1] not in keep_it_to_themselves}
        self.assertEqual(others, {("settlement.backend", "_store_credential")})

    def test_the_whole_database_does_not_contain_it(self):
        """No table of the database: chatter, jobs, logs, events, dialogs."""
        self.env["settlement.credential.wizard"].with_user(self.admin).create(
            {"backend_id": self.backend.id, "name": "webhook_secret", "value": SECRET}
        )
        self.backend.environment = "live"
        self.backend.set_credential("api_key", SECRET)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema"
        )
        for (table,) in self.env.cr.fetchall():
            query = SQL(
                "SELECT 1 FROM %s t WHERE t::text LIKE %s LIMIT 1",
                SQL.identifier(table),
                f"%{SECRET}%",
            )
            self.assertFalse(self.env.execute_query(query), table)

    def test_errors_do_not_show_it(self):
        self.set_keys(new_key_line("other"))
        try:
            secrets_store.reveal(self.env, self.backend, "api_key")
        except Exception as error:
            self.assert_private("".join(traceback.format_exception(error)))
        self.set_keys("")
        try:
            self.backend.set_credential("api_key", SECRET)
        except UserError as error:
            self.assert_private("".join(traceback.format_exception(error)))


def nothing():
    """Stand for attributes that are no plain functions."""


class _Collector(logging.Handler):
    """Keep every line of the log as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(logging.Formatter().format(record))


@tagged("post_install", "-at_install")
class TestCredentialOverRPC(ConnectorCase, HttpCase):
    """What a browser does, with the server's log at its most talkative."""

    def setUp(self):
        super().setUp()
        self.admin = self.new_user("group_integration_admin", login="the-admin")
        self.admin.password = "the-admin-password"
        self.authenticate("the-admin", "the-admin-password")
        self.collector = _Collector()
        self.talk(logging.getLogger("odoo.service.model"))
        self.talk(logging.getLogger("odoo.http"))
        self.talk(logging.getLogger("odoo.sql_db"))

    def talk(self, logger):
        level, propagate = logger.level, logger.propagate
        logger.propagate = False
        logger.addHandler(self.collector)
        logger.setLevel(logging.DEBUG)
        self.addCleanup(logger.removeHandler, self.collector)
        self.addCleanup(logger.setLevel, level)
        self.addCleanup(setattr, logger, "propagate", propagate)

    def call(self, model, method, *args, **kwargs):
        kwargs["context"] = {"allowed_company_ids": self.company.ids}
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}", params
        )

    def logged(self):
        self.assertTrue(self.collector.lines)
        return "\n".join(self.collector.lines)

    def revealed(self):
        return secrets_store.reveal(self.env, self.backend, "api_key")

    def test_set_credential(self):
        self.call(
            "settlement.backend", "set_credential", self.backend.ids, "api_key", SECRET
        )
        self.assertEqual(self.revealed(), [SECRET])
        self.assertIn("set_credential(***)", self.logged())
        self.assertNotIn(SECRET, self.logged())

    def test_the_dialog(self):
        values = {"backend_id": self.backend.id, "name": "api_key", "value": SECRET}
        specification = {"name": {}, "value": {}, "keep_previous": {}}
        answer = self.call(
            "settlement.credential.wizard",
            "web_save",
            [],
            values,
            specification=specification,
        )
        self.assertEqual(self.revealed(), [SECRET])
        self.assertFalse(answer[0]["value"])
        self.assertNotIn(SECRET, json.dumps(answer))
        self.assertNotIn(SECRET, self.logged())

    def test_other_calls_are_logged_as_ever(self):
        self.call("settlement.backend", "read", self.backend.ids, ["name"])
        self.assertIn("read(", self.logged())
        self.assertIn("'name'", self.logged())
