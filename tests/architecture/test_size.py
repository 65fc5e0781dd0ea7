"""Small files, short functions, and a sentence on everything public."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = sorted((ROOT / "tui").rglob("*.py"))
ALL = CODE + sorted((ROOT / "tests").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
MEDIAN_FILE, MEDIAN_FUNCTION = 110, 10

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def functions(file: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, Function):
            yield node


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


@pytest.mark.parametrize("file", ALL, ids=name)
def test_length(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= LONGEST_FILE
    assert [(f.name, length(f)) for f in functions(file) if length(f) > LONGEST_FUNCTION] == []


def test_medians() -> None:
    assert statistics.median(len(file.read_text().splitlines()) for file in CODE) <= MEDIAN_FILE
    assert statistics.median(length(f) for file in CODE for f in functions(file)) <= MEDIAN_FUNCTION


@pytest.mark.parametrize("file", CODE, ids=name)
def test_everything_public_is_explained(file: Path) -> None:
    tree = ast.parse(file.read_text())
    assert ast.get_docstring(tree)
    assert list(_unexplained(tree)) == []


def _unexplained(node: ast.Module | ast.ClassDef) -> Iterator[str]:
    for entry in node.body:
        if isinstance(entry, Function | ast.ClassDef) and not entry.name.startswith("_"):
            if not ast.get_docstring(entry):
                yield entry.name
            if isinstance(entry, ast.ClassDef):
                yield from _unexplained(entry)
