import json
import os
from dataclasses import asdict, replace

import pytest

from odoo.addons.settlement_audit.chain import heads
from odoo.addons.settlement_audit.chain.heads import Head

HEAD = Head(
    database="company",
    seal=1,
    first_event=1,
    last_event=5,
    events=5,
    root="ab" * 32,
    previous_root="00" * 32,
    sealed_at="2026-01-31T10:00:00",
    exported_at="2026-01-31T10:00:01+00:00",
)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "new" / "folder" / "company.jsonl"


def test_what_is_appended_is_read(path):
    second = replace(HEAD, seal=2)
    heads.append_heads(path, [HEAD])
    heads.append_heads(path, [second])
    assert list(heads.read_heads(path)) == [(1, HEAD), (2, second)]
    assert heads.last_head(path) == second


def test_nothing_to_append_makes_no_file(path):
    heads.append_heads(path, [])
    assert not path.exists()
    assert heads.last_head(path) is None


def test_a_line_is_written_completely_or_not_at_all(path, monkeypatch):
    heads.append_heads(path, [HEAD])
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:20]))
    with pytest.raises(OSError, match="part of the line"):
        heads.append_heads(path, [HEAD])
    monkeypatch.undo()
    heads.append_heads(path, [HEAD])
    assert list(heads.read_heads(path)) == [(1, HEAD), (2, HEAD)]


def test_lines_already_there_stay(path):
    path.parent.mkdir(parents=True)
    path.write_text("a remark\n")
    heads.append_heads(path, [HEAD])
    assert path.read_text().startswith("a remark\n")


def test_others_cannot_read_the_file(path):
    heads.append_heads(path, [HEAD])
    assert path.stat().st_mode & 0o007 == 0


@pytest.mark.parametrize(
    "line",
    [
        "no json",
        "[1]",
        "{}",
        json.dumps({**asdict(HEAD), "seal": "1"}),
        json.dumps(
            {key: value for key, value in asdict(HEAD).items() if key != "root"}
        ),
    ],
)
def test_a_line_that_is_no_head_is_reported(path, line):
    heads.append_heads(path, [HEAD])
    with path.open("a") as file:
        file.write(line + "\n\n")
    assert list(heads.read_heads(path)) == [(1, HEAD), (2, None)]
    assert heads.last_head(path) == HEAD


def test_fields_added_later_do_not_disturb(path):
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({**asdict(HEAD), "signature": "x"}) + "\n")
    assert heads.last_head(path) == HEAD


def test_the_last_head_of_a_long_file_is_found(path):
    many = [replace(HEAD, seal=number) for number in range(1, 1001)]
    heads.append_heads(path, many)
    assert path.stat().st_size > heads._TAIL
    assert heads.last_head(path).seal == 1000
