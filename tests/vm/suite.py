"""The kernel suite: `tests/kernel` in a guest with udev, then `no_udev` tests in one without."""

from __future__ import annotations

import compileall
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.vm.boot import Guest, run_in_guest
from tests.vm.kernel import find_kernel

NO_TESTS = 5
ROOT = Path(__file__).resolve().parents[2]


def run_suite(guest: Guest, pytest_options: Sequence[str] = ()) -> int:
    """Run both halves and return the first status that is not 0."""
    _compile()
    with_udev = _run_half(replace(guest, udev=True), pytest_options)
    without = _run_half(replace(guest, udev=False), [*pytest_options, "-m", "no_udev"])
    if pytest_options and without == NO_TESTS:
        without = 0  # a choice of tests (`-k`) may leave this half empty; the whole suite never
    return with_udev or without


def _run_half(guest: Guest, options: Sequence[str]) -> int:
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
