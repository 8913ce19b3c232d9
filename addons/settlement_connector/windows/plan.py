"""Plan the pulls of one stream so that nothing between two of them is lost.

*Regular* pulls reach up to now; *back-fills* have a given end. The rules:

* What a pull has seen is settled only up to the look-back before its end: later
  rows of that period may still arrive. A regular pull goes on where the settled
  periods end without a hole.
* A failed pull is never passed over: it is resumed at its cursor, or the next
  regular pull starts no later than it did.
* A back-fill that failed in passing is tried again after the regular pull.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .coverage import Period, covered_until, is_covered, merged


@dataclass(frozen=True)
class Attempt:
    """One past pull of the stream.

    :param cursor: where it stopped, if it failed and pages before are stored.
    :param passing: it failed for a reason that may pass by itself.
    :param backfill: its end was given.
    """

    since: datetime
    until: datetime
    good: bool
    cursor: str = ""
    passing: bool = True
    backfill: bool = False

    @property
    def period(self) -> Period:
        """Return the period that was asked for."""
        return self.since, self.until

    @property
    def is_resumable(self) -> bool:
        """Tell whether a later pull may go on at the cursor."""
        return not self.good and self.passing and bool(self.cursor)


@dataclass(frozen=True)
class Span:
    """One pull to make: a period, and where to go on inside it."""

    since: datetime
    until: datetime
    cursor: str = ""
    backfill: bool = False

    @classmethod
    def again(cls, attempt: Attempt) -> Span:
        """Return the pull that goes on with a failed one."""
        cursor = attempt.cursor if attempt.is_resumable else ""
        return cls(attempt.since, attempt.until, cursor, attempt.backfill)


@dataclass(frozen=True)
class Request:
    """What one pull of all streams is asked for.

    :param now: the one end of all streams that this pull brings up to date.
    :param since: first moment, if a person gave one.
    :param until: last moment, if a person gave one; makes the pull a back-fill.
    """

    now: datetime
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Feed:
    """All past pulls of one stream, oldest first, and the limits of the next.

    :param start: from when on the stream is to be complete.
    """

    attempts: Sequence[Attempt]
    start: datetime
    now: datetime
    lookback: timedelta

    def good_periods(self) -> list[Period]:
        """Return the periods that were pulled completely."""
        return [attempt.period for attempt in self.attempts if attempt.good]

    def settled_periods(self) -> list[Period]:
        """Return the periods in which no late row is to be expected any more.

        The end of a pull stands for the moment it was made, which is never earlier.
        """
        return [
            (since, until - self.lookback)
            for since, until in self.good_periods()
            if since < until - self.lookback
        ]

    def unresolved(self) -> list[Attempt]:
        """Return the failed pulls that no later pull has made good, newest first."""
        result = []
        later: list[Period] = []
        for attempt in reversed(self.attempts):
            if attempt.good:
                later = merged([*later, attempt.period])
            elif not is_covered(attempt.period, later):
                result.append(attempt)
        return result

    def resumed(self) -> Span | None:
        """Return the regular pull to go on with at its cursor, if there is one."""
        regular = [item for item in self.unresolved() if not item.backfill]
        if regular and regular[0].is_resumable:
            return Span.again(regular[0])
        return None

    def regular(self) -> Span:
        """Return the next regular pull."""
        settled = covered_until(self.start, self.settled_periods())
        failed = [item.since for item in self.unresolved() if not item.backfill]
        return Span(min(settled, self.now, *failed), self.now)

    def retried(self) -> Span | None:
        """Return the back-fill to try again, if one failed in passing."""
        for attempt in self.unresolved():
            if attempt.backfill and attempt.passing:
                return Span.again(attempt)
        return None


def spans(read_feed: Callable[[], Feed], request: Request) -> Iterator[Span]:
    """Yield what to pull, each planned after the one before was stored.

    The caller stops at the first span that fails.

    :param read_feed: returns the feed as it stands at the moment of the call.
    """
    feed, since = read_feed(), request.since
    if request.until:
        until = min(request.until, feed.now)
        yield Span(since or min(feed.regular().since, until), until, backfill=True)
        return
    resumed = feed.resumed()
    if resumed and since in (None, resumed.since):
        yield resumed
        feed = read_feed()
        since = since and max(since, resumed.until - feed.lookback)
    yield Span(since, feed.now) if since else feed.regular()
    while retried := read_feed().retried():
        yield retried
