"""Nothing between two pulls is lost, whatever fails in whichever order."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.settlement_connector.windows.coverage import (
    covered_until,
    gaps,
    is_covered,
    merged,
)
from odoo.addons.settlement_connector.windows.plan import (
    Attempt,
    Feed,
    Request,
    Span,
    spans,
)

ORIGIN = datetime(2026, 1, 1)
LOOKBACK = timedelta(days=2)


def day(number):
    return ORIGIN + timedelta(days=number)


def good(since, until, **options):
    return Attempt(day(since), day(until), True, **options)


def failed(since, until, cursor="", **options):
    return Attempt(day(since), day(until), False, cursor, **options)


def feed(*attempts, now=20, start=0):
    regular = [attempt.since for attempt in attempts if not attempt.backfill]
    return Feed(attempts, min(regular, default=day(start)), day(now), LOOKBACK)


periods = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 10)).map(
        lambda pair: (day(pair[0]), day(pair[0] + pair[1]))
    ),
    max_size=12,
)


# -- coverage ---------------------------------------------------------------


def test_touching_periods_are_one():
    assert merged([(day(2), day(3)), (day(1), day(2)), (day(5), day(6))]) == [
        (day(1), day(3)),
        (day(5), day(6)),
    ]


@given(periods)
def test_merged_periods_are_apart_and_in_order(found):
    result = merged(found)
    flat = [moment for period in result for moment in period]
    assert flat == sorted(flat)
    assert all(one[1] < two[0] for one, two in zip(result, result[1:], strict=False))


@given(periods, st.integers(0, 60))
def test_every_moment_is_covered_or_in_a_gap(found, number):
    moment = day(number) + timedelta(hours=12)
    covered = any(since <= moment < until for since, until in found)
    missing = gaps(day(0), day(61), found)
    assert covered != any(since <= moment < until for since, until in missing)


@given(periods)
def test_gaps_begin_where_coverage_ends(found):
    reached = covered_until(day(0), found)
    missing = gaps(day(0), day(100), found)
    assert missing[0][0] == reached


@given(periods)
def test_a_period_is_covered_by_itself(found):
    assert all(is_covered(period, found) for period in found)


# -- the next pull ----------------------------------------------------------


def test_the_first_pull_starts_where_it_is_told():
    assert feed(start=3).regular() == Span(day(3), day(20))


def test_the_next_pull_reaches_back():
    assert feed(good(0, 10)).regular() == Span(day(8), day(20))


def test_it_does_not_reach_back_before_the_beginning():
    assert feed(good(9, 10)).regular() == Span(day(9), day(20))


def test_a_failed_pull_is_not_passed_over():
    assert feed(good(0, 10), failed(8, 15)).regular().since == day(8)


def test_a_failed_first_pull_is_not_passed_over():
    assert feed(failed(5, 10), start=8).regular().since == day(5)


def test_a_later_good_pull_does_not_hide_a_hole():
    attempts = [good(0, 5), failed(3, 10), good(14, 18, backfill=True)]
    assert feed(*attempts).regular().since == day(3)


def test_a_backfill_of_a_short_period_settles_nothing():
    attempts = [good(0, 5), good(4, 6, backfill=True)]
    assert feed(*attempts).regular().since == day(3)


def test_a_good_backfill_before_the_beginning_changes_nothing():
    attempts = [good(10, 15), good(0, 3, backfill=True)]
    assert feed(*attempts).regular().since == day(13)


def test_a_backfill_that_overlaps_the_feed_counts():
    attempts = [good(0, 5), good(3, 15, backfill=True)]
    assert feed(*attempts).regular().since == day(13)


def test_a_backfill_that_only_touches_the_feed_leaves_late_rows_out():
    attempts = [good(0, 5), good(5, 15, backfill=True)]
    assert feed(*attempts).regular().since == day(3)


def test_a_pull_that_stopped_at_a_cursor_is_resumed():
    attempts = [good(0, 10), failed(8, 15, "page-3")]
    assert feed(*attempts).resumed() == Span(day(8), day(15), "page-3")


def test_the_newest_cursor_counts():
    attempts = [failed(8, 15, "page-3"), failed(8, 15, "page-7")]
    assert feed(*attempts).resumed().cursor == "page-7"


def test_a_cursor_that_the_source_refused_is_forgotten():
    attempts = [failed(8, 15, "page-3"), failed(8, 15, "page-3", passing=False)]
    assert feed(*attempts).resumed() is None
    assert feed(*attempts).regular() == Span(day(8), day(20))


def test_nothing_is_resumed_after_it_was_made_good():
    attempts = [failed(8, 15, "page-3"), good(8, 15)]
    assert feed(*attempts).resumed() is None
    assert feed(*attempts).unresolved() == []


def test_a_backfill_is_tried_again_unless_the_source_refused_it():
    attempts = [good(0, 20), failed(-9, -5, "x", backfill=True)]
    assert feed(*attempts).retried() == Span(day(-9), day(-5), "x", True)
    assert feed(*attempts).resumed() is None
    refused = failed(-9, -5, passing=False, backfill=True)
    assert feed(good(0, 20), refused).retried() is None


def test_a_clock_that_went_back_asks_for_no_negative_period():
    assert feed(good(0, 30), now=20).regular() == Span(day(20), day(20))


# -- a whole life of a feed -------------------------------------------------


@dataclass(frozen=True)
class Item:
    """Something at the source: dated ``at``, to be seen from ``visible`` on."""

    at: datetime
    visible: datetime


class Source:
    """A source that pages through items, newest first, and fails on demand."""

    def __init__(self, items):
        self.items = items

    def page(self, span, now):
        """Return one item of the span after its cursor, and the next cursor."""
        end = datetime.fromisoformat(span.cursor) if span.cursor else datetime.max
        found = [
            item
            for item in self.items
            if span.since <= item.at <= span.until
            and item.visible <= now
            and item.at < end
        ]
        if not found:
            return [], ""
        last = max(item.at for item in found)
        return [item for item in found if item.at == last], last.isoformat()


class Life:
    """Pulls of one stream, as the pull of a backend makes them."""

    def __init__(self, source):
        self.source, self.attempts, self.stored = source, [], set()

    def feed(self, now):
        regular = [attempt.since for attempt in self.attempts if not attempt.backfill]
        start = min(regular, default=day(0))
        return Feed(tuple(self.attempts), start, now, LOOKBACK)

    def run(self, span, now, pages):
        """Pull a span; fail after ``pages`` pages unless it is None."""
        cursor = span.cursor
        while pages is None or pages > 0:
            found, following = self.source.page(
                Span(span.since, span.until, cursor), now
            )
            self.stored.update(found)
            if not following:
                self.attempts.append(
                    Attempt(span.since, span.until, True, "", True, span.backfill)
                )
                return True
            cursor = following
            pages = None if pages is None else pages - 1
        self.attempts.append(
            Attempt(span.since, span.until, False, cursor, True, span.backfill)
        )
        return False

    def pull(self, now, pages=None, since=None, until=None):
        for span in spans(lambda: self.feed(now), Request(now, since, until)):
            if not self.run(span, now, pages):
                return


hours = st.integers(0, 24 * 30)
items = st.lists(
    st.builds(
        lambda at, late: Item(
            ORIGIN + timedelta(hours=at), ORIGIN + timedelta(hours=at + late)
        ),
        hours,
        st.integers(0, 48),
    ),
    max_size=25,
)
moments = st.none() | hours.map(lambda hour: ORIGIN + timedelta(hours=hour))
steps = st.lists(
    st.tuples(st.integers(1, 60), st.none() | st.integers(0, 4), moments, moments),
    max_size=12,
)


@settings(max_examples=300)
@given(items, steps)
def test_everything_is_found_in_the_end(things, moves):
    """Whoever pulls what, and whatever fails: one good pull later all is there."""
    life, now = Life(Source(things)), ORIGIN
    for passed, pages, since, until in moves:
        now += timedelta(hours=passed)
        if since and since > min(until or now, now):
            since = None
        life.pull(now, pages, since, until)
    now = ORIGIN + timedelta(days=40)
    life.pull(now)
    begun = life.feed(now).start
    assert life.stored >= {thing for thing in things if thing.at >= begun}
    assert life.feed(now).unresolved() == []
    assert gaps(begun, now, life.feed(now).good_periods()) == []


@settings(max_examples=300)
@given(items, steps)
def test_every_planned_span_is_a_period_up_to_now(things, moves):
    life, now = Life(Source(things)), ORIGIN
    for passed, pages, since, until in moves:
        now += timedelta(hours=passed)
        if since and since > min(until or now, now):
            since = None
        life.pull(now, pages, since, until)
        assert all(item.since <= item.until <= now for item in life.attempts)
