"""The guest as user-mode Linux: the same kernel code as an ordinary process, five times as fast as an
emulated machine. It has one processor, not every driver, and udev where that is asked for.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.vm import fpu, processor
from tests.vm.kept import kept
from tests.vm.kernel import SILENCE, VmError

KERNEL = "linux.uml"
MODULES = Path("/usr/lib/uml/modules")
MEMORY = 2000
"""MiB of the guest."""
SPARE = 400
"""MiB of the tmpfs beside that."""
TIMED_OUT = 124
_HERE = Path(__file__).parent
_NOISE = re.compile(rb"^<[0-7]>|^reboot: System halted")
"""What the kernel says before it is told to be quiet, and at its end."""


def release() -> str:
    """The release of the kernel that will run; VmError where there is none."""
    found = sorted(path.name for path in MODULES.glob("*")) if shutil.which(KERNEL) else []
    if not found:
        raise VmError(f"no {KERNEL}: run `sh .ci/setup test` first (Debian package user-mode-linux)")
    return found[-1]


_UDEV = """\
/lib/systemd/systemd-udevd --daemon >/dev/null
udevadm trigger --type=subsystems --action=add
udevadm trigger --type=devices --action=add
udevadm settle
"""
"""What systemd does at a boot."""


def run_in_uml(command: Sequence[str], *, cwd: Path, udev: bool = False, timeout: float = SILENCE) -> int:
    """Run the command in a fresh guest and return its exit status; 125 when the guest left none, 124
    after so many seconds of silence. What it prints goes to our standard output.
    """
    library = fpu.library(release())
    _check_memory()
    with processor.reserved() as number, tempfile.NamedTemporaryFile("w", prefix="uml-command-") as script:
        script.write(_UDEV if udev else "")
        script.write(f"cd {shlex.quote(str(cwd))}\nexec {shlex.join(command)}\n")
        script.flush()
        process = subprocess.Popen(
            _argv(script.name, number, library),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        watchdog = _Watchdog(process, timeout)
        with watchdog:
            _show(process, watchdog.again)
            status = process.wait()
    if watchdog.bit:
        print(f"uml: the guest was killed after {timeout:.0f} s of silence", file=sys.stderr)
        return TIMED_OUT
    return status


def _argv(command: str, number: int, library: str) -> list[str]:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    namespaces = ["unshare", *user, "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    cage = ["sh", str(_HERE / "cage.sh"), str(MEMORY + SPARE), command, kept(), library]
    kernel = [
        KERNEL,
        f"mem={MEMORY}M",
        "uml_dir=/run/uml/",
        "rootfstype=hostfs",
        "root=/dev/root",
        "hostfs=/",
        "ubd0=/run/disk",
    ]
    return [
        *("taskset", "--cpu-list", str(number)),
        *namespaces,
        *cage,
        *kernel,
        "ro",
        "quiet",
        "loglevel=3",
        "init=/run/init",
        "con=null",
        "con0=null,fd:1",
    ]


def available_memory() -> int:
    """MiB that programs can have now."""
    text = Path("/proc/meminfo").read_text()
    return int(text.split("MemAvailable:")[1].split()[0]) >> 10


def _check_memory() -> None:
    available = available_memory()
    if available < MEMORY + SPARE:
        raise VmError(
            f"{MEMORY + SPARE} MiB of memory are needed for user-mode Linux, and {available} are free"
        )


def _show(process: subprocess.Popen[bytes], heard: Callable[[], None]) -> None:
    """What the guest says as it comes, but for whole lines of noise; `heard` is called each time."""
    assert process.stdout is not None
    begun = b""
    while chunk := os.read(process.stdout.fileno(), 65536):
        heard()
        *lines, begun = (begun + chunk).split(b"\n")
        for line in lines:
            if not _NOISE.match(line):
                sys.stdout.buffer.write(line + b"\n")
        if begun and not begun.startswith((b"<", b"r")):
            sys.stdout.buffer.write(begun)
            begun = b""
        sys.stdout.buffer.flush()


class _Watchdog:
    """Kills the first process of the namespaces, and so all in them, after a time of silence."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float) -> None:
        self.process, self.seconds, self.bit = process, seconds, False
        self.timer = threading.Timer(seconds, self._bite)

    def again(self) -> None:
        """The time begins again."""
        self.timer.cancel()
        self.timer = threading.Timer(self.seconds, self._bite)
        self.timer.start()

    def _bite(self) -> None:
        self.bit = True
        self.process.send_signal(signal.SIGKILL)

    def __enter__(self) -> None:
        self.timer.start()

    def __exit__(self, *_error: object) -> None:
        self.timer.cancel()
        self.process.kill()
