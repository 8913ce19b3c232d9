import base64
import json
import os
import random

from odoo.tests import HttpCase, tagged

from ..detection.detect import detect
from ..screen import values
from .common import FileCase
from .unseen_file import LABELS, UnseenFile

# Another file in each run; a run that fails is repeated with its seed.
SEED = int(os.environ.get("SETTLEMENT_FILE_SEED") or random.randrange(1, 10**6))


class FileTour(FileCase, HttpCase):
    """Three persons and a browser."""

    def set_up_and_import(self, seed):
        """Walk the whole way with the file of a seed; return its facts."""
        unseen = UnseenFile(seed)
        plan = {"settlement_file_plan": self.plan(unseen)}
        for user in (self.admin, self.approver, self.accountant):
            user.password = user.login
        self.start_tour(
            "/odoo/settlement-file-layouts",
            "settlement_file_layout_set_up",
            login=self.admin.login,
            cookies=plan,
            timeout=120,
        )
        layout = self.layouts.search([("name", "=", "Unseen")])
        self.assertEqual((layout.state, layout.author_id), ("proposed", self.admin))
        self.start_tour(
            f"/odoo/settlement-file-layouts/{layout.id}",
            "settlement_file_layout_approve",
            login=self.approver.login,
            cookies=plan,
        )
        self.assertEqual(layout.approver_id, self.approver)
        self.start_tour(
            "/odoo/action-settlement.action_settlement_import_wizard",
            "settlement_file_layout_import",
            login=self.accountant.login,
            cookies=plan,
        )
        return unseen, self.facts()

    def plan(self, unseen):
        """Return what the tour has to know, as the value of a cookie."""
        shown = {".": "1234.56", ",": "1234,56"}
        plan = {
            "name": "Unseen",
            "file": "unseen.csv",
            "content": unseen.content.decode(),
            "backend": self.nordpay.name,
            "decimal": shown[unseen.decimal],
            "dates": unseen.date_format,
            **self.corrections(unseen),
            "kinds": [
                (word, kind.capitalize()) for kind, word in unseen.values.items()
            ],
            "account": self.account.account_identifier,
            "figures": {"rows": len(unseen.rows), "net": str(unseen.net)},
        }
        return base64.b64encode(json.dumps(plan).encode()).decode()

    def corrections(self, unseen):
        """Return which uses are removed and which are chosen, after the guesses."""
        found = detect(unseen.content, "unseen.csv")
        guessed = [
            line["column"]
            for line in values.in_order_of(unseen.order, values.lines_of(found.layout))
            if line["use"]
        ]
        wrong = []
        for name in unseen.order:
            kept = 1 if name in unseen.columns else 0
            wrong += [name] * max(guessed.count(name) - kept, 0)
        return {
            "wrong": wrong,
            "columns": [
                (name, LABELS[unseen.columns[name]])
                for name in unseen.order
                if name in unseen.columns
            ],
        }


def walk(test):
    """Walk the way of the seed that the test's name says."""
    unseen, facts = test.set_up_and_import(SEED)
    test.assertEqual(
        facts.mapped("external_id"), [row["identity"] for row in unseen.rows]
    )


TestFileTour = tagged("post_install", "-at_install")(
    type("TestFileTour", (FileTour,), {f"test_file_of_seed_{SEED}": walk})
)
