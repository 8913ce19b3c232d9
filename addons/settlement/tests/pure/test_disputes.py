"""The life of a dispute is the same whatever the order of what is known."""

import itertools
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odoo.addons.settlement.canonical.disputes import (
    DisputeRow,
    Statement,
    grouped,
    life_of,
)
from odoo.addons.settlement.canonical.kinds import (
    DISPUTE_STATUSES,
    FINAL_DISPUTE_STATUSES,
)

NUMBERS = itertools.count(1)


def row(kind="dispute", gross=-10_000, day=10, **values):
    number = next(NUMBERS)
    return DisputeRow(
        **{
            "id": number,
            "kind": kind,
            "external_id": f"txn_{number:05}",
            "gross": gross,
            "booked_on": date(2026, 1, day),
            "currency": "EUR",
            "source_external_id": "dp_1",
            "parent_external_id": "ch_1",
            **values,
        }
    )


def said(status, amount=10_000, currency="EUR", **values):
    return Statement(status, amount, currency, datetime(2026, 1, 9, 8), **values)


# ----------------------------------------------------------------------
# Which rows belong together
# ----------------------------------------------------------------------


def ids(groups):
    return {key: sorted(each.id for each in rows) for key, rows in groups.items()}


def test_rows_of_one_object_are_one_dispute():
    rows = [row(), row("dispute_reversal", 10_000), row("dispute_fee", -1_500)]
    assert ids(grouped(rows)) == {"dp_1": [each.id for each in rows]}


def test_two_disputes_of_one_payment_stay_two():
    first, second = row(gross=-3_000), row(gross=-2_000, source_external_id="dp_2")
    assert set(grouped([first, second])) == {"dp_1", "dp_2"}


def test_a_row_without_an_object_joins_the_only_dispute_of_its_payment():
    first = row()
    back = row("dispute_reversal", 10_000, source_external_id="")
    assert ids(grouped([back, first])) == {"dp_1": sorted([first.id, back.id])}


def test_with_two_disputes_on_the_payment_nobody_guesses():
    rows = [row(), row(source_external_id="dp_2")]
    back = row("dispute_reversal", 10_000, source_external_id="")
    groups = grouped([*rows, back])
    assert ids(groups)["ch_1"] == [back.id]


def test_a_fee_names_the_row_of_its_dispute():
    # As where the fee's reference is the id of the chargeback row.
    first = row(source_external_id="", external_id="T1201-1", parent_external_id="")
    fee = row(
        "dispute_fee",
        -2_000,
        source_external_id="fee-9",
        parent_external_id="T1201-1",
    )
    assert ids(grouped([fee, first])) == {"T1201-1": sorted([first.id, fee.id])}


def test_a_second_chargeback_names_the_first():
    first = row()
    second = row(source_external_id="", parent_external_id="dp_1", day=25)
    assert ids(grouped([second, first])) == {"dp_1": [first.id, second.id]}


def test_a_fee_of_no_dispute_is_no_dispute():
    stray = row("dispute_fee", -1_500, source_external_id="", parent_external_id="")
    assert grouped([stray]) == {}
    refund = row("fee_refund", 1_500, source_external_id="dp_9")
    assert grouped([refund]) == {}
    assert ids(grouped([refund], {"dp_9"})) == {"dp_9": [refund.id]}


def test_a_reversal_waits_under_the_name_of_its_dispute():
    back = row("dispute_reversal", 10_000)
    assert set(grouped([back])) == {"dp_1"}


# ----------------------------------------------------------------------
# Where it stands
# ----------------------------------------------------------------------


def test_money_that_is_away_is_open():
    life = life_of([row(costs=1_500)])
    assert (life.status, life.outcome, life.is_final) == ("opened", "open", False)
    assert (life.withdrawn, life.open, life.lost, life.fee) == (10_000, 10_000, 0, 1500)
    assert (life.opened_on, life.closed_on) == (date(2026, 1, 10), None)


def test_money_that_came_back_is_won():
    rows = [row(costs=1_500), row("dispute_reversal", 10_000, 20, costs=-1_500)]
    life = life_of(rows)
    assert (life.status, life.outcome, life.open, life.fee) == ("won", "won", 0, 0)
    assert life.closed_on == date(2026, 1, 20)


def test_money_back_before_its_withdrawal_is_no_open_dispute():
    life = life_of([row("dispute_reversal", 10_000)])
    assert (life.status, life.is_final, life.open) == ("won", True, -10_000)


@pytest.mark.parametrize("status", ["lost", "accepted"])
def test_what_is_lost_is_not_open(status):
    life = life_of([row()], said(status))
    assert (life.outcome, life.open, life.lost) == ("lost", 0, 10_000)


def test_a_part_that_came_back_is_not_lost():
    rows = [row(), row("dispute_reversal", 4_000, 20)]
    for status in ("lost", "partly_won"):
        life = life_of(rows, said(status))
        assert (life.status, life.outcome) == ("partly_won", "partly_won")
        assert (life.open, life.lost, life.returned) == (0, 6_000, 4_000)


def test_won_but_not_back_is_still_owed_to_us():
    life = life_of([row()], said("won"))
    assert (life.outcome, life.is_final, life.open) == ("won", True, 10_000)


def test_won_at_another_rate_leaves_nothing_open():
    rows = [row(gross=-9_210), row("dispute_reversal", 9_180, 20)]
    life = life_of(rows, said("won", 10_000, "USD"))
    assert (life.open, life.exchange, life.lost) == (0, 30, 0)
    gained = [row(gross=-9_210), row("dispute_reversal", 9_300, 20)]
    life = life_of(gained, said("won", 10_000, "USD"))
    assert (life.open, life.exchange) == (0, -90)


def test_won_in_the_wallets_currency_leaves_the_rest_open():
    rows = [row(), row("dispute_reversal", 9_000, 20)]
    life = life_of(rows, said("won"))
    assert (life.open, life.exchange) == (1_000, 0)


def test_money_back_beats_a_loss():
    rows = [row(), row("dispute_reversal", 10_000, 20)]
    assert life_of(rows, said("lost")).status == "won"
    assert life_of(rows, None, "accepted").status == "won"


def test_rows_may_say_how_it_ended():
    assert life_of([row(source_code="dispute:lost")]).lost == 10_000
    assert life_of([row(source_code="dispute:won")]).status == "won"


def test_a_person_decides_only_where_nobody_else_has():
    assert life_of([row()], None, "accepted").lost == 10_000
    assert life_of([row()], said("under_review"), "accepted").lost == 10_000
    assert life_of([row()], said("won"), "accepted").status == "won"


def test_an_inquiry_has_no_money():
    life = life_of([], said("warning"))
    assert (life.withdrawn, life.open, life.outcome) == (0, 0, "open")
    closed = life_of([], said("warning_closed", closed_at=datetime(2026, 2, 1)))
    assert (closed.outcome, closed.closed_on) == ("no_money", date(2026, 2, 1))


def test_a_fee_row_costs_and_its_refund_does_not():
    rows = [row(), row("dispute_fee", -1_500, costs=300), row("fee_refund", 500)]
    assert life_of(rows).fee == 1_300


def test_a_second_chargeback_opens_it_again():
    rows = [row(), row("dispute_reversal", 10_000, 15), row(day=25)]
    life = life_of(rows)
    assert (life.status, life.open) == ("opened", 10_000)


# ----------------------------------------------------------------------
# Any order
# ----------------------------------------------------------------------

ROWS = st.lists(
    st.builds(
        row,
        kind=st.sampled_from(
            ["dispute", "dispute_reversal", "dispute_fee", "fee_refund"]
        ),
        gross=st.integers(-20_000, 20_000),
        day=st.integers(1, 28),
        costs=st.integers(-2_000, 2_000),
        source_external_id=st.sampled_from(["", "dp_1", "dp_2", "own"]),
        parent_external_id=st.sampled_from(["", "ch_1", "ch_2", "dp_1", "dp_2"]),
        source_code=st.sampled_from(["", "dispute:won", "dispute:lost"]),
    ),
    max_size=7,
)
STATEMENTS = st.none() | st.builds(said, st.sampled_from(DISPUTE_STATUSES))


@given(ROWS, st.randoms(use_true_random=False))
def test_any_order_of_rows_gives_the_same_disputes(rows, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert ids(grouped(rows, {"dp_2"})) == ids(grouped(shuffled, {"dp_2"}))


@given(ROWS, STATEMENTS, st.sampled_from(["", "accepted"]), st.randoms())
def test_any_order_of_rows_gives_the_same_life(rows, statement, decided, random):
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert life_of(rows, statement, decided) == life_of(shuffled, statement, decided)


@given(ROWS, STATEMENTS, st.sampled_from(["", "accepted"]))
def test_nothing_of_the_money_vanishes(rows, statement, decided):
    life = life_of(rows, statement, decided)
    assert life.withdrawn - life.returned == life.lost + life.exchange + life.open
    assert life.lost >= 0
    assert (life.outcome == "open") == (not life.is_final)
    assert life.is_final == (life.status in FINAL_DISPUTE_STATUSES)


@given(ROWS)
def test_each_row_is_in_one_dispute_at_most(rows):
    members = [each.id for group in grouped(rows).values() for each in group]
    assert len(members) == len(set(members))
    moving = {each.id for each in rows if each.kind in ("dispute", "dispute_reversal")}
    named = {each.id for each in rows if each.external_id}
    assert moving & named <= set(members)


def test_the_same_row_in_a_later_revision_changes_the_life():
    first = row()
    later = replace(first, source_code="dispute:lost")
    assert life_of([first]).open == 10_000
    assert life_of([later]).open == 0


# ----------------------------------------------------------------------
# Disputes that are known by their payment
# ----------------------------------------------------------------------


def test_rows_without_an_object_join_the_dispute_of_their_payment():
    held = row("dispute", external_id="hold", source_external_id="")
    back = row("dispute_reversal", 10_000, source_external_id="")
    lost = row("dispute", source_external_id="")
    rows = [held, back, lost]
    found = grouped(rows, {"PP-D-1"}, {"ch_1": {"PP-D-1"}})
    assert set(found) == {"PP-D-1"}
    assert {each.id for each in found["PP-D-1"]} == {each.id for each in rows}


def test_two_disputes_of_one_payment_are_not_guessed():
    held = row("dispute", external_id="hold", source_external_id="")
    of_payments = {"ch_1": {"PP-D-1", "PP-D-2"}}
    assert set(grouped([held], {"PP-D-1", "PP-D-2"}, of_payments)) == {"hold"}


def test_a_row_that_names_its_dispute_is_not_led_elsewhere():
    own = row("dispute", external_id="own")
    found = grouped([own], {"dp_1", "PP-D-1"}, {"ch_1": {"PP-D-1"}})
    assert set(found) == {"dp_1"}


def test_what_was_only_held_before_is_no_win():
    rows = [row(), row("dispute_reversal", 10_000, day=11), row(day=12)]
    assert life_of(rows, said("lost")).status == "lost"
    assert life_of(rows, said("lost", 12_000)).status == "partly_won"
    assert life_of(rows, said("lost", currency="USD")).status == "partly_won"
