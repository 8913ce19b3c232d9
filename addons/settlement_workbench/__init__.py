from . import controllers, counting, models, wizards


def uninstall_hook(env):
    """Stop counting before the table of the counters goes."""
    env["settlement.counter"]._drop_triggers()
