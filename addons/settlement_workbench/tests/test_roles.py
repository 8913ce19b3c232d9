import json
from datetime import date
from functools import partial

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.settlement.tests.common import ROLES

from .keyboard import Keyboard
from .pane_case import PaneCase

VIEWER, AUDITOR, ADMIN, ACCOUNTANT, APPROVER = ROLES
BY_ACCOUNTANTS = (ACCOUNTANT, APPROVER)
# Controls that look, move or open, and change nothing; all others change something.
LOOKS = (
    "action_open",
    "open_",
    "previous",
    "next",
    "grid",
    "help",
    "notes",
    "work_on_these",
    "refresh",
    "more",
    "to_list",
    "preview",
    "cancel",
    "action_look",
)
READ_CONTROLS = """
    const places = ".o_action_manager, .modal";
    return [...document.querySelectorAll(places)].flatMap((place) =>
        [...place.querySelectorAll("[data-verb], button[name]")]
            .filter((each) => !each.disabled && each.checkVisibility())
            .map((each) => [
                each.dataset.verb || each.className.match(/o_verb_(\\w+)/)?.[1] || "",
                each.name || "",
            ])
    );
"""
# The ways out of the exception that form and pane show, and those of the failed feed.
OF_MONEY = {"match", "group", "split", "allocate", "chargeback", "refund"}
ANY_TIME = {"ask", "assign", "escalate", "ignore"}
SUGGESTED = {"match", "group"}
BULK = {"action_choose_verb", "action_preview", "action_start", "action_discard"}
DECISION = {"action_approve", "action_ask_refusal_reason", "action_ask_comment"}
CLOSE = {"action_make_pack", "action_refresh", "action_step"}
# Screen → role → the controls that change something, for roles that have any.
CONTROLS = {
    "board": {},
    "queue": {
        ACCOUNTANT: SUGGESTED | {"retry"},
        APPROVER: SUGGESTED | {"retry"},
        ADMIN: {"retry", "rotate"},
    },
    "exception": {
        ACCOUNTANT: SUGGESTED | {"action_assign"},
        APPROVER: SUGGESTED | {"action_assign"},
    },
    "failed": {
        ADMIN: {"retry", "rotate", "action_assign"},
        ACCOUNTANT: {"retry", "action_assign"},
        APPROVER: {"retry", "action_assign"},
    },
    "pane": {ACCOUNTANT: OF_MONEY | ANY_TIME, APPROVER: OF_MONEY | ANY_TIME},
    "bulk": {ACCOUNTANT: BULK},
    "acts": {ACCOUNTANT: {"action_undo"}, APPROVER: {"action_undo"}},
    "match": {ACCOUNTANT: {"undo"}, APPROVER: {"undo"}},
    # The pack is made of what an auditor reads: it changes none of it.
    "close": {
        AUDITOR: {"action_make_pack"},
        ACCOUNTANT: CLOSE,
        APPROVER: CLOSE,
    },
    "approval": {APPROVER: DECISION},
    "rule": {
        ACCOUNTANT: {"retire", "action_backtest"},
        APPROVER: {"retire", "action_backtest"},
    },
}
# What a role may not even read.
CLOSED = {"approval": (VIEWER, ADMIN)}


@tagged("post_install", "-at_install")
class TestRoles(PaneCase, HttpCase):
    """Each role sees the controls that it may use, and the server refuses the rest."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        one = cls.maker()
        cls.charge = one.waiting_charge(gross="230")
        cls.users = {role: cls.new_user(role, name="roles") for role in ROLES}
        for user in cls.users.values():
            user.password = user.login
        cls.opened = one.raised(cls.charge, user=cls.users[ACCOUNTANT])
        stranded = one.raised(cls.backend, "connector_failed", cls.users[ADMIN])
        cls.failed = stranded.sudo()
        cls.asked = one.raised(cls.wallet, "signature_invalid", cls.users[ACCOUNTANT])
        evidence = cls.env["ir.attachment"].create(
            {"name": "seen.txt", "raw": b"seen", "res_model": cls.asked._name}
        )
        evidence.res_id = cls.asked.id
        cls.asked.action_resolve(
            "acknowledge", comment="Looked into.", attachment_ids=evidence.ids
        )
        cls.approval = cls.asked.sudo().approval_id
        bulks = cls.env["settlement.bulk"].with_user(cls.users[ACCOUNTANT])
        action = bulks.with_context(allowed_company_ids=cls.company.ids).action_open(
            ids=cls.opened.ids,
            verb="ignore",
            values={"reason": "Agreed.", "code": "agreed"},
        )
        cls.bulk = bulks.browse(action["res_id"])
        closes = cls.env["settlement.close"].with_user(cls.users[ACCOUNTANT])
        closes = closes.with_context(allowed_company_ids=cls.company.ids)
        cls.close = closes._for(cls.company, date(2026, 1, 1))
        rule = cls.env["settlement.rule"].create({"name": "Of the roles"})
        cls.rule = cls.env["settlement.rule.version"].create({"rule_id": rule.id})
        cls.match_of_paid = cls._paid(one)

    @classmethod
    def _paid(cls, one):
        paid = one.row(gross="55", batch_external_id="po_2")
        one.store(*one.payout(paid, name="po_2"))
        match = one.match(paid, one.invoice(55))
        one.post()
        return match

    # ------------------------------------------------------------------
    # What is to be seen
    # ------------------------------------------------------------------

    def screens(self):
        """Return screen → action that shows it."""

        def form(record):
            return {
                "type": "ir.actions.act_window",
                "res_model": record._name,
                "res_id": record.id,
                "views": [[False, "form"]],
                "target": "current",
            }

        pane = {
            "type": "ir.actions.client",
            "tag": "settlement_pane",
            "context": {"active_id": self.opened.id, "exception_id": self.opened.id},
        }
        return {
            "board": "settlement_workbench.action_settlement_board",
            "queue": "settlement.action_settlement_exception",
            "exception": form(self.opened),
            "failed": form(self.failed),
            "pane": pane,
            "bulk": form(self.bulk),
            "acts": "settlement_workbench.action_settlement_act",
            "match": form(self.match_of_paid),
            "close": form(self.close),
            "approval": form(self.approval),
            "rule": form(self.rule),
        }

    def controls(self, role):
        """Return screen → enabled controls that change something, as a role sees it."""
        keyboard = Keyboard(self, self.users[role].login)
        screens = self.screens()
        found = {}
        with keyboard.sitting("/odoo/settlement-board", ".o_settlement_board"):
            for name, action in screens.items():
                if role in CLOSED.get(name, ()):
                    continue
                self.show(keyboard, action)
                seen = keyboard.read(READ_CONTROLS)
                found[name] = {
                    verb or control
                    for verb, control in seen
                    if verb or not control.startswith(LOOKS)
                }
        return found

    def show(self, keyboard, action):
        """Open a screen in place of the one before, and wait until it is drawn."""
        keyboard.read(
            "document.body.dataset.shown = '';"
            "odoo.__WOWL_DEBUG__.root.env.services.action"
            f".doAction({json.dumps(action)}, {{clearBreadcrumbs: true}})"
            ".then(() => { document.body.dataset.shown = 'yes'; });"
        )
        keyboard.wait("body[data-shown='yes']")
        keyboard.until(
            partial(
                keyboard.sees,
                ".o_settlement_board, .o_list_renderer, .o_form_renderer, "
                ".o_pane_cause",
            ),
            str(action),
        )

    def test_controls_by_role(self):
        for role in ROLES:
            wanted = {
                screen: by_role.get(role, set())
                for screen, by_role in CONTROLS.items()
                if role not in CLOSED.get(screen, ())
            }
            with self.subTest(role=role):
                self.assertEqual(self.controls(role), wanted)

    # ------------------------------------------------------------------
    # What the server lets them do
    # ------------------------------------------------------------------

    def methods(self):
        """Return (record, method, arguments, roles that may) of what changes."""
        handlers = (*BY_ACCOUNTANTS, ADMIN)
        ignored = {"reason": "x", "code": "other"}
        opened, failed = self.opened, self.failed
        return [
            (opened, "pane_preview", ("ignore", ignored), BY_ACCOUNTANTS),
            (opened, "pane_resolve", ("ignore", ignored, "x"), BY_ACCOUNTANTS),
            (opened, "action_resolve", ("assign",), BY_ACCOUNTANTS),
            (opened, "action_assign", (), BY_ACCOUNTANTS),
            (opened, "action_ignore", ("x",), BY_ACCOUNTANTS),
            (opened, "pane_undo", ("x",), BY_ACCOUNTANTS),
            (opened, "pane_preview", ("approve", {}), (APPROVER,)),
            (opened, "pane_resolve", ("refuse", {"comment": "x"}, "x"), (APPROVER,)),
            (failed, "action_resolve", ("retry",), handlers),
            (failed, "action_resolve", ("assign",), handlers),
            (self.bulk, "action_start", (), handlers),
            (self.bulk, "action_set_verb", ("ignore",), handlers),
            (self.match_of_paid, "action_undo", ("x",), BY_ACCOUNTANTS),
            (self.close, "action_refresh", (), BY_ACCOUNTANTS),
            (self.close, "action_close", (), (APPROVER,)),
            (self.approval, "action_approve", (), (APPROVER,)),
            (self.approval, "action_refuse", ("x",), (APPROVER,)),
            (self.rule, "action_submit", (), BY_ACCOUNTANTS),
        ]

    def is_refused(self, record, method, arguments, role):
        """Return whether a role is refused; what it may do is taken back."""
        mine = record.with_user(self.users[role]).sudo(False)
        mine = mine.with_context(allowed_company_ids=self.company.ids)
        self.env.invalidate_all()
        try:
            with self.env.cr.savepoint() as savepoint, mute_logger("odoo.sql_db"):
                getattr(mine, method)(*arguments)
                savepoint.rollback()
        except AccessError:
            return True
        except UserError:
            # It may be done, only not now or not so.
            return False
        return False

    def test_methods_by_role(self):
        for record, method, arguments, allowed in self.methods():
            for role in ROLES:
                with self.subTest(method=method, arguments=arguments, role=role):
                    refused = self.is_refused(record, method, arguments, role)
                    self.assertEqual(refused, role not in allowed)
