"""Readers of texts are pure, are in one package, and each has its corpus."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.architecture.test_doors import FILES, calls, imports, name
from tests.corpora.readers import READERS

KERNEL = [file for file in FILES if name(file).startswith("tui/backend/kernel/")]
_SOURCE = (Path(__file__).parents[1] / "corpora" / "readers.py").read_text()
CUTTING = {"lines", "fields", "unescape"}
"""What cuts a text of the kernel. Elsewhere there are values."""


@pytest.mark.parametrize("file", KERNEL, ids=name)
def test_a_reader_opens_and_starts_nothing(file: Path) -> None:
    tree = ast.parse(file.read_text())
    allowed = {"__future__", "collections.abc", "dataclasses", "enum", "json", "os", "re", "typing"}
    assert all(found in allowed or found.startswith("tui.backend.kernel") for found in imports(tree))
    assert not {"open", "print"} & set(calls(tree))
    assert not [call for call in calls(tree) if call.startswith("os.")]


@pytest.mark.parametrize("file", [file for file in FILES if file not in KERNEL], ids=name)
def test_nothing_else_cuts_texts(file: Path) -> None:
    if name(file).startswith("tui/backend/practice/"):
        return
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module == "tui.backend.kernel.text":
            assert not CUTTING & {alias.name for alias in node.names}


def test_each_reader_has_a_corpus() -> None:
    """As it is, or within a function of tests/corpora/readers.py where it needs more than a text."""
    tried = {(read.__module__, read.__name__) for functions in READERS.values() for read in functions}
    for file in KERNEL:
        for node in ast.parse(file.read_text()).body if file.stem != "text" else ():
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                called = f"{file.stem}.{node.name}(" in _SOURCE
                # one snapshot's status is a part of all
                part = (file.stem, node.name) == ("dm_status", "parse")
                assert called or part or (f"tui.backend.kernel.{file.stem}", node.name) in tried
