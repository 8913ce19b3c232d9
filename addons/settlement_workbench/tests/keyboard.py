"""A person at a real browser who has no mouse: keys go in, the screen is read."""

import contextlib
import json
import time
from unittest.mock import patch

from odoo import http
from odoo.tests.common import ChromeBrowser

# Key → (code, virtual key code, text) as a browser wants them.
KEYS = {
    "Enter": ("Enter", 13, "\r"),
    "Escape": ("Escape", 27, ""),
    "Tab": ("Tab", 9, ""),
    "ArrowDown": ("ArrowDown", 40, ""),
    "ArrowUp": ("ArrowUp", 38, ""),
    "ArrowRight": ("ArrowRight", 39, ""),
    " ": ("Space", 32, " "),
}
PATIENCE = 60


class Stopwatch:
    """Milliseconds that requests of the pane took, and that the server computed.

    The second does not depend on what else the machine has to do; the database's part
    is in the first one only.
    """

    def __init__(self):
        self.calls = []

    @contextlib.contextmanager
    def watching(self):
        """Measure every request of the pane that is answered meanwhile."""
        original = http.Application.__call__
        calls = self.calls

        def measured(application, environ, start_response):
            begun, computed = time.perf_counter(), time.thread_time()
            try:
                return original(application, environ, start_response)
            finally:
                path = environ.get("PATH_INFO", "")
                if "settlement.exception/" in path:
                    spent = (time.perf_counter() - begun) * 1000
                    own = (time.thread_time() - computed) * 1000
                    calls.append((path.rpartition("/")[2], spent, own))

        with patch.object(http.Application, "__call__", measured):
            yield self


class Keyboard:
    """Trusted key events of one browser, and what is to be seen on its screen.

    :param case: HttpCase whose server is asked.
    :param login: who sits there.
    """

    def __init__(self, case, login):
        self.case = case
        self.login = login
        self.presses = 0

    @contextlib.contextmanager
    def sitting(self, url, ready):
        """Open a page as the person, until the end of the context."""
        case = self.case
        self.browser = ChromeBrowser(case)
        with case.allow_requests(browser=self.browser), contextlib.ExitStack() as after:
            after.callback(case._wait_remaining_requests)
            after.callback(self.browser.stop)
            case.authenticate(self.login, self.login, browser=self.browser)
            case.cr.flush()
            case.cr.clear()
            self.browser.navigate_to(f"{case.base_url()}{url}")
            self.wait(ready)
            yield self
            case.assertFalse(self.browser.had_failure, "an error in the console")

    # ------------------------------------------------------------------
    # Hands
    # ------------------------------------------------------------------

    def press(self, *keys):
        """Press keys, one after the other; each of them counts."""
        for key in keys:
            code, number, text = KEYS.get(key) or _letter(key)
            event = {
                "key": key,
                "code": code,
                "windowsVirtualKeyCode": number,
                "text": text,
            }
            down = "keyDown" if text else "rawKeyDown"
            self._send({**event, "type": down})
            self._send({**event, "type": "keyUp", "text": ""})
            self.presses += 1

    def chord(self, letter):
        """Press a letter together with Alt, as Odoo's own shortcuts want it."""
        code, number, _text = _letter(letter)
        alt = 1
        event = {
            "key": letter,
            "code": code,
            "windowsVirtualKeyCode": number,
            "modifiers": alt,
        }
        self._send({"type": "rawKeyDown", "key": "Alt", "code": "AltLeft"})
        self._send({**event, "type": "rawKeyDown"})
        self._send({**event, "type": "keyUp"})
        self._send({"type": "keyUp", "key": "Alt", "code": "AltLeft"})
        self.presses += 2

    def type(self, text):
        """Type a text into what has the focus; each letter counts."""
        for letter in text:
            self._send({"type": "char", "text": letter, "key": letter})
            self.presses += 1

    def _send(self, event):
        self.browser._websocket_request("Input.dispatchKeyEvent", params=event)

    def resize(self, width, height):
        """Let the window be so large."""
        self.browser._websocket_request(
            "Emulation.setDeviceMetricsOverride",
            params={
                "width": width,
                "height": height,
                "deviceScaleFactor": 1,
                "mobile": False,
            },
        )

    # ------------------------------------------------------------------
    # Eyes
    # ------------------------------------------------------------------

    def read(self, expression):
        """Return what an expression says of the screen."""
        answer = self.browser._websocket_request(
            "Runtime.evaluate",
            params={
                "expression": f"JSON.stringify((() => {{ {expression} }})() ?? null)",
                "returnByValue": True,
            },
        )
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return json.loads(answer["result"]["value"])

    def sees(self, selector, text=""):
        """Return whether something is on the screen."""
        return self.read(
            f"return [...document.querySelectorAll({json.dumps(selector)})]"
            f".some((e) => e.textContent.includes({json.dumps(text)}));"
        )

    def wait(self, selector, text="", patience=PATIENCE):
        """Wait until something is on the screen."""
        self.until(lambda: self.sees(selector, text), f"{selector} {text}", patience)

    def until(self, holds, what, patience=PATIENCE):
        """Wait until something holds; else tell what the screen shows."""
        end = time.monotonic() + patience
        while not holds():
            if time.monotonic() > end:
                self.browser.take_screenshot(prefix="keyboard_")
                shown = self.read("return document.body.innerText.slice(0, 3000);")
                raise AssertionError(f"never seen: {what}\n{shown}")
            time.sleep(0.02)


def _letter(key):
    code = f"Digit{key}" if key.isdigit() else f"Key{key.upper()}"
    return code, ord(key.upper()), key
