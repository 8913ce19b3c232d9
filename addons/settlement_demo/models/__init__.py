from . import cli
from . import simulation
