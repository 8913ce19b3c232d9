from . import backend
from . import bench
from . import connector_adyen
from . import wallet
