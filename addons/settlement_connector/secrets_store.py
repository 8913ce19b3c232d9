"""Where credentials are sealed and revealed: functions, never methods of a record.

Server actions and RPC reach methods of records, some of them even private ones. A
module function is out of their reach. The sealed text stands in a column that is no
field, so that no read, export, copy or search of a record ever contains it.
"""

import os

from odoo.tools import SQL

from .secrets.errors import CredentialVoid, KeyUnavailable
from .secrets.keyring import Keyring
from .secrets.rotation import key_states
from .secrets.sealing import Place, key_id_of, seal, unseal

MODEL = "settlement.credential"


def reveal(env, backend, name):
    """Return the values of a credential, the current one first.

    Only the code that talks to the other side calls this. Keep the result in a
    local variable; never put it on a record, into a context, a job or an error.

    :param name: one of the connector's ``_credential_names()``.
    :return: list of texts, more than one while the secret is being rotated.
    :raises CredentialVoid: if there is none, or it was stored for another address,
        environment or backend.
    :raises KeyUnavailable: if the server lacks the key.
    """
    row, sealed = _read(env, backend, name)
    if not sealed:
        raise CredentialVoid(
            f"{backend.sudo().name} has no credential {name!r}. Enter it in the "
            "settings of the backend."
        )
    return unseal(_keyring(), sealed, _place(backend, row, name))


def store(credential, values):
    """Seal ``values`` into the row of a settlement.credential record.

    :param values: list of texts, the current one first.
    :return: the id of the key that was used.
    :raises KeyUnavailable: if the server has no key.
    """
    credential.ensure_one()
    ring = _keyring()
    place = _place(credential.backend_id, credential.id, credential.name)
    _write(credential, seal(ring, values, place))
    return ring.current.id


def condition(credential):
    """Return ``valid``, ``missing``, ``void`` or ``no_key``; never a value."""
    try:
        reveal(credential.env, credential.backend_id, credential.name)
    except CredentialVoid:
        has_text = _read(credential.env, credential.backend_id, credential.name)[1]
        return "void" if has_text else "missing"
    except KeyUnavailable:
        return "no_key"
    return "valid"


def key_problem():
    """Return a sentence that says how to give the server a key; "" if it has one."""
    try:
        _current_key_id()
    except KeyUnavailable as error:
        return str(error)
    return ""


def _current_key_id():
    return _keyring().current.id


def seal_again(credential):
    """Encrypt a credential with the current key; return whether that was needed.

    :raises CredentialVoid: if it cannot be opened any more.
    :raises KeyUnavailable: if the server lacks the old or the current key.
    """
    backend, name = credential.backend_id, credential.name
    sealed = _read(credential.env, backend, name)[1]
    if not sealed or key_id_of(sealed) == _keyring().current.id:
        return False
    store(credential, reveal(credential.env, backend, name))
    return True


def key_id(credential):
    """Return the id of the key that a credential is sealed with; empty for none."""
    sealed = _read(credential.env, credential.backend_id, credential.name)[1]
    return key_id_of(sealed) if sealed else ""


def keys(env):
    """Return the state of every key, as :func:`key_states` does; never a key itself.

    :raises KeyUnavailable: if the keys of the server cannot be read.
    """
    rows = env.execute_query(
        SQL(
            "SELECT split_part(sealed, ':', 2), count(*) FROM settlement_credential "
            "WHERE sealed IS NOT NULL GROUP BY 1"
        )
    )
    return key_states([key.id for key in _keyring().keys], dict(rows))


def _keyring():
    return Keyring.load(os.environ)


def _place(backend, row, name):
    # Whoever may use a credential need not be allowed to read the backend.
    backend = backend.sudo()
    return Place(
        model=MODEL,
        row=row,
        backend=backend.id,
        name=name,
        environment=backend.environment,
        api_url=backend.api_url or "",
    )


def _read(env, backend, name):
    env[MODEL].flush_model(["backend_id", "name"])
    rows = env.execute_query(
        SQL(
            "SELECT id, sealed FROM settlement_credential "
            "WHERE backend_id = %s AND name = %s",
            backend.id,
            name,
        )
    )
    return rows[0] if rows else (0, None)


def _write(credential, sealed):
    credential.flush_recordset()
    credential.env.cr.execute(
        SQL(
            "UPDATE settlement_credential SET sealed = %s WHERE id = %s",
            sealed,
            credential.id,
        )
    )
