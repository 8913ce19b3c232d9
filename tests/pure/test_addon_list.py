"""The runtime's scripts find the addons, in order of dependency, and notice changes."""

import addon_list
import pytest


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SETTLEMENT_ADDONS_PATH", str(tmp_path))
    return tmp_path


def add(folder, name, *depends, **manifest):
    (folder / name).mkdir()
    text = repr({"depends": list(depends), **manifest})
    (folder / name / "__manifest__.py").write_text(text)


def test_a_dependency_comes_first(folder, monkeypatch):
    monkeypatch.setattr(addon_list, "is_elsewhere", {"account"}.__contains__)
    add(folder, "a", "c")
    add(folder, "b", "account")
    add(folder, "c", "b")
    assert addon_list.installable(addon_list.manifests()) == (["b", "c", "a"], {})


def test_what_misses_a_dependency_is_left_out_with_what_needs_it(folder, monkeypatch):
    monkeypatch.setattr(addon_list, "is_elsewhere", {"account"}.__contains__)
    add(folder, "a", "b")
    add(folder, "b", "account", "somewhere_else")
    add(folder, "c", "account")
    order, missing = addon_list.installable(addon_list.manifests())
    assert order == ["c"]
    assert missing == {"b": "somewhere_else", "a": "b"}


def test_what_is_not_installable_is_no_addon(folder):
    add(folder, "a", installable=False)
    assert addon_list.manifests() == {}


def test_the_hash_follows_code_and_not_tests(folder):
    add(folder, "a")
    before = addon_list.content_hash()
    (folder / "a" / "tests").mkdir()
    (folder / "a" / "tests" / "test_a.py").write_text("")
    assert addon_list.content_hash() == before
    (folder / "a" / "models.py").write_text("")
    assert addon_list.content_hash() != before
