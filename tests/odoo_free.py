"""Pytest plugin: import the pure folders of our addons without Odoo.

``import odoo.addons.settlement.canonical`` would run the ``__init__`` of the addon and
with it the whole ORM. This plugin registers the parents of the pure folders as packages
that have a search path and no code, so that only the pure folder itself is executed.
Any other import from ``odoo`` is refused: a pure folder that needs Odoo is not pure.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
PURE_TESTS = ("tests", "pure")


def addon_folders(addons: Path = ADDONS) -> list[Path]:
    """Return the folders below ``addons`` that hold an addon, in order of name."""
    return sorted(path.parent for path in addons.glob("*/__manifest__.py"))


def register_package(name: str, *folders: Path) -> None:
    """Put a package without code into ``sys.modules``, below its parent."""
    module = types.ModuleType(name)
    module.__path__ = [str(folder) for folder in folders]
    module.__spec__ = importlib.machinery.ModuleSpec(name, None, is_package=True)
    module.__spec__.submodule_search_locations = module.__path__
    sys.modules[name] = module
    parent, _, child = name.rpartition(".")
    if parent:
        setattr(sys.modules[parent], child, module)


class OdooRefused(importlib.abc.MetaPathFinder):
    """Finder that lets nothing of ``odoo`` be imported but our own pure folders."""

    def find_spec(self, fullname, path=None, target=None):
        """Raise ImportError for a module of Odoo, say nothing about any other."""
        if not fullname.startswith("odoo.") or self._is_ours(fullname):
            return None
        raise ImportError(
            f"{fullname} belongs to Odoo and this code has to work without it: it is "
            "either a pure folder or a pure test (see tests/odoo_free.py). Move the "
            "part that needs Odoo into models/, or its test beside the Odoo tests.",
            name=fullname,
        )

    @staticmethod
    def _is_ours(fullname):
        addon = ".".join(fullname.split(".")[:3])
        return addon != fullname and addon in sys.modules


def install() -> None:
    """Register the parents of all pure folders; once is enough."""
    if any(isinstance(finder, OdooRefused) for finder in sys.meta_path):
        return
    if "odoo" in sys.modules:
        raise ImportError("Odoo is loaded already: pure tests need a process without.")
    register_package("odoo")
    register_package("odoo.addons")
    # Pytest names a test by its path and would run the __init__ of its folders too.
    register_package("addons", ADDONS)
    for folder in addon_folders():
        for prefix in ("odoo.addons", "addons"):
            register_package(f"{prefix}.{folder.name}", folder)
            register_package(f"{prefix}.{folder.name}.tests", folder / "tests")
    sys.meta_path.insert(0, OdooRefused())


def pytest_collect_directory(path, parent):
    """Make every folder a plain one: a package's __init__ would be executed."""
    return pytest.Dir.from_parent(parent, path=path)


def pytest_ignore_collect(collection_path):
    """Leave the Odoo tests, which are named like pure ones, to Odoo."""
    if not collection_path.is_relative_to(ADDONS):
        return None
    parts = collection_path.relative_to(ADDONS).parts[1:]
    return True if parts and parts[:2] != PURE_TESTS[: len(parts)] else None


install()
# How long an example takes says nothing about what it proves, and machines differ.
hypothesis.settings.register_profile("settlement", deadline=None, print_blob=True)
hypothesis.settings.load_profile("settlement")
