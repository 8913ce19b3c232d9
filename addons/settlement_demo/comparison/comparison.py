"""All parts of the comparison, one after the other."""

from ..world.companies import PLANS
from .documents import document_differences
from .exceptions import exception_differences
from .found import read_keys
from .ledger import balance_differences, total_differences
from .matches import match_differences, wrong_matches
from .rows import row_differences, statement_differences

PARTS = (
    row_differences,
    statement_differences,
    wrong_matches,
    match_differences,
    exception_differences,
    document_differences,
    balance_differences,
    total_differences,
)


class Comparison:
    """What a database says against what really happened.

    :param env: environment of the superuser.
    :param truth: the Truth of the world that happened in the database.
    :param plans: of the companies that took part.
    """

    def __init__(self, env, truth, plans=PLANS):
        self.env = env
        self.truth = truth
        self.plans = plans

    def differences(self, parts=PARTS):
        """Return a sentence for each difference; none if all is right."""
        self.env.flush_all()
        keys = read_keys(self.env, self.plans)
        return [
            sentence for part in parts for sentence in part(self.env, self.truth, keys)
        ]
