"""Clocks of reports: abbreviations, days, and the hours that come twice."""

import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_adyen.reports.clock import HOURS, instant

sys.path.insert(0, str(Path(__file__).parents[1]))
import adyen_report as paper  # noqa: E402

AMSTERDAM, NEW_YORK = ZoneInfo("Europe/Amsterdam"), ZoneInfo("America/New_York")


def at(text, clock, zone=AMSTERDAM):
    return instant(text, clock, zone, "Creation Date").isoformat(" ")


@pytest.mark.parametrize(
    ("clock", "utc"),
    [
        ("CET", "2026-01-06 11:00:00"),
        ("CEST", "2026-01-06 10:00:00"),
        ("PST", "2026-01-06 20:00:00"),
        ("PDT", "2026-01-06 19:00:00"),
        ("EST", "2026-01-06 17:00:00"),
        ("UTC", "2026-01-06 12:00:00"),
        ("gmt", "2026-01-06 12:00:00"),
        ("JST", "2026-01-06 03:00:00"),
        ("AEDT", "2026-01-06 01:00:00"),
        ("IST", "2026-01-06 06:30:00"),
    ],
)
def test_an_abbreviation_says_how_far_a_clock_is_ahead(clock, utc):
    assert at("2026-01-06 12:00:00", clock) == utc


@pytest.mark.parametrize("clock", ["", "XYZ", "  "])
def test_a_clock_that_is_not_known_is_that_of_the_backend(clock):
    assert at("2026-01-06 12:00:00", clock) == "2026-01-06 11:00:00"
    assert at("2026-07-06 12:00:00", clock) == "2026-07-06 10:00:00"


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Asia/Kolkata", "2026-07-06 06:30:00"),
        ("Europe/Dublin", "2026-07-06 11:00:00"),
        ("Asia/Jerusalem", "2026-01-06 10:00:00"),
        ("America/Chicago", "2026-01-06 18:00:00"),
        ("Asia/Shanghai", "2026-01-06 04:00:00"),
        ("Asia/Manila", "2026-01-06 04:00:00"),
    ],
)
def test_a_name_of_several_clocks_is_that_of_the_backend(zone, utc):
    zone = ZoneInfo(zone)
    clock = datetime.fromisoformat(utc).replace(tzinfo=ZoneInfo("UTC"))
    name = clock.astimezone(zone).tzname()
    assert at(f"{utc[:10]} 12:00:00", name, zone) == utc


def test_the_hour_that_comes_twice_is_told_apart_by_its_name():
    assert at("2026-10-25 02:30:00", "CEST") == "2026-10-25 00:30:00"
    assert at("2026-10-25 02:30:00", "CET") == "2026-10-25 01:30:00"
    assert at("2026-11-01 01:30:00", "EDT", NEW_YORK) == "2026-11-01 05:30:00"
    assert at("2026-11-01 01:30:00", "EST", NEW_YORK) == "2026-11-01 06:30:00"


def test_even_where_the_name_is_a_number():
    howe = ZoneInfo("Australia/Lord_Howe")
    assert at("2026-04-05 01:45:00", "+11", howe) == "2026-04-04 14:45:00"
    assert at("2026-04-05 01:45:00", "+1030", howe) == "2026-04-04 15:15:00"


def test_the_same_hour_without_a_name_is_the_first_one():
    assert at("2026-10-25 02:30:00", "") == "2026-10-25 00:30:00"


def test_rows_of_both_hours_are_two_rows():
    rows = [
        paper.of_account(
            "Fee", debit="1.00", Creation_Date="2026-10-25 02:30:00", TimeZone=clock
        )
        for clock in ("CEST", "CET")
    ]
    found = paper.transactions(paper.facts(*rows))
    assert len({fact.external_id for fact in found}) == 2


def test_a_name_that_stays_over_the_summer_is_taken_at_its_word():
    assert at("2026-07-06 12:00:00", "CET") == "2026-07-06 11:00:00"


@pytest.mark.parametrize(
    ("zone", "day"),
    [(AMSTERDAM, date(2026, 1, 7)), (NEW_YORK, date(2026, 1, 6))],
)
def test_the_day_is_that_of_the_backend(zone, day):
    row = paper.sale(Creation_Date="2026-01-07 00:10:00")
    assert paper.only(row, zone=zone).booked_on == day


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)),
    st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"]),
)
def test_what_a_clock_shows_is_read_back(moment, name):
    zone = ZoneInfo(name)
    moment = moment.replace(microsecond=0)
    local = moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone)
    wall = f"{local:%Y-%m-%d %H:%M:%S}"
    assert instant(wall, local.tzname(), zone, "x") == moment


@pytest.mark.parametrize("clock", sorted(HOURS))
def test_every_clock_is_less_than_a_day_ahead(clock):
    wall = datetime(2026, 1, 6, 12)
    utc = instant(f"{wall:%Y-%m-%d %H:%M:%S}", clock, AMSTERDAM, "x")
    assert abs(wall - utc) <= timedelta(hours=14)
