"""Acts of sources, people and schedules in any order, and what must hold after each."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from .source import BANK, LOST, PROVIDER, WON, Source, day_of

AMOUNTS = st.sampled_from([1, 1000, 4000, 9999, 10000, 12345, 25000])
FEES = st.sampled_from([0, 0, 30, 175])
NUMBERS = st.integers(0, 10**6)
DAYS = st.integers(4, 40)
STEPS = ("parse", "match", "validate", "post")


@st.composite
def parts(draw):
    """Return one row of a payout; how its document is numbered comes later."""
    kind = draw(
        st.sampled_from(
            ["charge"] * 6 + ["refund", "fee", "dispute", "adjustment", "reserve_hold"]
        )
    )
    gross = draw(AMOUNTS)
    fee = draw(FEES) if kind == "charge" else 0
    if kind in ("refund", "fee", "dispute", "reserve_hold"):
        gross = -gross
    return kind, gross, fee, draw(st.integers(0, 3)), draw(st.integers(0, 12))


class AnyOrder(RuleBasedStateMachine):
    """Drives ``desk``, which acts on the database and reads what came of it."""

    new_desk = None

    def __init__(self):
        super().__init__()
        self.source = Source()
        self.desk = self.new_desk()
        self.told = set()
        self.is_broken = False
        self.is_touched = False

    def act(self, method, *arguments):
        """Do something; remember if it went wrong, so that the end is not judged."""
        self.is_touched = True
        try:
            return method(*arguments)
        except BaseException:
            self.is_broken = True
            raise

    # ------------------------------------------------------------------
    # What happens in the world
    # ------------------------------------------------------------------

    @initialize(
        payouts=st.lists(
            st.tuples(DAYS, st.lists(parts(), min_size=1, max_size=4)),
            min_size=1,
            max_size=3,
        ),
        arrived=st.integers(0, 2),
        is_posted=st.booleans(),
    )
    def begin(self, payouts, arrived, is_posted):
        """Start where something has happened already."""
        for day, rows in payouts:
            self.pay_out(day, rows)
        for number in range(arrived):
            if self.payouts():
                self.arrive(number, 1, 0)
        if is_posted:
            self.tell_all()
            self.run_pipeline("post")

    @rule(day=DAYS, rows=st.lists(parts(), min_size=1, max_size=4))
    def pay_out(self, day, rows):
        self.source.pay_out(day, [self.desk.with_document(*row) for row in rows])

    @precondition(lambda self: self.source.of("charge"))
    @rule(number=NUMBERS, gross=AMOUNTS, fee=FEES)
    def correct(self, number, gross, fee):
        row = self.pick(self.source.of("charge"), number)
        self.source.correct(row, gross, fee)

    @precondition(lambda self: self.source.rows)
    @rule(number=NUMBERS)
    def repeat(self, number):
        row = self.pick(list(self.source.rows.values()), number)
        self.source.repeat(row, f"{row.text} AGAIN".strip())

    @precondition(lambda self: self.source.of("dispute"))
    @rule(number=NUMBERS, code=st.sampled_from([WON, LOST]))
    def decide_dispute(self, number, code):
        self.source.decide(self.pick(self.source.of("dispute"), number), code)

    @precondition(lambda self: self.payouts())
    @rule(number=NUMBERS, later=st.integers(0, 4), extra=st.sampled_from([0, 0, 777]))
    def arrive(self, number, later, extra):
        payout = self.pick(self.payouts(), number)
        self.source.arrive(payout, later, extra)

    def payouts(self):
        """Return payouts that have not come to the bank."""
        there = {row.text.split("TRACE")[-1] for row in self.bank_rows()}
        return [
            batch
            for batch in self.source.batches.values()
            if batch.kind == "payout" and batch.total and batch.name not in there
        ]

    def bank_rows(self):
        return self.source.of("bank_credit", "bank_debit")

    @staticmethod
    def pick(items, number):
        """Return one of ``items`` by any number."""
        return items[number % len(items)]

    # ------------------------------------------------------------------
    # What is delivered
    # ------------------------------------------------------------------

    @precondition(lambda self: self.source.said)
    @rule(
        random=st.randoms(use_true_random=False),
        share=st.sampled_from([0.3, 0.7, 1.0, 1.0]),
        again=st.sampled_from([0.0, 0.0, 0.4]),
        files=st.integers(1, 3),
    )
    def tell(self, random, share, again, files):
        """Deliver some of what was not told, some of it again, in any order."""
        chosen = [
            number
            for number in range(len(self.source.said))
            if random.random() < (again if number in self.told else share)
        ]
        random.shuffle(chosen)
        for feed in (PROVIDER, BANK):
            mine = [each for each in chosen if self.source.said[each].feed == feed]
            for start in range(files):
                self.tell_file(feed, mine[start::files])

    def tell_file(self, feed, numbers):
        if numbers:
            facts = [self.source.said[number] for number in numbers]
            self.act(self.desk.tell, feed, facts)
            self.told.update(numbers)

    def tell_all(self):
        """Deliver everything that was not told, in the order in which it happened."""
        for feed in (PROVIDER, BANK):
            self.tell_file(
                feed,
                [
                    number
                    for number, fact in enumerate(self.source.said)
                    if fact.feed == feed and number not in self.told
                ],
            )

    @precondition(lambda self: self.desk.files)
    @rule(number=NUMBERS)
    def tell_the_same_file(self, number):
        self.act(self.desk.tell_again, number)

    @precondition(lambda self: self.desk.files)
    @rule(number=NUMBERS)
    def replay(self, number):
        self.act(self.desk.replay, number)

    # ------------------------------------------------------------------
    # What people and schedules do
    # ------------------------------------------------------------------

    @precondition(lambda self: self.desk.files)
    @rule(until=st.sampled_from((*STEPS, "post", "post", "post")))
    def run_pipeline(self, until):
        self.act(self.desk.run, until)

    @precondition(lambda self: self.desk.has_read())
    @rule(number=NUMBERS)
    def undo(self, number):
        self.act(self.desk.undo, number)

    @precondition(lambda self: self.desk.has_read())
    @rule(row=NUMBERS, document=NUMBERS)
    def match_by_hand(self, row, document):
        self.act(self.desk.match_by_hand, row, document)

    @precondition(lambda self: self.desk.has_read())
    @rule(number=NUMBERS)
    def reverse(self, number):
        self.act(self.desk.reverse, number)

    @precondition(lambda self: self.desk.has_read())
    @rule(number=NUMBERS)
    def post_by_hand(self, number):
        self.act(self.desk.post_by_hand, number)

    @precondition(lambda self: self.desk.has_read())
    @rule()
    def approve(self):
        self.act(self.desk.approve)

    @precondition(lambda self: self.desk.has_read())
    @rule(day=st.sampled_from([None, 9, 20, 30]))
    def lock(self, day):
        self.act(self.desk.lock, day and day_of(day) - timedelta(days=1))

    # ------------------------------------------------------------------
    # What must hold
    # ------------------------------------------------------------------

    @invariant()
    def laws_hold(self):
        if self.is_touched:
            self.act(self.desk.check)
        self.is_touched = False

    def teardown(self):
        """Bring the world to its end, judge it, and take everything back."""
        try:
            if not self.is_broken:
                self.finish()
        finally:
            self.desk.close()

    def finish(self):
        """Let all that is missing come, and compare the end with what is true."""
        self.desk.lock(None)
        self.tell_all()
        self.desk.run("post")
        self.desk.check()
        self.desk.approve()
        self.desk.run("post")
        self.desk.check()
        self.desk.check_nothing_is_left(self.source)
        self.desk.check_quiet()
