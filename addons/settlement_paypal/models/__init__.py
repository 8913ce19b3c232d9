from . import backend
from . import bench
from . import connector_paypal
