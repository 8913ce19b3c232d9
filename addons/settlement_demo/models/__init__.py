from . import cli
from . import simulation
from . import training
