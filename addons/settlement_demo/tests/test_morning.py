import logging
import os
import time
from pathlib import Path

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.settlement_workbench.tests.keyboard import Keyboard, Stopwatch

from ..builders import PracticeBuilder
from ..comparison import PracticeComparison
from ..practice import EXCEPTIONS, REASONS, build_desk
from .accountant import Accountant, Approver
from .morning_table import rows_of, table

_logger = logging.getLogger(__name__)

SEED = 2026
# Where the table is written; only by who wants it anew.
WRITE_TO = os.environ.get("SETTLEMENT_MORNING_TABLE")
KEPT = Path(__file__).parents[2] / "settlement_workbench" / "readme" / "MORNING.md"
OPEN_STATES = ("open", "in_progress", "waiting_approval")


@tagged("post_install", "-at_install")
class TestMorning(HttpCase):
    """Sixty exceptions to zero, with the keyboard only, and the books are right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.desk = build_desk(SEED, "MRN")
        cls.company = PracticeBuilder(cls.env, cls.desk, "Morning GmbH").build()
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids})
        cls.comparison = PracticeComparison(cls.env, cls.company, cls.desk)
        cls.people = {
            role: new_test_user(
                cls.env,
                login=f"morning-{role}",
                groups=f"base.group_user,settlement.group_{role}",
                company_id=cls.company.id,
                company_ids=[Command.set(cls.company.ids)],
            )
            for role in ("accountant", "approver")
        }

    def open_exceptions(self):
        self.env.invalidate_all()
        return self.env["settlement.exception"].search(
            [("company_id", "=", self.company.id), ("state", "in", OPEN_STATES)]
        )

    def tasks(self):
        """Return id of an exception → the Task that says what is right."""
        found = {}
        for task in self.desk.tasks:
            exception = self.comparison.exceptions(task)
            self.assertEqual(len(exception), 1, task)
            found[exception.id] = task
        return found

    def sit(self, role, person, url, tasks):
        """Let a person work on tasks; return their acts."""
        keyboard = Keyboard(self, self.people[role].login)
        watch = Stopwatch()
        screen = ".o_settlement_pane, .o_list_view"
        with watch.watching(), keyboard.sitting(url, screen):
            if not keyboard.sees(".o_settlement_pane"):
                keyboard.chord("w")
            keyboard.wait(".o_pane_row.o_pane_current:focus")
            someone = person(self, keyboard, watch)
            someone.work(tasks)
        return someone.acts

    def test_sixty_exceptions_to_zero(self):
        begun = time.monotonic()
        opened = self.open_exceptions()
        self.assertEqual(len(opened), EXCEPTIONS)
        self.assertEqual(EXCEPTIONS, 60)
        self.assertEqual(sorted(set(opened.mapped("reason"))), list(REASONS))
        self.assertGreaterEqual(len(REASONS), 15)
        tasks = self.tasks()
        self.assertTrue(self.comparison.differences(), "nothing is done yet")

        acts = self.sit("accountant", Accountant, "/odoo/settlement-exceptions", tasks)
        waiting = self.open_exceptions()
        self.assertEqual(set(waiting.mapped("state")), {"waiting_approval"})
        asked = {each.id: tasks[each.id] for each in waiting}
        wanted = {each for each, task in tasks.items() if task.needs_another}
        self.assertEqual(set(asked), wanted)
        acts += self.sit("approver", Approver, "/odoo/settlement-pane", asked)

        self.assertFalse(self.open_exceptions())
        self.env["settlement.backend"].search(
            [("company_id", "=", self.company.id)]
        ).run_pipeline()
        self.assertEqual(self.comparison.differences(), [])
        self.assertEqual(self.env["settlement.verification"].run()["findings"], [])
        self.report(acts, time.monotonic() - begun)

    def report(self, acts, seconds):
        """Say what it took, and that the kept table says the same of the keys."""
        text = table(acts, SEED)
        _logger.info("The morning took %.0f s.\n%s", seconds, text)
        if WRITE_TO:
            Path(WRITE_TO).write_text(text)
        self.assertEqual(
            rows_of(KEPT.read_text()),
            rows_of(text),
            "Other keys than the guide says: write it anew, SETTLEMENT_MORNING_TABLE.",
        )
