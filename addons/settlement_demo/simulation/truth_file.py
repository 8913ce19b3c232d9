"""The file in which the truth about a database is kept, outside of it."""

from __future__ import annotations

from pathlib import Path

from ..world.truth import Truth, from_json


class TruthFile:
    """The truth about one database.

    :param data_dir: folder of Odoo's data.
    """

    def __init__(self, data_dir: str, database: str) -> None:
        self.path = Path(data_dir) / "settlement_demo" / f"{database}.truth.json"

    # This is no model.
    # pylint: disable-next=method-required-super
    def write(self, truth: Truth) -> None:
        """Keep the truth; the same truth leaves the file as it is."""
        text = truth.to_json()
        if self.path.exists() and self.path.read_text() == text:
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(text)

    def read(self) -> Truth:
        """Return the truth as it was kept."""
        return from_json(self.path.read_text())
