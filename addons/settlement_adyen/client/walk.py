"""Which reports to ask for: Adyen has no list of them, but counts its batches.

The reports of a merchant account are numbered without a hole. A pull asks for those
inside the look-back again, for they may have been issued anew, for those that are
missing between them, and for the next ones, until there are none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

# So many numbers behind the last one that is there are asked for: one that Adyen
# leaves out does not stop what follows it.
LOOK_AHEAD = 3

# Number of a batch → its day, None as long as it was not read.
Days = Mapping[int, date | None]


@dataclass(frozen=True)
class Walk:
    """The batches of one merchant account.

    :param known: those that are here.
    :param first: number of the first one that is wanted, 0 = the first known one.
    :param resting: those that are not to be asked for again in this pull.
    """

    known: Days
    first: int = 0
    resting: Collection[int] = ()

    @property
    def start(self) -> int:
        """Return the number of the first batch that is wanted."""
        return self.first or min(self.known, default=1)

    @property
    def highest(self) -> int:
        """Return the number of the last batch that is here."""
        return max(self.known, default=self.start - 1)

    def with_batch(self, number: int) -> Walk:
        """Return the same with one batch more, which came in just now."""
        return replace(self, known={**self.known, number: None})

    def following(self, after: int, since: date) -> int:
        """Return the number to ask for after another one, 0 if that was the last.

        :param since: what is older, and what is missing before it, is left alone.
        """
        last = max(self.highest, self.start - 1) + LOOK_AHEAD
        for number in range(max(self.start, after + 1), last + 1):
            if number not in self.resting and self._is_wanted(number, since):
                return number
        return 0

    def _is_wanted(self, number: int, since: date) -> bool:
        """Tell whether a batch, or the one that follows where it is missing, is new."""
        if number > self.highest:
            return True
        day = self.known[number if number in self.known else self._next_known(number)]
        return day is None or day >= since

    def _next_known(self, number: int) -> int:
        return min(each for each in self.known if each > number)

    def missing(self, since: date) -> Iterator[tuple[int, int]]:
        """Yield from where to where batches are missing that nobody looks for."""
        numbers = sorted(each for each in self.known if each >= self.start)
        before = self.start - 1
        for number in numbers:
            if number > before + 1 and not self._is_wanted(before + 1, since):
                yield before + 1, number - 1
            before = number
