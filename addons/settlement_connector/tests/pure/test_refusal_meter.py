"""How often refused requests may cause a write."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement_connector.webhooks.refusal_meter import RefusalMeter


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def new_meter(burst=2, per_second=1.0):
    clock = Clock()
    return RefusalMeter(burst, per_second, clock), clock


def test_the_first_are_written_at_once():
    meter, _clock = new_meter()
    assert [meter.count("a") for _ in range(4)] == [1, 1, 0, 0]


def test_a_later_write_carries_what_waited():
    meter, clock = new_meter()
    for _ in range(5):
        meter.count("a")
    clock.now += 1
    assert meter.count("a") == 4
    assert meter.count("a") == 0


def test_backends_do_not_meet():
    meter, _clock = new_meter(burst=1)
    assert meter.count("a") == 1
    assert meter.count("b") == 1


def test_what_could_not_be_written_is_not_lost():
    meter, _clock = new_meter()
    meter.put_back("a", meter.count("a"))
    assert meter.count("a") == 2


def test_rest_does_not_save_up_more_than_the_burst():
    meter, clock = new_meter()
    clock.now += 1000
    assert [meter.count("a") for _ in range(3)] == [1, 1, 0]


@given(st.lists(st.floats(0, 3), max_size=60))
def test_nothing_is_lost_and_the_rate_holds(pauses):
    meter, clock = new_meter()
    written = []
    for pause in pauses:
        clock.now += pause
        written.append(meter.count("a"))
    clock.now += 10
    written.append(meter.count("a"))
    assert sum(written) == len(pauses) + 1
    assert sum(map(bool, written)) <= 2 + sum(pauses) + 10


def test_threads_lose_none():
    meter, _clock = new_meter(burst=10**6)
    written = []

    def work():
        written.extend(meter.count("a") for _ in range(500))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(written) == 2000
