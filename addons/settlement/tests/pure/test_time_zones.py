from datetime import date, datetime, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.errors import BusinessError
from odoo.addons.settlement.canonical.time_zones import local_day, zone_of

ZONES = (
    *("Europe/Amsterdam", "America/Los_Angeles", "Asia/Kathmandu", "UTC"),
    *("Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kolkata"),
)


def test_a_zone_by_its_name():
    assert zone_of("Europe/Amsterdam") == ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd"])
def test_a_zone_that_does_not_exist(name):
    with pytest.raises(BusinessError, match="is unknown here"):
        zone_of(name)


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 1, 6, 22, 59, 59), "Europe/Amsterdam", date(2026, 1, 6)),
        (datetime(2026, 1, 6, 23), "Europe/Amsterdam", date(2026, 1, 7)),
        (datetime(2026, 1, 6, 18, 14, 59), "Asia/Kathmandu", date(2026, 1, 6)),
        (datetime(2026, 1, 6, 18, 15), "Asia/Kathmandu", date(2026, 1, 7)),
        (datetime(2026, 10, 25, 22, 30), "Europe/Amsterdam", date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0), "Europe/Amsterdam", date(2026, 10, 26)),
    ],
)
def test_days_change_at_midnight_there(moment, zone, day):
    assert local_day(moment, ZoneInfo(zone)) == day


@given(st.datetimes(datetime(1998, 1, 1), datetime(2099, 1, 1)), st.sampled_from(ZONES))
def test_the_day_is_that_of_the_very_moment(moment, name):
    zone = ZoneInfo(name)
    exact = moment.replace(tzinfo=timezone.utc).astimezone(zone).date()
    assert local_day(moment, zone) == exact
