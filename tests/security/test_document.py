"""`docs/security.md` names tests and files that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))
FILES = sorted(
    set(re.findall(r"`((?:blindspot|harness|diagnostics|generation)/[\w/]+\.py)`", TEXT))
)


def test_it_names_some() -> None:
    assert len(TESTS) > 25
    assert len(FILES) > 8


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_every_named_test_exists(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("file", FILES)
def test_every_named_file_exists(file: str) -> None:
    assert (ROOT / file).is_file()


def test_every_row_names_a_test() -> None:
    rows = [
        line for line in TEXT.splitlines() if line.startswith("| ") and "what can go" not in line
    ]
    assert not [row for row in rows if "::" not in row]
