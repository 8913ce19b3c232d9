"""What reaches the company up to the end of a day."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from ..world import CompanyWorld, World, camt, clock
from ..world.provider_book import Report
from ..world.records import Statement

# Name and content.
File = tuple[str, bytes]
# A pull reaches back so far behind the one before: late data are found.
LOOKBACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """One visit: all data up to the end of ``day`` are fetched.

    :ivar since: first moment to pull, naive UTC.
    :ivar until: first moment not to pull, naive UTC.
    :ivar now: what the clocks outside show, Unix seconds.
    """

    day: date
    since: datetime
    until: datetime
    now: int


def steps(world: World) -> Iterator[Step]:
    """Yield the visits of a world in their order."""
    # The first day begins earlier in the east.
    before = world.period.start - clock.DAY
    since = _naive(clock.midnight(before))
    for day in world.steps():
        now = clock.day_end(day)
        yield Step(day, since, _naive(now + 1), now)
        since = _naive(now + 1) - LOOKBACK


def files(
    company: CompanyWorld,
    step: Step,
    after: date | None,
    troubles: Collection[str] = (),
) -> list[File]:
    """Return (name, content) of the bank's files of one visit, oldest first.

    :param after: day of the visit before; ``None`` = there was none.
    :param troubles: names of what goes wrong with them.
    """
    arrived = sorted(
        (
            statement
            for bank in company.banks
            for statement in bank.statements
            if _is_new(statement, step.day, after)
        ),
        key=lambda each: (each.delivered_on, each.day),
    )
    proper = [(statement.filename, camt.write(statement)) for statement in arrived]
    if "files_reversed" in troubles:
        proper.reverse()
    if "file_cut" in troubles:
        proper = [_cut(company, step), *proper]
    if "file_twice" in troubles:
        proper += proper[-1:]
    if "file_recreated" in troubles:
        proper += [
            (f"again_{statement.filename}", camt.write(statement, 2))
            for statement in arrived[-1:]
        ]
    return proper


def reports(
    company: CompanyWorld,
    provider: str,
    step: Step,
    after: date | None,
    troubles: Collection[str] = (),
) -> list[Report]:
    """Return the files of one visit of a provider that tells by files, oldest first.

    :param provider: its code.
    :param after: day of the visit before; ``None`` = there was none.
    :param troubles: names of what goes wrong with them.
    """
    arrived = sorted(
        (r for r in company.reports[provider] if _is_new(r, step.day, after)),
        key=lambda each: (each.delivered_on, each.day),
    )
    found = arrived[::-1] if "reports_reversed" in troubles else arrived
    if not found:
        return found
    book, spoilt = company.book(provider), company.spoilt_report(provider, step.day)
    if "report_cut" in troubles:
        found = [book.cut(spoilt), *found]
    if "report_corrected" in troubles:
        found = [book.issued_wrong(spoilt), *found]
    if "report_twice" in troubles:
        found = [*found, found[-1]]
    if "report_recreated" in troubles:
        found = [*found, book.issued_again(spoilt)]
    return found


def _cut(company: CompanyWorld, step: Step) -> File:
    """Return a file that broke off on its way, inside of its last entry."""
    statement = company.spoilt_file(step.day)
    content = camt.write(statement)
    return statement.filename, content[: content.rindex(b"</Ntry>")]


def _is_new(file: Statement | Report, day: date, after: date | None) -> bool:
    delivered = file.delivered_on
    return delivered <= day and (after is None or delivered > after)


def _naive(instant: int) -> datetime:
    return datetime.fromtimestamp(instant, timezone.utc).replace(tzinfo=None)
