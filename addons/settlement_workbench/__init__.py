from . import controllers, counting, models, wizards


def post_init_hook(env):
    """Prove the wallets that are there: the board shows the last days at once."""
    env["settlement.wallet"].search([("opening_date", "!=", False)])._prove()


def uninstall_hook(env):
    """Stop counting before the table of the counters goes."""
    env["settlement.counter"]._drop_triggers()
