"""The base of stand-ins: faults by plan, pages, a log, real HTTP."""

import threading
import time
from decimal import Decimal

import pytest
import requests

from odoo.addons.settlement_connector.stand_in.faults import (
    FAULT_KINDS,
    ROW_FAULTS,
    Fault,
    FaultPlan,
)
from odoo.addons.settlement_connector.stand_in.pages import (
    numbered_page,
    offset_page,
    page_after,
)
from odoo.addons.settlement_connector.stand_in.server import Answer, StandInServer

ROWS = [{"id": f"row_{number}"} for number in range(1, 8)]
SECRET = "a key that nobody may keep"


class Shop(StandInServer):
    """Pages of three rows at /rows."""

    def respond(self, request, fault):
        if request.path != "/rows":
            return self.refusal(404, "There is nothing here.")
        page = numbered_page(ROWS, int(request.param("page", "1")), 3, fault)
        return Answer.of_json({"rows": page.rows, "next": page.following})

    def now(self):
        return 0


@pytest.fixture
def shop():
    with Shop() as server:
        yield server


def get(server, path="/rows?page=2", **options):
    return requests.get(server.url + path, timeout=5, **options)


def names(answer):
    return [row["id"] for row in answer.json()["rows"]]


# -- answers ------------------------------------------------------------------------


def test_a_proper_answer(shop):
    answer = get(shop)
    assert names(answer) == ["row_4", "row_5", "row_6"]
    assert answer.json()["next"] == 3
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Date"] == "Thu, 01 Jan 1970 00:00:00 GMT"
    assert get(shop, "/other").json() == {"message": "There is nothing here."}


def test_decimals_are_numbers_of_json():
    assert Answer.of_json([Decimal("1.50"), Decimal(3)]).body == b"[1.5, 3]"
    with pytest.raises(TypeError):
        Answer.of_json(object())


def test_the_log_knows_what_was_asked_and_no_credential(shop):
    get(shop, headers={"Authorization": f"Bearer {SECRET}"})
    get(shop, "/other?a=b")
    asked = [(one.number, one.path, one.params, one.status) for one in shop.log]
    assert asked == [
        (1, "/rows", {"page": "2"}, 200),
        (2, "/other", {"a": "b"}, 404),
    ]
    assert shop.log.paths() == ["/rows", "/other"]
    assert [one.number for one in shop.log.below("/o")] == [2]
    assert SECRET not in repr(list(shop.log))
    shop.log.clear()
    assert not len(shop.log)


def test_many_ask_at_once(shop):
    shop.faults.add("slow", seconds=0.2, times=8)
    started = time.monotonic()
    threads = [threading.Thread(target=get, args=[shop]) for _each in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - started < 8 * 0.2
    assert sorted(one.number for one in shop.log) == list(range(1, 9))


def test_it_stops_and_frees_its_port():
    shop = Shop().start()
    shop.stop()
    with Shop(port=shop.port) as again:
        assert get(again).ok
    Shop().stop()


def test_the_base_answers_nothing_by_itself():
    with pytest.raises(NotImplementedError):
        StandInServer.respond(None, None, None)


# -- faults ----------------------------------------------------------------------------


def test_an_error_with_headers(shop):
    shop.faults.add("status", status=429, headers={"Retry-After": "7"})
    answer = get(shop)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert get(shop).ok
    assert [one.status for one in shop.log] == [0, 200]


def test_an_error_that_repeats_what_was_asked(shop):
    shop.faults.add("echo", status=500)
    answer = get(shop, headers={"Authorization": f"Bearer {SECRET}"})
    assert answer.status_code == 500
    assert SECRET in answer.text


def test_late(shop):
    shop.faults.add("slow", seconds=0.3)
    with pytest.raises(requests.Timeout):
        requests.get(shop.url + "/rows", timeout=0.1)
    assert [one.status for one in shop.log] == [200]


@pytest.mark.parametrize("kind", ["reset", "cut"])
def test_down_or_cut(shop, kind):
    shop.faults.add(kind)
    with pytest.raises(requests.RequestException):
        get(shop)
    assert get(shop).ok


def test_garbage_and_pages_of_proxies(shop):
    shop.faults.add("garbage")
    with pytest.raises(ValueError, match="delimiter"):
        get(shop).json()
    shop.faults.add("content_type")
    assert get(shop).headers["Content-Type"] == "text/html"


def test_a_body_without_end(shop):
    shop.faults.add("huge")
    with get(shop, stream=True) as answer:
        read = len(answer.raw.read(3 * 65536))
    assert read == 3 * 65536
    assert shop.huge_bytes >= read - 65536


def test_rows_repeated_reordered_changed(shop):
    shop.faults.add("duplicate")
    assert names(get(shop)) == ["row_3", "row_4", "row_5", "row_6"]
    shop.faults.add("reordered")
    assert names(get(shop)) == ["row_6", "row_5", "row_4"]
    shop.faults.add("changed", change=lambda row: {**row, "id": row["id"].upper()})
    assert names(get(shop)) == ["ROW_4", "ROW_5", "ROW_6"]
    assert [one.status for one in shop.log] == [200] * 3
    assert names(get(shop)) == ["row_4", "row_5", "row_6"]


def test_the_plan_uses_faults_up_in_order():
    plan = FaultPlan()
    plan.add("status", path="/a", times=2, skip=1, status=503)
    plan.add("cut")
    assert plan.next_for("/a") is None
    assert plan.next_for("/b").kind == "cut"
    assert [plan.next_for("/a").status for _each in range(2)] == [503, 503]
    assert plan.next_for("/a") is None
    plan.add("cut", times=9)
    plan.clear()
    assert plan.next_for("/b") is None


def test_which_faults_still_answer():
    proper = {kind for kind in FAULT_KINDS if Fault(kind).is_proper}
    assert proper == {"slow", *ROW_FAULTS}
    with pytest.raises(ValueError, match="storm"):
        Fault("storm")


# -- pages --------------------------------------------------------------------------


def all_pages(ask):
    """Return all rows, following pages from the first to the last."""
    rows, following = [], None
    while True:
        page = ask(following)
        rows += page.rows
        following = page.following
        if following is None:
            return rows


@pytest.mark.parametrize("size", [1, 3, 6, 7, 8])
def test_every_way_of_paging_shows_every_row_once(size):
    ways = (
        lambda number: numbered_page(ROWS, number or 1, size),
        lambda start: offset_page(ROWS, start or 0, size),
        lambda after: page_after(ROWS, after, size),
    )
    for way in ways:
        assert all_pages(way) == ROWS


def test_no_rows():
    assert numbered_page([], 1, 3).rows == []
    assert numbered_page([], 1, 3).following is None


def test_the_first_page_repeats_nothing():
    fault = Fault("duplicate")
    assert numbered_page(ROWS, 1, 3, fault).rows == ROWS[:3]
    assert page_after(ROWS, "row_3", 3, fault).rows == ROWS[2:6]


def test_a_row_that_is_not_there():
    with pytest.raises(LookupError, match="row_99"):
        page_after(ROWS, "row_99", 3)
