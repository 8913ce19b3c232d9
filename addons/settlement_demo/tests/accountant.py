"""The people of a scripted morning: they read the screen and press keys."""

from dataclasses import dataclass

CURRENT = ".o_pane_row.o_pane_current"
CONFIRM = ".o_pane_act[data-active-verb='%s'] button[name='confirm']:enabled"
READ_ROW = f"""
    const row = document.querySelector("{CURRENT}");
    const item = document.querySelector(".o_pane_cause");
    if (!row || !item || row.dataset.id !== item.dataset.id) {{ return null; }}
    return {{
        id: Number(row.dataset.id),
        hasFocus: document.activeElement === row,
        verb: document.querySelector(".o_pane_act")?.dataset.activeVerb || "",
        state: document.querySelector(".o_pane_cause [name='state']").textContent,
        position: document.querySelector(".o_pane_position").textContent,
    }};
"""
READ_CANDIDATES = """
    return [...document.querySelectorAll(".o_pane_candidate")].map((each) => ({
        name: each.querySelector(".o_pane_candidate_name").textContent,
        digit: each.querySelector("[data-choose]").dataset.choose,
        isChosen: each.classList.contains("o_pane_chosen"),
    }));
"""


@dataclass
class Act:
    """What one exception took: presses of keys, requests, milliseconds.

    :ivar computed: milliseconds of computing in the server, without the database.
    """

    reason: str
    verb: str
    keys: int
    requests: int
    milliseconds: float
    computed: float


class Person:
    """Somebody at the pane, with a keyboard only."""

    def __init__(self, case, keyboard, watch):
        self.case = case
        self.keyboard = keyboard
        self.watch = watch
        self.acts = []

    def row(self):
        """Return what is known of the row that is shown, once it is drawn."""
        found = []

        def drawn():
            found[:] = [self.keyboard.read(READ_ROW)]
            return found[0]

        self.keyboard.until(drawn, "a row")
        return found[0]

    def confirm(self, verb, row):
        """Do what is shown, and see that the focus is on a row again (W22)."""
        self.keyboard.wait(CONFIRM % verb)
        self.keyboard.press("Enter")
        self.keyboard.until(lambda: self._is_over(row), f"{verb} is done")

    def _is_over(self, row):
        if self.keyboard.sees("[name='empty']"):
            return True
        now = self.keyboard.read(READ_ROW)
        moved = now and (now["id"] != row["id"] or now["state"] != row["state"])
        return bool(moved and now["hasFocus"])

    def measured(self, task, verb, act):
        """Let an act happen and keep what it took."""
        before = (self.keyboard.presses, len(self.watch.calls))
        act()
        calls = self.watch.calls[before[1] :]
        self.acts.append(
            Act(
                task.reason,
                verb,
                self.keyboard.presses - before[0],
                len(calls),
                sum(spent for _name, spent, _own in calls),
                sum(own for _name, _spent, own in calls),
            )
        )


class Accountant(Person):
    """Goes through the queue once, from the first row to the last."""

    def work(self, tasks):
        """Answer every exception.

        :param tasks: id of an exception → Task with its right answer.
        """
        left = dict(tasks)
        for _row in range(2 * len(tasks)):
            row = self.row()
            task = left.pop(row["id"], None)
            if task and task.verb and row["state"] != "Resolved":
                self.measured(task, task.verb, lambda t=task, r=row: self.answer(t, r))
            elif left:
                self.go_on(row)
            if not any(each.verb for each in left.values()):
                return
        raise AssertionError(f"never shown: {list(left.values())}")

    def go_on(self, row):
        """Leave a row as it is."""
        self.keyboard.press("j")
        self.keyboard.until(
            lambda: (self.keyboard.read(READ_ROW) or row)["id"] != row["id"], "the next"
        )

    def answer(self, task, row):
        """Answer one exception."""
        script = getattr(self, f"_{task.verb}", None) or self._suggested
        script(task)
        self.confirm(task.verb, row)

    def _match(self, task):
        """Choose the right candidate by its digit, and no other one."""
        candidates = self.keyboard.read(READ_CANDIDATES)
        wanted = [each for each in candidates if task.chosen in each["name"]]
        self.case.assertEqual(len(wanted), 1, f"{task} among {candidates}")
        for each in candidates:
            if each["isChosen"] != (each in wanted):
                self.keyboard.press(each["digit"])
        self.keyboard.wait(".o_pane_candidate.o_pane_chosen", task.chosen)

    def _accept_payer(self, _task):
        """It is proposed already: it only has to be confirmed."""

    def _suggested(self, task):
        """Take the way out that the row suggests: look, then do it."""
        self.keyboard.press("Enter")
        self.keyboard.wait(f".o_pane_act[data-active-verb='{task.verb}']")

    def _letter(self, letter, task):
        self.keyboard.press(letter)
        self.keyboard.wait(f".o_pane_act[data-active-verb='{task.verb}']")

    def _fill(self, task, *names):
        """Type what is asked for, from input to input, and end with Enter."""
        for number, name in enumerate(names):
            if number:
                self.keyboard.press("Tab")
            self.keyboard.wait(f"[data-input='{name}'] :focus")
            self.keyboard.type(str(task.values[name]))
        self.keyboard.press("Enter")

    def _write_off(self, task):
        self._letter("w", task)
        self._fill(task, "code")

    def _post_fee_variance(self, task):
        self._letter("f", task)

    def _allocate(self, task):
        self._letter("l", task)

    def _mark_duplicate(self, task):
        self._letter("d", task)

    def _map(self, task):
        self._letter("m", task)
        self.keyboard.wait("[data-input='kind'] :focus")
        self.keyboard.type("Fee")
        self.keyboard.press("Enter")

    def _ignore(self, task):
        self._letter("i", task)
        self.keyboard.wait("[data-input='reason'] :focus")
        self.keyboard.type(task.values["reason"])
        self.keyboard.press("Tab")
        self.keyboard.type("Agr")
        self.keyboard.press("Enter")

    def _set_rate(self, task):
        self._suggested(task)
        self._fill(task, "rate", "source")


class Approver(Person):
    """Agrees to what others have asked for, once it is on the screen."""

    def work(self, tasks):
        """Approve every request.

        :param tasks: id of an exception that waits → its Task.
        """
        left = dict(tasks)
        while left:
            row = self.row()
            task = left.pop(row["id"])
            self.measured(task, "approve", lambda r=row: self.confirm("approve", r))
