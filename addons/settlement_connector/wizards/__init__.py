from . import credential_wizard
from . import key_overview
from . import pull_wizard
