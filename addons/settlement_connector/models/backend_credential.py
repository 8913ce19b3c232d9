from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.settlement.canonical.errors import SettlementError

from .. import secrets_store
from ..secrets.sealing import masked

MOST_VALUES = 5
# What a credential is sealed to; changing one of them voids it.
BINDING_FIELDS = ("environment", "api_url")


class SettlementBackend(models.Model):
    _inherit = "settlement.backend"

    def set_credential(self, name, value, expires_on=None, keep_previous=False):
        """Store a credential. It can be used from then on, and never read back.

        :param name: one of the names that the connector declares.
        :param value: the secret, or a list of them while one replaces another (the
            current one first).
        :param expires_on: date on which the provider ends it.
        :param keep_previous: keep the value so far as a second one, for the time in
            which the provider still uses both.
        :return: True
        :raises UserError: if the name is unknown, the value empty or the server has
            no key.
        :raises AccessError: without the integration administrator role.
        """
        self.ensure_one()
        self._require_group("group_integration_admin")
        self.check_access("write")
        self._check_credential_name(name)
        values = self._credential_values(value)
        # The role was checked; credentials have no other door than this.
        backend = self.sudo()
        try:
            backend._store_credential(name, values, expires_on, keep_previous)
        except SettlementError as error:
            raise UserError(str(error)) from None
        if backend.state == "failing":
            # The schedule tries again with the new value.
            backend._set_state("connected", backend.last_error)
        return True

    def _check_credential_name(self, name):
        known = self._handler()._credential_names()
        if name not in known:
            raise UserError(
                self.env._(
                    "%(backend)s has no use for a credential %(name)s. "
                    "It knows: %(known)s.",
                    backend=self.name,
                    name=name,
                    known=", ".join(known) or self.env._("none"),
                )
            )

    def _credential_values(self, value):
        """Return the values as a list of texts without surrounding spaces."""
        given = list(value) if isinstance(value, list | tuple) else [value]
        texts = all(isinstance(text, str) and text.strip() for text in given)
        if not given or not texts or len(given) > MOST_VALUES:
            raise UserError(
                self.env._(
                    "A credential is a text, or a list of at most %(count)s texts; "
                    "none of them may be empty.",
                    count=MOST_VALUES,
                )
            )
        return [text.strip() for text in given]

    def _store_credential(self, name, values, expires_on, keep_previous):
        known = self.credential_ids.filtered(lambda known: known.name == name)
        if keep_previous and known.state == "valid":
            previous = secrets_store.reveal(self.env, self, name)[0]
            values = [*values, *({previous} - set(values))]
        credential = known or self.env["settlement.credential"].create(
            {"backend_id": self.id, "name": name}
        )
        key_id = secrets_store.store(credential, values)
        credential.write(
            {
                "masked": masked(values),
                "rotated_on": fields.Datetime.now(),
                "expires_on": expires_on or False,
            }
        )
        credential.invalidate_recordset(["state"])
        credential._warn_expiring()
        self._log_credential(credential, "rotated" if known else "set", values, key_id)

    def _log_credential(self, credential, act, values, key_id):
        """Leave a trace that says everything but the value."""
        after = {"name": credential.name, "values": len(values), "key": key_id}
        if credential.expires_on:
            after["expires_on"] = credential.expires_on
        self.env["settlement.event"]._log(f"credential.{act}", self, after=after)

    def action_enter_credential(self):
        """Button: open the dialog that takes a new value."""
        self.ensure_one()
        self._require_group("group_integration_admin")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Enter a Credential"),
            "res_model": "settlement.credential.wizard",
            "view_mode": "form",
            "target": "new",
            "context": {"default_backend_id": self.id},
        }

    def write(self, vals):
        """Disconnect backends whose credentials a change of ``vals`` voids."""
        if not set(BINDING_FIELDS) & set(vals):
            return super().write(vals)
        before = {backend.id: backend._binding() for backend in self}
        result = super().write(vals)
        # Reading which backends have credentials is all that is done with it.
        for backend in self.sudo():
            if backend._binding() != before[backend.id] and backend.credential_ids:
                backend._void_credentials()
        return result

    def _binding(self):
        return [self[name] or "" for name in BINDING_FIELDS]

    def _void_credentials(self):
        """Say that the credentials have to be entered again."""
        self.credential_ids.invalidate_recordset(["state"])
        sentence = self.env._(
            "The environment or the API address was changed, which voids the "
            "credentials. Enter them again."
        )
        self._set_state("paused" if self.state == "paused" else "draft", sentence)
        self.env["settlement.event"]._log(
            "credential.voided",
            self,
            reason=sentence,
            after={"names": ", ".join(self.credential_ids.mapped("name"))},
        )
