"""A new connector is written whole, and the example it is made from stays small."""

import ast
import io
import tokenize

import odoo_free
import pytest

from odoo.addons.settlement.canonical.errors import BusinessError
from odoo.addons.settlement_connector.scaffold.writer import (
    EXAMPLE,
    NewConnector,
    write_addon,
)

ACME = NewConnector(
    code="acme_pay",
    name="Acme Pay",
    api_key="api_token",
    webhook_secret="signing_key",
    streams=("payments", "fees"),
)
# Lines of code of a whole connector: what its author has to say at most.
MOST_LINES = 300
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}


@pytest.fixture
def written(tmp_path):
    write_addon(ACME, tmp_path)
    return tmp_path / "settlement_acme_pay"


def lines_of_code(text):
    """Return how many lines are neither blank nor comment nor docstring."""
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
        if isinstance(node, kinds) and ast.get_docstring(node):
            lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


def sources(folder):
    """Return the Python files of an addon that are no tests."""
    return [path for path in folder.rglob("*.py") if "tests" not in path.parts]


def test_lines_are_counted_as_people_do():
    text = '"""Doc."""\n\n# why\nx = 1\n\n\ndef f():\n    """Doc\n    on.\n    """\n'
    assert lines_of_code(text + "    return (\n        x\n    )\n") == 5


def test_the_example_is_small():
    counted = sum(lines_of_code(path.read_text()) for path in sources(EXAMPLE))
    assert counted < MOST_LINES
    assert counted > 100, "The example is gone."


def test_every_file_is_there_under_its_new_name(written):
    def names(folder, old, new):
        return {
            str(path.relative_to(folder)).replace(old, new)
            for path in folder.rglob("*.*")
            if "__pycache__" not in path.parts
        }

    made = names(written, "acme_pay", "acme_pay")
    assert made == names(EXAMPLE, "examplepay", "acme_pay")
    assert {"__manifest__.py", "pyproject.toml", "readme/KINDS.md"} <= made


def test_nothing_of_the_example_is_left(written):
    for path in written.rglob("*.*"):
        text = path.read_text()
        for word in ("examplepay", "example pay", '"api_key"', "`api_key`"):
            assert word not in text.lower().replace("api_key,", ""), path
    client = (written / "client.py").read_text()
    assert 'API_KEY = "api_token"' in client
    assert 'WEBHOOK_SECRET = "signing_key"' in client
    assert 'STREAMS = ("payments", "fees")' in client
    manifest = ast.literal_eval((written / "__manifest__.py").read_text())
    assert manifest["name"] == "Settlement: Acme Pay"


def test_python_that_compiles_and_headings_that_fit(written):
    for path in written.rglob("*.py"):
        ast.parse(path.read_text())
    rule, heading, again, *_rest = (written / "README.rst").read_text().splitlines()
    assert rule == again == "=" * len(heading)


def test_one_stream_is_a_tuple_too():
    text = NewConnector("acme", streams=("rows",)).written('S = ("transactions",)')
    assert text == 'S = ("rows",)'
    assert NewConnector("acme_pay").label == "Acme Pay"


@pytest.mark.parametrize(
    "values",
    [
        {"code": "Acme"},
        {"code": "acme-pay"},
        {"code": "../acme"},
        {"code": "class"},
        {"code": "a" * 40},
        {"code": "acme", "api_key": "a key"},
        {"code": "acme", "api_key": "secret", "webhook_secret": "secret"},
        {"code": "acme", "streams": ()},
        {"code": "acme", "streams": ("rows", "rows")},
        {"code": "acme", "name": 'Ac"me'},
    ],
)
def test_names_that_cannot_be_used(values, tmp_path):
    with pytest.raises(BusinessError):
        write_addon(NewConnector(**values), tmp_path)
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(written, tmp_path):
    (written / "mapper.py").write_text("mine")
    with pytest.raises(BusinessError, match="already"):
        write_addon(ACME, tmp_path)
    assert (written / "mapper.py").read_text() == "mine"


def _tests_of_the_example():
    """Return the pure tests of the example, which is no addon of ours to pytest."""
    odoo_free.register_package("odoo.addons.settlement_examplepay", EXAMPLE)
    path = EXAMPLE / "tests" / "pure" / "test_examplepay_mapper.py"
    names = {"__name__": __name__, "__file__": str(path)}
    exec(compile(path.read_text(), path, "exec"), names)
    return {
        f"test_example_{name.removeprefix('test_')}": each
        for name, each in names.items()
        if name.startswith("test_")
    }


globals().update(_tests_of_the_example())
