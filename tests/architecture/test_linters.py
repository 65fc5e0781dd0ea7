"""What the linters and the type checker say."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "line", ["ruff check", "ruff format --check", "mypy"], ids=["ruff check", "ruff format", "mypy"]
)
def test_linter(line: str) -> None:
    program, *words = line.split()
    script = Path(sys.executable).with_name(program)
    done = subprocess.run([script, *words], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
