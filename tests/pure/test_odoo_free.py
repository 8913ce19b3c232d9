"""The bootstrap of the pure tests keeps Odoo out and lets the pure folders in."""

import importlib
import sys

import odoo_free
import pytest


@pytest.fixture
def addon(tmp_path):
    """An addon whose __init__ must never run, registered for one test."""
    folder = tmp_path / "settlement_example"
    (folder / "engine").mkdir(parents=True)
    (folder / "__manifest__.py").write_text("{}")
    (folder / "__init__.py").write_text("raise AssertionError('the addon was run')")
    (folder / "engine" / "__init__.py").write_text("from .money import CENTS\n")
    (folder / "engine" / "money.py").write_text("CENTS = 100\n")
    (folder / "impure.py").write_text("from odoo import fields\n")
    odoo_free.register_package(f"odoo.addons.{folder.name}", folder)
    yield folder
    for name in [name for name in sys.modules if folder.name in name]:
        del sys.modules[name]
    delattr(sys.modules["odoo.addons"], folder.name)


def test_a_pure_folder_is_imported_without_its_addon(addon):
    engine = importlib.import_module("odoo.addons.settlement_example.engine")
    assert engine.CENTS == 100


def test_from_import_of_a_pure_folder(addon):
    from odoo.addons.settlement_example import engine

    assert engine.CENTS == 100


@pytest.mark.parametrize(
    "name",
    ["odoo.fields", "odoo.tools.misc", "odoo.addons.base", "odoo.addons.account"],
)
def test_the_rest_of_odoo_is_refused(name):
    with pytest.raises(ImportError, match="belongs to Odoo"):
        importlib.import_module(name)


def test_from_import_of_odoo_is_refused():
    with pytest.raises(ImportError, match="odoo.fields belongs to Odoo"):
        from odoo import fields  # noqa: F401


def test_a_pure_folder_that_needs_odoo_is_refused(addon):
    with pytest.raises(ImportError, match="belongs to Odoo"):
        importlib.import_module("odoo.addons.settlement_example.impure")


def test_a_missing_module_of_ours_is_reported_as_missing(addon):
    with pytest.raises(ModuleNotFoundError, match="settlement_example.nothing"):
        importlib.import_module("odoo.addons.settlement_example.nothing")


def test_only_folders_with_a_manifest_are_addons(tmp_path, addon):
    (tmp_path / "notes").mkdir()
    assert odoo_free.addon_folders(tmp_path) == [addon]


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("settlement", None),
        ("settlement/tests", None),
        ("settlement/tests/pure", None),
        ("settlement/tests/pure/test_money.py", None),
        ("settlement/tests/test_message.py", True),
        ("settlement/models", True),
        ("settlement/static", True),
    ],
)
def test_only_pure_tests_are_collected(path, ignored):
    assert odoo_free.pytest_ignore_collect(odoo_free.ADDONS / path) is ignored


def test_folders_outside_the_addons_are_left_to_pytest(tmp_path):
    assert odoo_free.pytest_ignore_collect(tmp_path) is None
