"""What can go wrong with a stored credential, each with its own way out."""

from odoo.addons.settlement.canonical.errors import AuthenticationError, BusinessError


class KeyUnavailable(BusinessError):
    """The server lacks a key. The credential is whole: set the key and go on."""


class CredentialVoid(AuthenticationError):
    """The credential is missing or no longer valid here: enter it again."""
