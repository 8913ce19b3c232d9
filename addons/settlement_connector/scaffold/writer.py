"""Write a new connector addon, from the one of the made-up provider."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from odoo.addons.settlement.canonical.errors import BusinessError

EXAMPLE = Path(__file__).parent / "settlement_examplepay"
CODE, CLASS, LABEL = "examplepay", "Examplepay", "Example Pay"
API_KEY, WEBHOOK_SECRET = "api_key", "webhook_secret"
STREAMS = '("transactions",)'
_CODE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_LONGEST_CODE = 24
_SUFFIXES = frozenset({".md", ".py", ".rst", ".toml"})


@dataclass(frozen=True)
class NewConnector:
    """What is known of the connector that is to be written.

    :param code: technical name, such as ``acme``; the addon is ``settlement_acme``.
    :param name: the provider's name as people know it.
    :param api_key: name of the credential that calls are made with.
    :param webhook_secret: name of the credential that events are signed with.
    :param streams: names of what can be pulled.
    """

    code: str
    name: str = ""
    api_key: str = API_KEY
    webhook_secret: str = WEBHOOK_SECRET
    streams: Sequence[str] = field(default=("transactions",))

    @property
    def addon(self) -> str:
        """Return the name of the addon."""
        return f"settlement_{self.code}"

    @property
    def label(self) -> str:
        """Return the name that people see."""
        return self.name or self.code.replace("_", " ").title()

    def check(self) -> None:
        """Refuse names that cannot become an addon.

        :raises BusinessError: with a sentence that names the wrong one.
        """
        names = (self.code, self.api_key, self.webhook_secret, *self.streams)
        for name in names:
            wrong = not _CODE.fullmatch(name) or len(name) > _LONGEST_CODE
            if wrong or keyword.iskeyword(name):
                raise BusinessError(
                    f"{name!r} cannot be used as a name: take lower-case letters, "
                    f"digits and single underscores, at most {_LONGEST_CODE}."
                )
        if self.api_key == self.webhook_secret or len(set(self.streams)) < len(
            self.streams
        ):
            raise BusinessError("Two credentials or two streams have one name.")
        if not self.streams or any(each in self.label for each in '"\\\n{}%'):
            raise BusinessError("The label has a sign that cannot stand in a text.")

    def written(self, text: str) -> str:
        """Return a text of the example as a text of this connector."""
        streams = ", ".join(f'"{name}"' for name in self.streams)
        ending = "," if len(self.streams) == 1 else ""
        camel = "".join(part.capitalize() for part in self.code.split("_"))
        for old, new in (
            (STREAMS, f"({streams}{ending})"),
            (API_KEY, self.api_key),
            (WEBHOOK_SECRET, self.webhook_secret),
            (CODE, self.code),
            (CLASS, camel),
            (LABEL, self.label),
        ):
            text = text.replace(old, new)
        return _fitting_rules(text)


def write_addon(connector: NewConnector, folder: Path) -> list[Path]:
    """Write the addon of a connector into a folder; return its files.

    :raises BusinessError: if a name cannot be used or the addon is there already.
    """
    connector.check()
    target = folder / connector.addon
    if target.exists():
        raise BusinessError(f"{target} is there already; remove it or take another.")
    files = {
        target / connector.written(str(path.relative_to(EXAMPLE))): path
        for path in _example_files()
    }
    for path, source in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = source.read_text(encoding="utf-8")
        path.write_text(connector.written(text), encoding="utf-8")
    return sorted(files)


def _example_files() -> Iterator[Path]:
    for path in sorted(EXAMPLE.rglob("*")):
        if path.suffix in _SUFFIXES and "__pycache__" not in path.parts:
            yield path


def _fitting_rules(text: str) -> str:
    """Return a text whose headings in reStructuredText are as long as their rules."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines[:-2]):
        if set(line.strip()) == {"="} and lines[number + 2] == line:
            rule = "=" * len(lines[number + 1].rstrip("\n")) + "\n"
            lines[number] = lines[number + 2] = rule
    return "".join(lines)
