"""The guide names what there is, and what it names is there."""

import re
from pathlib import Path

import pytest

from odoo.addons.settlement_connector.scaffold.writer import EXAMPLE
from odoo.addons.settlement_connector.stand_in.faults import FAULT_KINDS

ADDON = EXAMPLE.parents[1]
GUIDE = (ADDON / "readme" / "DEVELOP.md").read_text()
CONNECTOR = (EXAMPLE / "models" / "connector_examplepay.py").read_text()


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_every_fault_is_named(kind):
    assert f"`{kind}`" in GUIDE or f'"{kind}"' in GUIDE


def test_every_method_of_the_example_is_explained():
    made = set(re.findall(r"^    def (_[a-z_]+)\(", CONNECTOR, re.MULTILINE))
    shown = set(re.findall(r"^    (_[a-z_]+)\(", GUIDE, re.MULTILINE))
    # Helpers of its own are no part of the contract.
    assert made - shown == {"_file_facts", "_place"}
    assert shown - made == set()


def test_every_file_that_is_named_is_there():
    places = (ADDON, EXAMPLE)
    named = re.findall(r"`((?:[a-z_]+/)*[a-zA-Z_]+\.(?:py|md))`", GUIDE)
    assert named
    for name in named:
        path = Path(name.replace("acme", "examplepay"))
        assert any((place / path).exists() for place in places), name


def test_every_hook_of_the_contract_has_a_doc():
    base = (ADDON / "tests" / "contract" / "base.py").read_text()
    for hook in ("show", "external_id", "file_of", "event_of"):
        assert f"`{hook}`" in GUIDE
        assert re.search(rf'    def {hook}\(.*\):\n        """', base), hook
