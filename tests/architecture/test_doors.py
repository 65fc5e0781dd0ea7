"""One door to programs, one to printing, one to Textual."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tui").rglob("*.py"))
STARTERS = {"system", "popen", "fork", "forkpty", "posix_spawn", "posix_spawnp", "startfile"}


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def calls(tree: ast.AST) -> Iterator[str]:
    """The names of what is called: `print`, `os.system` …"""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


@pytest.mark.parametrize("file", FILES, ids=name)
def test_programs_are_started_by_one_module(file: Path) -> None:
    if name(file) == "tui/backend/run.py":
        return
    tree = ast.parse(file.read_text())
    assert not {"subprocess", "pty", "asyncio.subprocess", "multiprocessing"} & set(imports(tree))
    for call in calls(tree):
        module, _, function = call.rpartition(".")
        assert not (module == "os" and (function in STARTERS or function.startswith(("exec", "spawn"))))
        assert not call.endswith(("create_subprocess_exec", "create_subprocess_shell"))


@pytest.mark.parametrize("file", FILES, ids=name)
def test_only_the_command_line_prints(file: Path) -> None:
    if name(file).startswith("tui/cli/"):
        return
    tree = ast.parse(file.read_text())
    assert "print" not in set(calls(tree))


@pytest.mark.parametrize("file", [file for file in FILES if name(file).startswith("tui/backend/")], ids=name)
def test_the_backend_imports_no_face_even_lazily(file: Path) -> None:
    for module in imports(ast.parse(file.read_text())):
        assert module.split(".")[0] not in ("textual", "rich")
        assert not module.startswith(("tui.cli", "tui.app", "tui.screens", "tui.widgets"))


@pytest.mark.parametrize("file", FILES, ids=name)
def test_nothing_is_handed_to_a_shell(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "shell":
            assert isinstance(node.value, ast.Attribute | ast.Name), "shell=True"
