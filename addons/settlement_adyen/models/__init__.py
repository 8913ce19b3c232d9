from . import backend
from . import connector_adyen
from . import wallet
