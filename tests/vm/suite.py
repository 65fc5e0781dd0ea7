"""The kernel suite, `tests/kernel`: the half without udev in user-mode Linux, the one with it in an
emulated machine with Debian's own kernel.
"""

from __future__ import annotations

import compileall
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests import soak
from tests.vm import uml
from tests.vm.boot import Guest, run_in_guest
from tests.vm.kernel import find_kernel

NO_TESTS = 5
ROOT = Path(__file__).resolve().parents[2]


def run_suite(guest: Guest, pytest_options: Sequence[str] = ()) -> int:
    """Run both halves side by side (each keeps one core busy); the first status that is not 0."""
    compile_all()
    with tempfile.TemporaryFile() as kept:
        words = [
            sys.executable,
            "-m",
            "tests.vm",
            "--timeout",
            str(guest.timeout),
            "uml",
            "--",
            *pytest_options,
        ]
        other = subprocess.Popen(words, stdout=kept, stderr=subprocess.STDOUT)
        try:
            with_udev = run_half(replace(guest, udev=True), pytest_options)
            without = other.wait()
        finally:
            other.terminate()
        kept.seek(0)
        sys.stdout.buffer.write(kept.read())
        sys.stdout.flush()
    return with_udev or without


def run_half(guest: Guest, pytest_options: Sequence[str]) -> int:
    """Run what a guest in an emulated machine is for: with udev, or without."""
    kernel = find_kernel(guest.release).name.removeprefix("vmlinuz-")
    print(f"vm: kernel suite on {kernel}, {'with' if guest.udev else 'without'} udev", flush=True)
    status = run_in_guest(_pytest(kernel, pytest_options, udev=guest.udev), guest)
    return _chosen(pytest_options, status)


def run_uml(guest: Guest, pytest_options: Sequence[str]) -> int:
    """Run the half without udev in user-mode Linux."""
    print(f"vm: kernel suite on user-mode Linux {uml.release()}, without udev", flush=True)
    command = ["env", "SANDBOX_TUI_UML=1", *_pytest(uml.release(), pytest_options, udev=False)]
    return _chosen(pytest_options, uml.run_in_uml(command, cwd=ROOT, timeout=guest.timeout))


def _chosen(pytest_options: Sequence[str], status: int) -> int:
    """A choice of tests (`-k`) may leave a half empty; the whole suite never."""
    return 0 if pytest_options and status == NO_TESTS else status


def _pytest(kernel: str, options: Sequence[str], *, udev: bool) -> list[str]:
    settings = {
        "SANDBOX_TUI_VM": "1",
        "SANDBOX_TUI_UDEV": "1" if udev else "0",
        "SANDBOX_TUI_KERNEL": kernel,
        "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/hypothesis",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
        # Loading the plugins of the other suites (they import Textual) costs half a minute in the guest.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "SANDBOX_TUI_SEED": soak.SEED,
        "SANDBOX_TUI_SOAK": "1" if soak.ALL else "0",
    }
    print(f"vm: {soak.words()}", flush=True)
    env = ["env", *(f"{name}={value}" for name, value in settings.items())]
    files = () if any(option.startswith("tests/") for option in options) else ("tests/kernel",)
    choice = "not only_no_udev" if udev else "no_udev or only_no_udev"
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
