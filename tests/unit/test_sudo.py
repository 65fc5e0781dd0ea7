"""Becoming root: what is started, and that nothing of the current directory is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui import __version__
from tui.app import sudo
from tui.backend import run
from tui.backend.errors import CommandFailed

PLANTED = "raise SystemExit('code from the current directory was run')\n"


@pytest.fixture
def trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with modules and programs that somebody else has put there, as current directory."""
    for name in ("tui/__init__.py", "tui/__main__.py", "psutil.py", "humanize.py", "argparse.py", "json.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(PLANTED)
    program = tmp_path / "sudo"
    program.write_text("#!/bin/sh\necho planted\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("trap")
def test_nothing_of_the_current_directory_or_the_environment_is_run() -> None:
    program, dashes, *command = sudo.command(["--version"])
    assert (program, dashes) == ("sudo", "--")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()[-1:]) == (0, [__version__]), done.stderr


@pytest.mark.usefixtures("trap")
def test_arguments_arrive_as_they_are() -> None:
    odd = ["create", "a b", "--name", "-c", "$(touch x)"]
    *_start, place = sudo.command([])
    assert sudo.command(odd)[-6:] == (place, *odd)
    assert os.path.isabs(place)
    assert os.path.isabs(sudo.command([])[2])


def test_an_installed_package_is_not_searched_twice() -> None:
    """Where Python finds the package by itself, its place stays where it is on the path."""
    *command, _place = sudo.command([])[2:]
    show = [
        *command[:-1],
        command[-1].split("; from tui")[0] + "; print(sys.path.count(root), sys.path[0] == root)",
    ]
    done = subprocess.run([*show, os.path.dirname(os.__file__)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "False"]


@pytest.mark.parametrize("path", [".", "", "bin", ":.:bin:"])
def test_programs_are_never_taken_from_the_current_directory(
    trap: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    (trap / "planted-program").write_text("#!/bin/sh\n")
    (trap / "planted-program").chmod(0o755)
    (trap / "bin").symlink_to(trap)
    monkeypatch.setenv("PATH", path)
    assert all(entry.startswith("/") for entry in run.search_path().split(":"))
    with pytest.raises(CommandFailed, match="planted-program is missing"):
        run.run(["planted-program"])
    with pytest.raises(CommandFailed, match="planted-program is missing"):
        run.replace_process(["planted-program"])


def test_the_python_of_now_is_the_one_of_root() -> None:
    assert sudo.command([])[2] == sys.executable
