"""Arrows only point downwards: a static contract and a look at what is really loaded."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FACES = ("textual", "rich", "tui.app", "tui.screens", "tui.widgets", "tui.cli")


def modules(package: str) -> list[str]:
    """The names of all modules of a package."""
    files = sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
    return [
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files
    ]


def loaded(imports: list[str]) -> set[str]:
    """What a fresh interpreter has loaded after importing modules."""
    code = (
        "import sys, importlib\nfor name in sys.argv[1:]: importlib.import_module(name)\nprint(*sys.modules)"
    )
    words = [sys.executable, "-c", code, *imports]
    return set(subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT).stdout.split())


def faces(names: set[str], kinds: tuple[str, ...]) -> list[str]:
    return sorted(
        name for name in names if any(name == kind or name.startswith(f"{kind}.") for kind in kinds)
    )


def test_the_contracts_of_import_linter() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([script, "--no-cache"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout


def test_the_backend_loads_no_face() -> None:
    assert faces(loaded(modules("tui.backend")), FACES) == []


def test_the_command_line_loads_no_screen() -> None:
    assert faces(loaded(modules("tui.cli")), FACES[:-1]) == []


@pytest.mark.parametrize("package", ["tui.screens", "tui.widgets", "tui.app"])
def test_the_faces_do_not_know_each_other(package: str) -> None:
    assert faces(loaded(modules(package)), ("tui.cli",)) == []
