import logging
import time

from psycopg2.errors import UniqueViolation

from odoo import models

from .backend_pipeline import CONFLICTS, SERIALIZATION_ATTEMPTS

_logger = logging.getLogger(__name__)

# A backend with a mountain of work gives way to the others after this long.
TURN_SECONDS = 20


class SettlementBackend(models.Model):
    """Backends take turns: one that is slow or broken holds up no other."""

    _inherit = "settlement.backend"

    def _take_turn(self, totals, checkpoint):
        """Parse what is pending, for the length of a turn where others may wait.

        :param totals: dict of counters, added to.
        :return: whether more may be pending.
        """
        self.ensure_one()
        try:
            return self._turn_with_retries(totals, checkpoint)
        except CONFLICTS:
            raise  # the whole step begins again
        except Exception as error:  # pylint: disable=broad-except
            # Only who owns the transaction may undo what broke it.
            if not checkpoint:
                raise
            self._forget_turn(error)
            checkpoint()
        return False

    def _turn_with_retries(self, totals, checkpoint):
        """Take the turn, again if another worker has stored the same at once.

        A key that is violated again and again is an error of this backend, which
        stops no other: so it is not for the whole step to begin again.
        """
        for attempt in range(SERIALIZATION_ATTEMPTS):
            try:
                return self._parse_for_a_turn(totals, checkpoint)
            except UniqueViolation:
                if not checkpoint or attempt == SERIALIZATION_ATTEMPTS - 1:
                    raise
                _logger.info("turn of backend %s is begun again", self.id)
                self._begin_again(attempt)

    def _parse_for_a_turn(self, totals, checkpoint):
        """Parse until nothing waits or the turn is over; return whether more may."""
        end = time.monotonic() + TURN_SECONDS
        while messages := self._claim_messages(checkpoint):
            for name, count in self._parse_messages(messages, checkpoint).items():
                totals[name] = totals.get(name, 0) + count
            if checkpoint and time.monotonic() >= end:
                return True
        return False

    def _forget_turn(self, error):
        """Undo a turn that an unforeseen error ended, and tell of it.

        The messages stay leased; after some attempts they are buried with words.
        """
        self.env.cr.rollback()
        self.env.clear()
        _logger.exception("Parsing for backend %s broke off.", self.id)
        self._tell_broken(error)

    def _tell_broken(self, error):
        """Open the exception about an error of our own; its text stays in the log."""
        self.env["settlement.exception"]._raise_for(
            self,
            "connector_failed",
            self.env._(
                "Reading what %(backend)s sent broke off (%(kind)s). The log of the "
                "server says where. Other backends go on.",
                backend=self.name,
                kind=type(error).__name__,
            ),
            fixes=("retry",),
        )
