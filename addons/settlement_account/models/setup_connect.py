import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement_connector import secrets_store

CONNECTION = ("name", "connector", "environment", "timezone", "api_url")
# Another one of these is another account at the provider.
IDENTITY = ("environment", "api_url")


class SettlementSetup(models.Model):
    """Steps 1 and 2: what is connected, and whether it answers."""

    _inherit = "settlement.setup"

    connector_about = fields.Char(compute="_compute_connector_about")
    is_pulled = fields.Boolean(compute="_compute_connector_about")
    takes_files = fields.Boolean(compute="_compute_connector_about")
    credential_names = fields.Char(compute="_compute_connector_about")
    key_problem = fields.Char(compute="_compute_key_problem")
    credential_html = fields.Html(compute="_compute_credential_html", sanitize=False)
    answer = fields.Json(readonly=True, help="Who we are, in the provider's words.")
    answer_html = fields.Html(compute="_compute_answer_html", sanitize=False)
    check_error = fields.Text(readonly=True, copy=False)
    checked_at = fields.Datetime(readonly=True, copy=False)
    upload = fields.Binary(
        "File", compute="_compute_upload", inverse="_inverse_upload", attachment=False
    )
    upload_name = fields.Char()
    message_ids = fields.Many2many(
        "settlement.message", compute="_compute_message_ids", string="Files Received"
    )

    # ------------------------------------------------------------------
    # What the connector is
    # ------------------------------------------------------------------

    @api.depends("connector")
    def _compute_connector_about(self):
        for setup in self:
            handler = setup._connector_handler()
            abilities = handler._capabilities() if handler is not None else set()
            names = handler._credential_names() if handler is not None else []
            setup.connector_about = handler._about() if handler is not None else False
            setup.is_pulled = "pull" in abilities
            setup.takes_files = "file" in abilities
            setup.credential_names = ", ".join(map(_spoken, names))

    def _connector_handler(self):
        """Return the connector that was chosen, None before."""
        name = f"settlement.connector.{self.connector}"
        return self.env[name] if self.connector and name in self.env else None

    # ------------------------------------------------------------------
    # Step 1: connect
    # ------------------------------------------------------------------

    def action_connect(self):
        """Create the backend, or change it to what was entered.

        :raises UserError: if another backend of the company has this name, or if
            what cannot change any more was changed.
        :raises AccessError: without the integration administrator role.
        """
        setup = self._begin("connect")
        if setup.backend_id:
            setup._change_connection()
        else:
            setup._check_name_free()
            # With the rights of the user: companies and names are checked there.
            backend = self.env["settlement.backend"].create(
                {**setup._connection_values(), "company_id": setup.company_id.id}
            )
            setup.backend_id = backend
        setup._finish("connect", setup._connection_values())
        return True

    def _connection_values(self):
        self.ensure_one()
        return {name: self[name] for name in CONNECTION}

    def _check_name_free(self):
        twin = self.env["settlement.backend"].search(
            [("company_id", "=", self.company_id.id), ("name", "=", self.name)]
        )
        if twin - self.backend_id:
            raise UserError(
                self.env._(
                    "%(company)s has a backend %(name)s already. Open its set-up from "
                    "there, or choose another name.",
                    company=self.company_id.name,
                    name=self.name,
                )
            )

    def _change_connection(self):
        """Take over what was changed; another account has to answer anew."""
        backend = self.backend_id
        if (backend.connector, backend.company_id) != (self.connector, self.company_id):
            raise UserError(
                self.env._(
                    "The company and the connector of %(name)s cannot change once it "
                    "exists. Start another set-up instead.",
                    name=backend.name,
                )
            )
        self._check_name_free()
        is_other = any((backend[n] or "") != (self[n] or "") for n in IDENTITY)
        self._check_identity_free(is_other)
        backend.write(self._connection_values())
        if is_other:
            self.write({"answer": False, "checked_at": False, "check_error": False})
            self._fall_back_to("access")

    def _check_identity_free(self, is_other):
        """Keep what came from one account from being mixed with another's."""
        if is_other and self.backend_id.wallet_ids.filtered("opening_date"):
            raise UserError(
                self.env._(
                    "%(name)s is live. Its environment cannot change any more; start "
                    "another set-up for the other one.",
                    name=self.name,
                )
            )

    # ------------------------------------------------------------------
    # Step 2: credentials and the test call
    # ------------------------------------------------------------------

    def _compute_key_problem(self):
        for setup in self:
            needed = setup.is_pulled and setup.credential_names
            setup.key_problem = needed and secrets_store.key_problem()

    @api.depends("backend_id", "step")
    def _compute_credential_html(self):
        for setup in self:
            rows = setup._credential_rows()
            setup.credential_html = rows and setup._render(
                "setup_credentials", rows=rows
            )

    def _credential_rows(self):
        """Return (name, masked value, condition) of each declared credential."""
        handler = self._connector_handler()
        names = handler._credential_names() if handler is not None else []
        # That there is a value, and whether it works, is what this step shows.
        stored = {each.name: each for each in self.sudo().backend_id.credential_ids}
        return [
            (
                _spoken(name),
                stored[name].masked if name in stored else "",
                stored[name].state if name in stored else "missing",
            )
            for name in names
        ]

    def action_enter_credential(self):
        """Open the dialog that takes a secret; it cannot be read back."""
        setup = self._begin("access")
        setup._check_key()
        setup.check_error = False
        action = setup.backend_id.sudo(False).action_enter_credential()
        stored = setup.backend_id.credential_ids.mapped("name")
        names = setup._connector_handler()._credential_names()
        missing = [name for name in names if name not in stored]
        action["context"]["default_name"] = (missing or names)[:1][0]
        return action

    def _check_key(self):
        if self.key_problem:
            raise UserError(self.key_problem)

    def set_credential(self, name, value):
        """Store a credential of the backend; the same as on the backend itself."""
        setup = self._begin("access")
        return setup.backend_id.sudo(False).set_credential(name, value)

    def action_check_access(self):
        """Ask the provider who we are, and go on to the wallets if it answers.

        What the provider says stays on the screen, in its own words.

        :return: whether it answered.
        :raises AccessError: without the integration administrator role.
        """
        setup = self._begin("access")
        backend = setup.backend_id.sudo(False)
        before = backend.state
        try:
            with self.env.cr.savepoint():
                answer = backend.check_connection()
        except UserError as error:
            setup._note_refusal(str(error))
            return False
        if before == "draft":
            # Nothing is pulled before it is known where the money belongs.
            setup.backend_id._set_state("draft")
        setup._note_answer(answer)
        return True

    def _note_refusal(self, words):
        self.write({"check_error": words, "checked_at": False, "answer": False})
        self._fall_back_to("access")
        self._log("refused", {"words": words})

    def _note_answer(self, answer):
        now = fields.Datetime.now()
        self.write({"check_error": False, "checked_at": now, "answer": answer})
        self._find_in_answer()
        self._finish("access", {"answer": answer})

    @api.depends("answer")
    def _compute_answer_html(self):
        for setup in self:
            rows = [
                (_spoken(name), setup.backend_id._plain_words(value))
                for name, value in (setup.answer or {}).items()
                if value
            ]
            setup.answer_html = setup._render("setup_answer", rows=rows) if rows else ""

    # ------------------------------------------------------------------
    # Step 2 without an interface: the first file
    # ------------------------------------------------------------------

    def _compute_upload(self):
        self.upload = False

    def _inverse_upload(self):
        """Hand the file on to the inbox; from here on it is not on this record."""
        for setup in self:
            content, setup.upload = setup.upload, False
            if content:
                setup.receive_file(setup.upload_name, base64.b64decode(content))

    def receive_file(self, filename, content):
        """Keep a file until the end of the set-up, and see whose money it tells of.

        :param filename: name as given by its sender.
        :param content: bytes.
        :return: the settlement.message record.
        :raises UserError: if the connector cannot read it.
        """
        setup = self._begin("access")
        backend = setup.backend_id.sudo(False)
        message = backend.import_file(filename or self.env._("upload"), content)
        if message.sudo().state == "received":
            # Rows without a wallet would be put aside, so it waits.
            message.sudo()._set_state(
                "ignored", error=self.env._("Waits for the end of the set-up.")
            )
        setup._find_in_files()
        setup.write({"check_error": False, "checked_at": fields.Datetime.now()})
        setup._log("file", {"file": filename, "message": message.id})
        return message

    @api.depends("backend_id", "checked_at")
    def _compute_message_ids(self):
        for setup in self:
            setup.message_ids = setup._waiting_files()

    def _waiting_files(self):
        """Return the files that wait for the end of the set-up."""
        if not self.backend_id:
            return self.env["settlement.message"]
        return self.env["settlement.message"].search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("channel", "=", "file"),
                ("state", "=", "ignored"),
            ],
            order="id",
        )

    def action_take_files(self):
        """Go on to the wallets with the files that were taken in.

        :raises UserError: if there is none.
        """
        setup = self._begin("access")
        if not setup.wallet_line_ids:
            raise UserError(
                self.env._(
                    "Choose a file first: it says which accounts %(backend)s tells of.",
                    backend=setup.name,
                )
            )
        setup._finish("access", {"files": setup.message_ids.mapped("filename")})
        return True


def _spoken(name):
    """Return a technical name as people read it."""
    return name.replace("_", " ").capitalize()
