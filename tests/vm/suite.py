"""The kernel suite, `tests/kernel`: in user-mode Linux, without udev and with it, and what has to be shown on
Debian's own kernel in an emulated machine.
"""

from __future__ import annotations

import compileall
import os
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from tests import soak
from tests.vm import uml
from tests.vm.boot import Guest, run_in_guest
from tests.vm.jobs import Job, side_by_side
from tests.vm.kernel import find_kernel

NO_TESTS = 5
ROOT = Path(__file__).resolve().parents[2]
SHARDS = 4


def run_suite(guest: Guest, pytest_options: Sequence[str] = ()) -> int:
    """Run all that the suite is for, each test on the cheapest kernel that can show it: side by side, each
    guest on a core of its own, and the overlay engine's tests on this machine's kernel. The first status that
    is not 0.
    """
    compile_all()
    vm = (sys.executable, "-m", "tests.vm", "--timeout", str(guest.timeout))
    release = ("--release", guest.release) if guest.release else ()
    shards = [
        Job(f"without udev, {number} of {SHARDS}", (*vm, *_shard(number), "--", "uml", *pytest_options))
        for number in range(1, SHARDS + 1)
    ]
    here = [] if pytest_options else [Job("this machine's kernel", (sys.executable, "-m", "tests.here"))]
    # the long one first, and then in small parts: so all cores come to their end together
    jobs = [
        Job("with udev", (*vm, "--share", "--", "uml-udev", *pytest_options)),
        *here,
        *shards,
        Job("Debian's own kernel", (*vm, *release, "--", "own", *pytest_options)),
    ]
    return side_by_side(jobs, at_once=_guests())


def _shard(number: int) -> tuple[str, ...]:
    """Of what `python -m tests.here` shows on this machine's kernel a share will do."""
    return ("--shard", f"{number}/{SHARDS}", "--share")


CHOICES = {"SANDBOX_TUI_SHARD": "1/1", "SANDBOX_TUI_SHARE": "0"}
"""What tests/kernel/conftest.py makes its choice by."""


def _guests() -> int:
    """How many guests this machine has cores and memory for, at least one."""
    return max(1, min(os.cpu_count() or 1, uml.available_memory() // (uml.MEMORY + uml.SPARE)))


def run_half(guest: Guest, pytest_options: Sequence[str], *, own: bool = False) -> int:
    """Run what a guest in an emulated machine is for, with udev or without; of that only what has to be
    shown on Debian's `own` kernel.
    """
    kernel = find_kernel(guest.release).name.removeprefix("vmlinuz-")
    print(f"vm: kernel suite on {kernel}, {'with' if guest.udev else 'without'} udev", flush=True)
    status = run_in_guest(_pytest(kernel, pytest_options, udev=guest.udev, own=own), guest)
    return _chosen(pytest_options, status)


def run_uml(guest: Guest, pytest_options: Sequence[str], *, udev: bool = False) -> int:
    """Run one half in user-mode Linux."""
    with_udev = f"{'with' if udev else 'without'} udev"
    print(f"vm: kernel suite on user-mode Linux {uml.release()}, {with_udev}", flush=True)
    command = ["env", "SANDBOX_TUI_UML=1", *_pytest(uml.release(), pytest_options, udev=udev)]
    return _chosen(pytest_options, uml.run_in_uml(command, cwd=ROOT, udev=udev, timeout=guest.timeout))


def _chosen(pytest_options: Sequence[str], status: int) -> int:
    """A choice of tests (`-k`) may leave a part of the suite empty; the whole suite never."""
    return 0 if pytest_options and status == NO_TESTS else status


def _pytest(kernel: str, options: Sequence[str], *, udev: bool, own: bool = False) -> list[str]:
    settings = {
        "SANDBOX_TUI_VM": "1",
        "SANDBOX_TUI_UDEV": "1" if udev else "0",
        "SANDBOX_TUI_KERNEL": kernel,
        **{name: os.environ.get(name, usual) for name, usual in CHOICES.items()},
        "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/hypothesis",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        **soak.settings(),
        # Loading the plugins of the other suites (they import Textual) costs half a minute in the guest.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    env = ["env", *(f"{name}={value}" for name, value in settings.items())]
    files = () if any(option.startswith("tests/") for option in options) else ("tests/kernel",)
    choice = "own_kernel" if own else "not only_no_udev" if udev else "no_udev or only_no_udev"
    return [
        *env,
        sys.executable,
        "-m",
        "pytest",
        "-c",
        "tests/kernel/pytest.ini",
        *files,
        "-q",
        "--color=no",
        "-m",
        choice,
        *options,
    ]


def compile_all() -> None:
    """Write .pyc files here: the guest cannot keep any, and compiling there is slow."""
    for folder in (sysconfig.get_path("purelib"), ROOT / "tui", ROOT / "tests"):
        compileall.compile_dir(str(folder), quiet=2)
