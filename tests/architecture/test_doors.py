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
def test_two_modules_print(file: Path) -> None:
    """What they print has been made fit for a terminal."""
    if name(file) in ("tui/cli/narration.py", "tui/cli/output.py"):
        return
    tree = ast.parse(file.read_text())
    assert "print" not in set(calls(tree))


@pytest.mark.parametrize("file", [file for file in FILES if name(file).startswith("tui/backend/")], ids=name)
def test_the_backend_imports_no_face_even_lazily(file: Path) -> None:
    for module in imports(ast.parse(file.read_text())):
        assert module.split(".")[0] not in ("textual", "rich")
        assert not module.startswith(("tui.cli", "tui.app", "tui.screens", "tui.widgets"))


def unicode_minded(tree: ast.AST) -> Iterator[str]:
    """Calls that take Unicode's line ends, white space or digits for those of the kernel."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method, bare = node.func.attr, not node.args or ast.unparse(node.args[0]) == "None"
            ours = isinstance(node.func.value, ast.Constant)
            cuts = method in ("split", "rsplit", "strip", "lstrip", "rstrip") and bare and not ours
            if cuts or method in ("splitlines", "isdecimal", "isdigit", "isnumeric", "isspace"):
                yield ast.unparse(node)


PEOPLES_TEXT = {
    "tui/backend/sizes.py": "what people type",
    "tui/backend/livecd/request.py": "what people set in the environment",
    "tui/backend/run.py": "what programs say to people, and bytes",
}
"""Where text is not the kernel's."""


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_line_ends_where_only_unicode_says_so(file: Path) -> None:
    """A path may have such a character: it would begin a line of its own."""
    if name(file) not in PEOPLES_TEXT and "/practice/" not in name(file):
        called = calls(ast.parse(file.read_text()))
        assert not [found for found in called if found.endswith(".splitlines")], "split at newlines"


@pytest.mark.parametrize("file", [file for file in FILES if name(file).startswith("tui/backend/")], ids=name)
def test_text_of_the_kernel_is_cut_as_the_kernel_means_it(file: Path) -> None:
    if name(file) in PEOPLES_TEXT or "/practice/" in name(file):
        return
    assert not list(unicode_minded(ast.parse(file.read_text()))), "see tui/backend/text.py"


@pytest.mark.parametrize("file", FILES, ids=name)
def test_nothing_is_handed_to_a_shell(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.keyword) and node.arg == "shell":
            assert isinstance(node.value, ast.Attribute | ast.Name), "shell=True"
