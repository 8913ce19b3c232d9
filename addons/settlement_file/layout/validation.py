"""What a layout must keep to be usable: each part, and the parts together."""

from __future__ import annotations

from .definition import FileLayout


def check(layout: FileLayout) -> None:
    """Refuse a layout that no file could be read with.

    :raises LayoutError: with the path of what is wrong and a sentence.
    """
