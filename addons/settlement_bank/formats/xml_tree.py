"""A piece of an XML document as plain dictionaries, namespaces left out.

``{"Amt": [{"@Ccy": ["EUR"], "#": ["12.50"]}], "Sts": ["BOOK"]}``: every name has the
list of what stood under it; a leaf is its text. All of it can be written as JSON.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Union

from lxml import etree

Node = dict[str, list[Union["Node", str]]]

# The only attribute of an ISO 20022 message that carries meaning.
_ATTRIBUTE = "Ccy"
# More pieces of one name are no statement but an attempt to fill the memory.
MAX_SAME_NAME = 1000


def local_name(element: etree._Element) -> str:
    """Return the name of an element without its namespace."""
    tag = element.tag
    return tag[tag.find("}") + 1 :]


def to_node(element: etree._Element) -> Node:
    """Return the children of an element as a dictionary."""
    node: Node = {}
    add(node, element)
    return node


def add(node: Node, elements: Iterable[etree._Element]) -> None:
    """Put elements into a node, each under its own name."""
    for element in elements:
        tag = element.tag
        name = tag[tag.find("}") + 1 :]
        value: Node | str
        if len(element):
            value = {}
            add(value, element)
        else:
            content = element.text
            value = content.strip() if content else ""
            # Only amounts have an attribute; asking every element would take long.
            if name[-3:] == "Amt" and (currency := element.get(_ATTRIBUTE)) is not None:
                value = {f"@{_ATTRIBUTE}": [currency.strip()], "#": [value]}
        same_name = node.get(name)
        if same_name is None:
            node[name] = [value]
        elif len(same_name) < MAX_SAME_NAME:
            same_name.append(value)


def take_before(
    element: etree._Element, node: Node, names: frozenset[str], keep: str
) -> None:
    """Move the wanted elements that stand before ``element`` into ``node``.

    All of them leave the tree, so that their memory is free again.

    :param keep: name of siblings that are not moved, only removed.
    """
    parent = element.getparent()
    if parent is None:
        return
    while parent[0] is not element:
        _take(parent[0], node, names, keep)
        del parent[0]


def take_children(element: etree._Element, node: Node, names: frozenset[str]) -> None:
    """Move the wanted children of ``element`` into ``node`` and empty it."""
    for child in element:
        _take(child, node, names, "")
    element.clear()


def _take(
    element: etree._Element, node: Node, names: frozenset[str], keep: str
) -> None:
    name = local_name(element)
    if name != keep and name in names:
        add(node, (element,))


def nodes(node: Node, *path: str) -> Iterator[Node]:
    """Yield every node under the path."""
    return (found for found in _every(node, path) if isinstance(found, dict))


def child(node: Node, *path: str) -> Node:
    """Return the first node under the path, an empty one if there is none."""
    for name in path:
        below = node.get(name)
        if not below or isinstance(below[0], str):
            return {}
        node = below[0]
    return node


def texts(node: Node, *path: str) -> list[str]:
    """Return the texts of every leaf under the path that is not empty."""
    found = (_text(value) for value in _every(node, path))
    return [content for content in found if content]


def text(node: Node, *path: str) -> str:
    """Return the text of the first leaf under the path, "" if there is none."""
    value: Node | str = node
    for name in path:
        if value.__class__ is str:
            return ""
        below = value.get(name)
        if below is None:
            return ""
        value = below[0]
    return value if value.__class__ is str else _text(value)


def first_text(node: Node, *paths: tuple[str, ...]) -> str:
    """Return the text under the first of several paths that has one."""
    for path in paths:
        if content := text(node, *path):
            return content
    return ""


def _every(node: Node, path: Iterable[str]) -> list[Node | str]:
    level: list[Node | str] = [node]
    for name in path:
        level = [
            value
            for parent in level
            if isinstance(parent, dict)
            for value in parent.get(name, ())
        ]
        if not level:
            break
    return level


def _text(value: Node | str) -> str:
    if isinstance(value, str):
        return value
    content = value.get("#", ("",))[0]
    return content if isinstance(content, str) else ""
