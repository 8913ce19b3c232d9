from . import credential_wizard
