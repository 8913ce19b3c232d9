"""The world itself: it adds up, it is complete and the same for the same seed."""

import functools
import subprocess
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from odoo.addons.settlement_demo.world import build as make_world
from odoo.addons.settlement_demo.world import clock
from odoo.addons.settlement_demo.world.companies import ORDINARY, PLANS, PLANTED
from odoo.addons.settlement_demo.world.truth import MATCHED, OPEN, from_json

PLUGIN_FOLDER = Path(__file__).parents[4] / "tests"
SCENARIOS = {
    "partial_refund",
    "full_refund",
    "dispute_lost",
    "dispute_won",
    "failed_payout",
    "payout_over_month_end",
    "merged_payouts",
    "payment_recorded_by_odoo",
    "charge_part_payment",
    "transfer_part_payment",
    "transfer_overpayment",
    "unknown_payer",
    "charge_by_reference",
    "charge_without_reference",
    "ambiguous_reference",
    "standalone_fee",
    "reserve_hold_and_release",
    "reserve_still_held",
    "conversion_presented",
    "conversion_settled",
    "adjustment",
    "bank_fee",
    "bank_interest",
    "supplier_payment",
    "batch_entry",
    "missing_statement",
    "transfer_structured",
    "transfer_for_several",
    "charge_by_description",
    "charge_by_order",
    "transfer_by_reference",
    "charge_overpayment",
    "charge_twice",
    "payment_not_booked",
    "conversion_three_decimals",
    "refund_after_payout",
    "refund_without_note",
    "failed_refund",
    "dispute_open",
    "typing_slip",
    "transfer_twice",
    "own_transfer",
    "unknown_debit",
    "top_up",
    "canceled_payout",
    "returned_payout",
    "late_payout",
    "lost_payout",
    "negative_payout",
    "manual_payout",
    "paypal_sale",
    "paypal_sale_by_order",
    "paypal_sale_without_reference",
    "paypal_part_payment",
    "paypal_conversion",
    "paypal_sweep",
    "paypal_refund",
    "paypal_refund_with_fee",
    "paypal_refund_without_note",
    "paypal_chargeback",
    "paypal_chargeback_won",
    "paypal_mass_payment",
    "paypal_reserve",
    "paypal_payment_hold",
    "paypal_reserve_held",
    "paypal_fee",
    "paypal_fee_back",
    "paypal_withdrawal",
    "paypal_returned",
    "adyen_sale",
    "adyen_sale_by_order",
    "adyen_sale_without_reference",
    "adyen_part_payment",
    "adyen_converted",
    "adyen_refund",
    "adyen_refund_with_fee",
    "adyen_chargeback",
    "adyen_chargeback_reversed",
    "adyen_carried_over",
    "adyen_fee",
    "adyen_invoice_deduction",
    "adyen_deposit",
    "adyen_payout",
    "adyen_merged_payouts",
}
# Money that nobody can assign, and beside which an open invoice tempts.
TEMPTING = {
    "charge_without_reference",
    "unknown_payer",
    "ambiguous_reference",
    "typing_slip",
    "payment_not_booked",
}
# Enough of them to be sure that nothing hangs on one seed; each is made once.
worlds = pytest.mark.parametrize(
    "seed, start, months",
    [
        (1, date(2026, 3, 1), 1),
        (2, date(2027, 2, 1), 2),
        (3, date(2026, 12, 1), 1),
        (170, date(2028, 10, 1), 1),
        (999_999, date(2027, 2, 1), 3),
    ],
)
build = functools.lru_cache(make_world)


def companies(seed, start, months):
    world, truth = build(seed, start, months)
    return [(company, truth) for company in world.companies]


def stripe_rows(company):
    return {row["id"]: row for row in company.stripe.rows}


def all_statements(company):
    return [s for bank in company.banks for s in bank.statements]


def test_same_seed_same_world_and_truth():
    first, second = make_world(7), make_world(7)
    assert first[0] == second[0]
    assert first[1].to_json() == second[1].to_json()


def test_same_world_in_another_process():
    """Nothing depends on the order of sets or on hashes of texts."""
    program = (
        "import odoo_free, hashlib;"
        "from odoo.addons.settlement_demo.world import build;"
        "print(hashlib.sha256(build(7)[1].to_json().encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONPATH": str(PLUGIN_FOLDER), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_other_seed_other_world():
    assert build(7)[1].to_json() != build(8)[1].to_json()


def test_truth_survives_its_file():
    truth = build(3)[1]
    assert from_json(truth.to_json()) == truth


@worlds
def test_size(seed, start, months):
    world, truth = build(seed, start, months)
    kinds = Counter(row.kind for row in truth.rows)
    assert kinds["charge"] >= 300 * months
    assert len(truth.payouts) >= 12 * months
    assert kinds["bank_credit"] + kinds["bank_debit"] >= 60 * months
    currencies = {wallet.currency for c in world.companies for wallet in c.plan.wallets}
    assert currencies == {"EUR", "USD", "GBP", "JPY", "KWD"}
    versions = {s.version for c in world.companies for s in all_statements(c)}
    assert versions == {"02", "08"}


@worlds
def test_every_scenario_is_present(seed, start, months):
    truth = build(seed, start, months)[1]
    assert truth.scenarios() >= SCENARIOS


@worlds
def test_stripe_rows_add_up(seed, start, months):
    for company, _truth in companies(seed, start, months):
        for row in company.stripe.rows:
            assert row["net"] == row["amount"] - row["fee"]
            assert row["fee"] == sum(d["amount"] for d in row["fee_details"])
            assert row["amount"]


@worlds
def test_payouts_sum_and_list_each_row_once(seed, start, months):
    for company, _truth in companies(seed, start, months):
        rows = stripe_rows(company)
        listed = Counter(
            member for each in company.stripe.members.values() for member in each
        )
        assert set(listed.values()) <= {1}
        for payout in company.stripe.payouts:
            if not payout["automatic"]:
                assert payout["id"] not in company.stripe.members
                continue
            inside = [rows[member] for member in company.stripe.members[payout["id"]]]
            assert sum(row["net"] for row in inside) == 0
            lines = [row for row in inside if row["type"] != "payout"]
            assert sum(row["net"] for row in lines) == payout["amount"]
            plan = company.stripe.wallet(payout["currency"].upper())
            assert payout["amount"] > 0 or (plan.debits and payout["amount"] < 0)
            assert all(row["created"] < payout["created"] for row in lines)
            assert {row["currency"] for row in inside} == {payout["currency"]}


def price_points(price, source, home):
    """Return the basis points of a charge by its card, from the published table."""
    card = source["payment_method_details"].get("card")
    if card is None:
        return price.basis_points
    abroad = {"DE": {"DE", "AT", "FR"}, "JP": {"JP"}, "KW": {"KW", "AE"}}[home]
    points = price.basis_points
    points += price.foreign_basis_points if card["country"] not in abroad else 0
    return points + (price.premium_basis_points if card["brand"] == "amex" else 0)


@worlds
def test_fees_are_those_of_card_and_country(seed, start, months):
    for company, truth in companies(seed, start, months):
        pricing = {w.currency: w.pricing for w in company.plan.wallets}
        rows, brands = stripe_rows(company), set()
        for row in truth.rows:
            converted = row.scenario.startswith("conversion_")
            if row.kind != "charge" or converted or row.key not in rows:
                continue
            source = company.stripe.sources[rows[row.key]["source"]]
            price = pricing[row.currency]
            points = price_points(price, source, company.plan.country)
            exact = Fraction(row.gross * points, 10_000)
            assert abs(row.fee - price.fixed - exact) <= Fraction(1, 2)
            taxed = Fraction(row.fee * price.tax_percent, 100)
            assert abs(row.tax - taxed) <= Fraction(1, 2)
            card = source["payment_method_details"].get("card", {})
            brands.add(card.get("brand"))
        assert len(brands) > 1
        won = [row for row in truth.rows if row.scenario == "dispute_won"]
        assert sum(row.fee for row in won if row.kind != "charge") == 0


@worlds
def test_failed_payout_is_paid_out_again(seed, start, months):
    for company, truth in companies(seed, start, months):
        for payout in truth.payouts:
            if payout.failed and payout.backend == f"{company.plan.code}.stripe":
                (back,) = (
                    row
                    for row in company.stripe.rows
                    if row["source"] == payout.key
                    and row["reporting_category"] == "payout_reversal"
                )
                members = company.stripe.members
                again = [po for po, inside in members.items() if back["id"] in inside]
                assert len(again) == 1 and again != [payout.key]
                assert not payout.bank


@worlds
def test_payout_over_the_month_end(seed, start, months):
    world, truth = build(seed, start, months)
    for company in world.companies[:1]:
        rows = stripe_rows(company)
        spanning = [p for p in truth.payouts if p.scenario == "payout_over_month_end"]
        eur = [p for p in spanning if p.currency == "EUR"]
        assert eur
        for payout in eur:
            inside = company.stripe.members[payout.key]
            days = {
                clock.local_day(rows[row]["created"], company.plan.zone)
                for row in inside
                if rows[row]["type"] != "payout"
            }
            assert len({(day.year, day.month) for day in days}) == 2
            # The bank shows it in the later of the two months.
            assert payout.bank_day is None or payout.bank_day.month == max(days).month


@worlds
def test_merged_payouts_are_one_bank_row(seed, start, months):
    truth = build(seed, start, months)[1]
    merged = defaultdict(list)
    for payout in truth.payouts:
        if payout.scenario == "merged_payouts":
            merged[payout.bank].append(payout)
    assert merged
    for bank, payouts in merged.items():
        assert len(payouts) == 2
        (row,) = (row for row in truth.rows if row.key == bank)
        assert row.gross == sum(payout.amount for payout in payouts)


@worlds
def test_returned_payout_comes_to_the_bank_and_goes_again(seed, start, months):
    truth = build(seed, start, months)[1]
    rows = [row for row in truth.rows if row.scenario == "returned_payout"]
    bank = {row.key: row for row in rows if row.backend.endswith(".bank")}
    assert len(bank) >= 2
    assert sum(row.gross for row in bank.values()) == 0
    for row in bank.values():
        (part,) = row.settles
        assert bank[part.target].gross == -row.gross
    returned = [p for p in truth.payouts if p.scenario == "returned_payout"]
    assert all(payout.failed and not payout.bank for payout in returned)


@worlds
def test_negative_payout_is_money_that_the_bank_pays(seed, start, months):
    truth = build(seed, start, months)[1]
    negative = [p for p in truth.payouts if p.amount < 0]
    assert negative
    rows = {row.key: row for row in truth.rows}
    for payout in negative:
        if payout.bank:
            assert rows[payout.bank].kind == "bank_debit"
            assert rows[payout.bank].gross == payout.amount


@worlds
def test_manual_payouts_are_round_and_list_nothing(seed, start, months):
    for company, _truth in companies(seed, start, months):
        for wallet in company.plan.wallets:
            mine = [
                payout
                for payout in company.stripe.payouts
                if payout["currency"] == wallet.currency.lower()
            ]
            if wallet.manual:
                assert mine
                assert all(payout["amount"] % 10_000 == 0 for payout in mine)
            assert all(payout["automatic"] != wallet.manual for payout in mine)


@worlds
def test_three_decimals_end_in_zero_where_customers_pay(seed, start, months):
    for company, _truth in companies(seed, start, months):
        for source in company.stripe.sources.values():
            if source["object"] in ("charge", "refund") and source["currency"] == "kwd":
                assert source["amount"] % 10 == 0


@worlds
def test_every_payout_arrives_but_the_last_the_lost_and_the_failed(seed, start, months):
    truth = build(seed, start, months)[1]
    for payout in truth.payouts:
        if not payout.bank and not payout.failed:
            if payout.scenario == "lost_payout":
                continue
            assert (truth.end - payout.created_on).days < 7
        if payout.bank:
            (row,) = (row for row in truth.rows if row.key == payout.bank)
            assert payout.key in [settled.target for settled in row.settles]


@worlds
def test_statements_foot_and_follow_each_other(seed, start, months):
    for company, _truth in companies(seed, start, months):
        for bank in company.banks:
            balance = next(
                p.opening for p in company.plan.banks if p.currency == bank.currency
            )
            for number, statement in enumerate(bank.statements, 1):
                booked = [e for e in statement.entries if e.status == "BOOK"]
                assert statement.sequence == number
                assert statement.opening == balance
                balance += sum(entry.amount for entry in booked)
                assert statement.closing == balance
                for entry in booked:
                    details = [detail.amount for detail in entry.details]
                    assert not details or sum(details) == entry.amount


@worlds
def test_late_statement_has_movements_and_comes_last(seed, start, months):
    world, truth = build(seed, start, months)
    company = world.companies[0]
    late = [s for s in all_statements(company) if s.delivered_on == world.period.end]
    marked = [s.day for s in truth.statements if s.scenario == "missing_statement"]
    assert len(marked) == months
    assert set(marked) <= {s.day for s in late}
    assert all(s.entries for s in late if s.day in marked)


@worlds
def test_no_duplicates(seed, start, months):
    world, truth = build(seed, start, months)
    keys = Counter((row.backend, row.key) for row in truth.rows)
    assert set(keys.values()) == {1}
    numbers = Counter(document.key for document in truth.documents)
    assert set(numbers.values()) == {1}
    for company in world.companies:
        ids = [row["id"] for row in company.stripe.rows]
        assert len(ids) == len(set(ids))
        references = [e.reference for s in all_statements(company) for e in s.entries]
        assert len(references) == len(set(references))
        names = [party.name for party in company.parties]
        assert len(names) == len(set(names))


@worlds
def test_truth_covers_every_row_of_the_sources(seed, start, months):
    world, truth = build(seed, start, months)
    known = defaultdict(set)
    for row in truth.rows:
        known[row.backend].add(row.key)
    for company in world.companies:
        code = company.plan.code
        assert known[f"{code}.stripe"] == set(stripe_rows(company))
        booked = {
            f"{entry.reference}#{index}" if len(entry.details) > 1 else entry.reference
            for statement in all_statements(company)
            for entry in statement.entries
            if entry.status == "BOOK"
            for index in range(max(len(entry.details), 1))
        }
        assert known[f"{code}.bank"] == booked


@worlds
def test_daily_balances_follow_from_the_raw_rows(seed, start, months):
    for company, truth in companies(seed, start, months):
        zone = company.plan.zone
        for wallet in company.plan.wallets:
            told = [
                balance
                for balance in truth.balances
                if balance.backend == f"{company.plan.code}.stripe"
                and balance.currency == wallet.currency
            ]
            for balance in told:
                moved = sum(
                    row["net"]
                    for row in company.stripe.rows
                    if row["currency"] == wallet.currency.lower()
                    and clock.local_day(row["created"], zone) <= balance.day
                )
                assert balance.balance == wallet.opening + moved
            assert told[-1].balance > 0 or wallet.debits


def fee_invoices(truth, code):
    """Return currency → what providers have billed of what they withheld."""
    billed = Counter()
    for document in truth.documents:
        if document.company == code and document.scenario == "fee_invoice":
            billed[document.currency] += document.amount
    return billed


@worlds
def test_totals_close_the_circle(seed, start, months):
    """Debits and credits of all roles and of the settled documents are zero."""
    for company, truth in companies(seed, start, months):
        code = company.plan.code
        opening = Counter()
        books = (company.stripe, *company.report_books)
        wallets = [wallet for book in books for wallet in book.wallets]
        for plan in (*wallets, *company.plan.banks):
            opening[plan.currency] += plan.opening
        sums = fee_invoices(truth, code)
        for total in truth.totals:
            if total.company == code:
                sums[total.currency] += total.amount
        for row in truth.rows:
            if row.backend.startswith(code) and row.kind == "conversion":
                # Both legs meet in the currency of the company.
                sums[row.currency] -= row.net
            if row.backend.startswith(code) and row.outcome == MATCHED and row.due:
                documents = row.kind in ("charge", "refund") or not any(
                    settled.target.startswith("po_") for settled in row.settles
                )
                documents = documents and row.scenario != "returned_payout"
                if documents:
                    sums[row.currency] -= row.gross
        assert +(sums - opening) == Counter() == +(opening - sums)


@worlds
def test_money_of_a_row_is_fully_attributed(seed, start, months):
    truth = build(seed, start, months)[1]
    over = {e.key for e in truth.exceptions if e.reason == "amount_over"}
    for row in truth.rows:
        settled = sum(part.amount for part in row.settles)
        if row.outcome == MATCHED and row.key not in over:
            assert settled == row.gross, row
        elif row.key in over:
            assert 0 < settled < row.gross


@worlds
def test_residuals(seed, start, months):
    truth = build(seed, start, months)[1]
    left_open = {
        "charge_part_payment",
        "transfer_part_payment",
        "charge_without_reference",
        "unknown_payer",
        "ambiguous_reference",
        "typing_slip",
        "payment_not_booked",
        "paypal_part_payment",
        "paypal_sale_without_reference",
        "adyen_part_payment",
        "adyen_sale_without_reference",
    }
    waiting = {part.target for r in truth.rows if not r.due for part in r.settles}
    for document in truth.documents:
        assert 0 <= document.residual <= document.amount
        is_open = document.scenario in left_open or document.key in waiting
        if document.scenario == "failed_refund":
            is_open = document.kind == "credit_note"
        assert bool(document.residual) == is_open, document


@worlds
def test_temptations_are_planted(seed, start, months):
    """What cannot be matched stands beside an open invoice of the same amount."""
    truth = build(seed, start, months)[1]
    invoices = {
        (document.scenario, document.company, document.amount)
        for document in truth.documents
        if document.residual == document.amount
    }
    rows = [
        row for row in truth.rows if row.outcome == OPEN and row.scenario in TEMPTING
    ]
    assert {row.scenario for row in rows} == TEMPTING
    for row in rows:
        assert (row.scenario, row.backend.split(".")[0], row.gross) in invoices


@worlds
def test_own_transfers_settle_each_other(seed, start, months):
    truth = build(seed, start, months)[1]
    rows = {
        (row.backend, row.key): row
        for row in truth.rows
        if row.scenario == "own_transfer"
    }
    assert rows
    for row in rows.values():
        (part,) = row.settles
        other = rows[row.backend, part.target]
        assert part.amount == row.gross
        assert other.settles[0].target == row.key
        assert (other.gross > 0) != (row.gross > 0)
        assert other.currency != row.currency


@worlds
def test_every_exception_has_a_subject(seed, start, months):
    truth = build(seed, start, months)[1]
    rows = {(row.backend, row.key) for row in truth.rows}
    statements = {(s.backend, f"{s.account}/{s.day}") for s in truth.statements}
    payouts = {(payout.backend, payout.key) for payout in truth.payouts}
    subjects = {"row": rows, "statement": statements, "payout": payouts}
    for exception in truth.exceptions:
        if exception.subject in subjects:
            assert (exception.backend, exception.key) in subjects[exception.subject]
        else:
            assert exception.scenario in {fault.name for fault in truth.faults}
    unmatched = {(row.backend, row.key) for row in truth.rows if row.outcome == OPEN}
    assert unmatched <= {(e.backend, e.key) for e in truth.exceptions}


@worlds
def test_documents_are_dated_before_their_payment(seed, start, months):
    world, truth = build(seed, start, months)
    days = {d.key: d.day for c in world.companies for d in c.documents}
    for row in truth.rows:
        for part in row.settles:
            if part.target in days:
                assert days[part.target] <= row.booked_on


def test_steps_are_ordered_and_end_with_the_world():
    world = build(1, date(2026, 3, 1), 2)[0]
    steps = world.steps()
    assert steps == sorted(set(steps))
    assert steps[-1] == world.period.end
    gaps = {(steps[n + 1] - step).days for n, step in enumerate(steps[:-1])}
    assert max(gaps) <= 7
    # What is delivered after the last visit is never seen.
    for company in world.companies:
        for statement in all_statements(company):
            assert statement.delivered_on <= world.period.end


def test_a_period_starts_on_the_first():
    with pytest.raises(ValueError, match="first of a month"):
        build(1, date(2026, 3, 2))


def test_each_story_says_what_it_is():
    stories = [story for story, _weight in ORDINARY]
    stories += [planted.story for each in PLANTED.values() for planted in each]
    assert all(story.__doc__ for story in stories)


# ----------------------------------------------------------------------
# The large world of the demonstration
# ----------------------------------------------------------------------

LARGE = (1, date(2026, 3, 1), 3, 5_000)


def test_the_demonstration_is_as_large_as_promised():
    world, truth = build(*LARGE)
    kinds = Counter(row.kind for row in truth.rows)
    assert kinds["charge"] >= 5_000
    assert len(truth.payouts) >= 40
    assert kinds["bank_credit"] + kinds["bank_debit"] >= 300
    assert truth.scenarios() >= SCENARIOS
    # Two in three have their invoice, and most of these no payment in Odoo.
    assert len(truth.documents) >= 5_000
    online = sum(len(company.online_payments) for company in world.companies)
    assert 500 <= online <= 2_000


@pytest.mark.parametrize("orders", [1, 100, 777, 2_000])
def test_as_many_ordinary_charges_as_asked_for(orders):
    start = date(2026, 3, 1)
    few = Counter(row.kind for row in build(5, start, 1, 1)[1].rows)["charge"]
    more = Counter(row.kind for row in build(5, start, 1, orders)[1].rows)["charge"]
    # Each wallet rounds for itself.
    assert abs(more - few - (orders - 1)) <= 5


def test_more_orders_plant_no_more_trouble():
    start = date(2026, 3, 1)
    small, large = build(5, start, 1, 100)[1], build(5, start, 1, 2_000)[1]
    troubled = {each.scenario for each in large.exceptions if each.subject == "row"}
    planted = [
        Counter(row.scenario for row in truth.rows if row.scenario in troubled)
        for truth in (small, large)
    ]
    assert planted[0] == planted[1]


def test_one_company_may_live_alone():
    first = replace(PLANS[0], code="training7", name="Training", stories="nord")
    world, truth = make_world(1, date(2026, 3, 1), 1, 50, (first,))
    (company,) = world.companies
    assert company.plan.name == "Training"
    backends = {f"training7.{code}" for code in ("stripe", "bank", "paypal", "adyen")}
    assert {row.backend for row in truth.rows} == backends
    assert {document.company for document in truth.documents} == {"training7"}
    assert {fault.company for fault in truth.faults} == {"training7"}
