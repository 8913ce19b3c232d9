"""The manual shows the bank transaction codes that mean something by themselves.

``SETTLEMENT_WRITE_README=1`` writes the page anew.
"""

import os
from pathlib import Path

from odoo.addons.settlement.canonical.bank_codes import known_codes
from odoo.addons.settlement.canonical.known_codes import markdown_table

PAGE = Path(__file__).parents[2] / "readme" / "CODES.md"
INTRODUCTION = """\
The bank transaction code of an entry stands in the transaction as *source code*: for
camt files domain, family and sub-family (`PMNT/RCDT/ESCT`), followed by the reason of a
return if there is one, or the bank's own code where it gives no other.

These codes say that the bank books for itself; such entries need no match. All other
entries are matched with documents and payouts. A mapping gives any code an account, a
tax, a partner or an analytic distribution of its own.

"""


def page():
    return INTRODUCTION + markdown_table("code", known_codes())


def test_the_manual_shows_this_table():
    if os.environ.get("SETTLEMENT_WRITE_README"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
