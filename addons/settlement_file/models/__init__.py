from . import backend
from . import connector_file
