"""The kernel suite: `tests/kernel` in a guest with udev, and part of it in one without."""

from __future__ import annotations

import compileall
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.vm.boot import Guest, run_in_guest
from tests.vm.kernel import find_kernel

NO_TESTS = 5
ROOT = Path(__file__).resolve().parents[2]


def run_suite(guest: Guest, pytest_options: Sequence[str] = ()) -> int:
    """Run both halves side by side (each keeps one core busy); the first status that is not 0."""
    _compile()
    with tempfile.TemporaryFile() as kept:
        other = subprocess.Popen(_half_command(guest, pytest_options), stdout=kept, stderr=subprocess.STDOUT)
        try:
            with_udev = run_half(replace(guest, udev=True), pytest_options)
            without = other.wait()
        finally:
            other.terminate()
        kept.seek(0)
        sys.stdout.buffer.write(kept.read())
        sys.stdout.flush()
    return with_udev or without


def _half_command(guest: Guest, pytest_options: Sequence[str]) -> list[str]:
    """The half without udev, as a process of its own."""
    settings = [
        "--no-udev",
        "--memory",
        guest.memory,
        "--cpus",
        str(guest.cpus),
        "--timeout",
        str(guest.timeout),
    ]
    return [sys.executable, "-m", "tests.vm", *settings, "--", "half", *pytest_options]


def run_half(guest: Guest, pytest_options: Sequence[str]) -> int:
    """Run one half of the suite: the one that the guest is for."""
    choice = "not only_no_udev" if guest.udev else "no_udev or only_no_udev"
    status = _pytest_in(guest, [*pytest_options, "-m", choice])
    # a choice of tests (`-k`) may leave a half empty; the whole suite never
    return 0 if pytest_options and status == NO_TESTS else status


def _pytest_in(guest: Guest, options: Sequence[str]) -> int:
    print(f"vm: kernel suite, {'with' if guest.udev else 'without'} udev", flush=True)
    settings = {
        "SANDBOX_TUI_VM": "1",
        "SANDBOX_TUI_UDEV": "1" if guest.udev else "0",
        "SANDBOX_TUI_KERNEL": find_kernel().name.removeprefix("vmlinuz-"),
        "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/hypothesis",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        # Loading the plugins of the other suites (they import Textual) costs half a minute in the guest.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    env = ["env", *(f"{name}={value}" for name, value in settings.items())]
    pytest = [sys.executable, "-m", "pytest", "tests/kernel", "-q", *options]
    return run_in_guest([*env, *pytest], guest)


def _compile() -> None:
    """Write .pyc files here: the guest cannot keep any, and compiling there is slow."""
    for folder in (sysconfig.get_path("purelib"), ROOT / "tui", ROOT / "tests"):
        compileall.compile_dir(str(folder), quiet=2)
