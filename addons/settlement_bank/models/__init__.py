from . import backend
from . import batch
from . import connector_bank
from . import wallet
