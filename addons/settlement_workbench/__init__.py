from . import counting, models


def uninstall_hook(env):
    """Stop counting before the table of the counters goes."""
    env["settlement.counter"]._drop_triggers()
from . import controllers
from . import models
from . import wizards
