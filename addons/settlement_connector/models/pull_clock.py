"""How long a pull may take before it has to give way."""

import time

from odoo.tools import config

from odoo.addons.settlement.canonical.errors import TransientError


class OutOfTime(TransientError):
    """The time of this run is used up; the next run goes on at the cursor."""


def limited(checkpoint, seconds):
    """Return a checkpoint that calls another one, and stops a pull after some time.

    :param seconds: what this backend gets while others wait.
    """
    end = time.monotonic() + seconds

    def turn():
        checkpoint()
        if time.monotonic() >= end:
            raise OutOfTime("Other backends wait; the next run goes on.")

    return turn


def watched(commit=None):
    """Return a checkpoint that stops a pull in time.

    The server ends requests and scheduled actions that take too long, and all that
    they have not committed is lost. Half of that time is a safe place to stop.

    :param commit: called at each checkpoint, if given.
    """
    end = time.monotonic() + time_limit() / 2

    def checkpoint():
        if commit:
            commit()
        if time.monotonic() >= end:
            raise OutOfTime("The time of this run is used up; the next one goes on.")

    return checkpoint


def time_limit():
    """Return the seconds that the server gives a scheduled action or request."""
    limit = config["limit_time_real_cron"]
    if limit is None or limit < 0:
        limit = config["limit_time_real"]
    return limit or float("inf")
