from odoo.tests import HttpCase, tagged

from .keyboard import Keyboard
from .pane_case import PaneCase

ROW = ".o_pane_row.o_pane_current:focus"
WAYS = ".o_pane_verbs button:focus"
READ_UNNAMED = """
    const controls = ".o_action_manager button, .o_action_manager input, " +
        ".o_action_manager select, .o_action_manager textarea, .o_action_manager a";
    const hasName = (each) =>
        each.textContent.trim() || each.getAttribute("aria-label") ||
        each.title || each.labels?.length || each.placeholder ||
        each.closest("label")?.textContent.trim() ||
        [...each.querySelectorAll("img")].some((image) => image.alt);
    return [...document.querySelectorAll(controls)]
        .filter((each) => each.checkVisibility() && !hasName(each))
        .map((each) => each.outerHTML.slice(0, 200));
"""
READ_WIDER = """
    const {clientWidth, scrollWidth} = document.documentElement;
    const isOut = (each) => each.getBoundingClientRect().right > clientWidth + 1;
    const screen = [...document.querySelectorAll(".o_action_manager *")];
    return scrollWidth <= clientWidth ? [] : screen
        .filter((each) => each.checkVisibility() && isOut(each))
        .map((each) => `${each.tagName} ${each.className}`.slice(0, 120))
        .slice(0, 12);
"""
READ_COLOUR_ONLY = """
    return [...document.querySelectorAll("[class*='o_pane_severity'], .badge")]
        .filter((each) => each.checkVisibility() && !each.textContent.trim())
        .map((each) => each.outerHTML.slice(0, 200));
"""


class KeysCase(PaneCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        one = cls.maker()
        cls.invoiced = one.invoice(400)
        rows = [one.row(gross="400", invoice_reference=cls.invoiced.name), one.row()]
        one.store(*one.payout(*rows))
        one.post()
        known = cls.env["settlement.exception"].sudo()
        known.search([("company_id", "=", cls.company.id)])._set_state("ignored")
        cls.opened = [one.raised(one.stored(row)) for row in rows]
        cls.accountant.password = cls.accountant.login

    def sitting(self, url="/odoo/settlement-pane", ready=ROW):
        keyboard = Keyboard(self, self.accountant.login)
        return keyboard.sitting(url, ready)


@tagged("post_install", "-at_install")
class TestPaneKeys(KeysCase):
    """Real keys: ways out without a letter, and dialogs that give the focus back."""

    def test_ways_out_and_dialogs(self):
        with self.sitting() as keyboard:
            self.among_the_ways_out(keyboard)
            self.help_and_back(keyboard)
            self.undo_and_back(keyboard)

    def among_the_ways_out(self, keyboard):
        keyboard.wait(".o_pane_confirm button[name='confirm']:enabled")
        keyboard.press("v")
        keyboard.wait(WAYS)
        first = keyboard.read(f"return document.querySelector('{WAYS}').dataset.verb")
        keyboard.press("ArrowRight")
        second = keyboard.read(f"return document.querySelector('{WAYS}').dataset.verb")
        self.assertNotEqual(first, second)
        keyboard.press("Escape")
        keyboard.wait(ROW)
        keyboard.press("v", "ArrowUp", "Enter")
        # The last one is for any reason: it asks why.
        keyboard.wait(".o_pane_inputs :focus")
        keyboard.press("Escape")
        keyboard.wait(ROW)
        keyboard.press("Escape")
        keyboard.until(lambda: not keyboard.sees(".o_pane_inputs"), "no inputs")

    def help_and_back(self, keyboard):
        keyboard.press("h")
        keyboard.wait(".modal .o_pane_help [data-key='v']")
        keyboard.press("j")
        keyboard.press("Escape")
        keyboard.until(lambda: not keyboard.sees(".modal"), "the dialog is gone")
        keyboard.wait(ROW)
        keyboard.wait(".o_pane_position", "1 of 2")

    def undo_and_back(self, keyboard):
        keyboard.press("1")
        keyboard.until(
            lambda: not keyboard.sees(".o_pane_candidate.o_pane_chosen"), "unchosen"
        )
        keyboard.press("1")
        keyboard.wait(".o_pane_act[data-active-verb='match'] [name='confirm']:enabled")
        keyboard.press("Enter")
        keyboard.wait(".o_pane_position", "1 done")
        keyboard.wait(ROW)
        keyboard.press("u")
        keyboard.wait(".modal textarea[name='reason']:focus")
        keyboard.press("Escape")
        keyboard.until(lambda: not keyboard.sees(".modal"), "the dialog is gone")
        keyboard.wait(ROW)
        keyboard.press("u")
        keyboard.wait(".modal textarea[name='reason']:focus")
        keyboard.type("The other one.")
        keyboard.press("Enter")
        keyboard.until(lambda: not keyboard.sees(".modal"), "the dialog is gone")
        keyboard.wait(".o_notification", "undone")
        keyboard.wait(ROW)


@tagged("post_install", "-at_install")
class TestReadable(KeysCase):
    """Pane and board for those who see little, or nothing at all."""

    def test_names_and_widths(self):
        with self.sitting() as keyboard:
            keyboard.wait(".o_pane_confirm")
            self.look("pane", keyboard)
        with self.sitting("/odoo/settlement-board", ".o_settlement_board") as keyboard:
            keyboard.wait("[data-kpi]")
            self.look("board", keyboard)

    def look(self, screen, keyboard):
        self.assertEqual(keyboard.read(READ_UNNAMED), [], screen)
        self.assertEqual(keyboard.read(READ_COLOUR_ONLY), [], screen)
        for width, height in ((1280, 720), (640, 360)):
            keyboard.resize(width, height)
            wider = keyboard.read(READ_WIDER)
            self.assertEqual(wider, [], f"{screen} at {width} × {height}")
