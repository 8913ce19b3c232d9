"""Tell the scripts of the runtime about the addons of the checkout.

    addon_list.py names    the addons that can be installed here, one per line
    addon_list.py hash     a hash over all that decides how they install and behave

Run by the runtime's own Python, whose path shows the addons of Odoo and of PyPI.
"""

import ast
import hashlib
import importlib.util
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
# Files that change nothing in a database.
IGNORED_FOLDERS = {"__pycache__", "readme", "tests", ".pytest_cache", ".hypothesis"}


def addons_folders() -> list[Path]:
    """Return the folders of addons under test: the checkout's, or those of the env."""
    given = os.environ.get("SETTLEMENT_ADDONS_PATH")
    return [Path(path) for path in (given or str(CHECKOUT / "addons")).split(",")]


def manifests() -> dict[str, dict]:
    """Return the manifests of the installable addons by technical name."""
    found = {}
    for folder in addons_folders():
        for path in sorted(folder.glob("*/__manifest__.py")):
            manifest = ast.literal_eval(path.read_text(encoding="utf-8"))
            if manifest.get("installable", True):
                found[path.parent.name] = manifest
    return found


def is_elsewhere(name: str) -> bool:
    """Tell whether Odoo or PyPI brings this addon."""
    places = importlib.util.find_spec("odoo.addons").submodule_search_locations
    return any(Path(place, name, "__manifest__.py").exists() for place in places)


def installable(addons: dict[str, dict]) -> tuple[list[str], dict[str, str]]:
    """Split addons in those that can be installed and those that miss a dependency.

    Returns the names in order of dependency, and for each of the others the name of
    the dependency that is missing.
    """
    order, missing = [], {}

    def visit(name):
        if name in order or name in missing:
            return
        for needed in addons[name].get("depends", []):
            if needed in addons:
                visit(needed)
            if needed in missing or (needed not in addons and not is_elsewhere(needed)):
                missing[name] = needed
                return
        order.append(name)

    for name in addons:
        visit(name)
    return order, missing


def content_hash() -> str:
    """Return a hash over the installed part of all addons (tests are not in it)."""
    digest = hashlib.sha256()
    for folder in addons_folders():
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if not path.is_file() or IGNORED_FOLDERS.intersection(parts[:-1]):
                continue
            digest.update("/".join(parts).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def main(command: str) -> int:
    """Run one command of this script; returns the exit code."""
    if command == "hash":
        sys.stdout.write(content_hash() + "\n")
        return 0
    if command != "names":
        sys.stderr.write(__doc__)
        return 2
    order, missing = installable(manifests())
    for name, needed in missing.items():
        sys.stderr.write(f"    {name} is left out: it needs the addon {needed}\n")
    sys.stdout.write("".join(f"{name}\n" for name in order))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2] or [""]))
