"""Boot the guest, run one command in it, hand back the command's own exit status."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.vm.kernel import SILENCE, VmError, cache_dir, find_kernel, kvm_works
from tests.vm.plain import PLACE, directories, plain_folder

NO_STATUS = 125
TIMED_OUT = 124
# Drivers that udev would load for the emulated board: nothing here uses them, and they cost seconds.
UNUSED_DRIVERS = (
    "kvm_amd,kvm_intel,kvm,aesni_intel,crc32_pclmul,crct10dif_pclmul,ghash_clmulni_intel,"
    "powernow_k8,iTCO_wdt,i6300esb,psmouse,pcspkr,i2c_i801,lpc_ich,sr_mod,cdrom"
)


@dataclass(frozen=True)
class Guest:
    """What the virtual machine is given; `memory` as qemu writes it, `timeout` the seconds of silence
    after which it has hung, `release` the
    name of the Debian whose kernel it boots.
    """

    udev: bool = True
    memory: str = "2G"
    cpus: int = 1
    rwdirs: tuple[str, ...] = ()
    timeout: float = SILENCE
    qemu_opts: str = ""
    release: str = ""


def run_in_guest(command: Sequence[str], guest: Guest) -> int:
    """Run the command in a fresh guest and return its exit status.

    A guest that panics, powers off or hangs has not written a status: 125, or 124 after its time of silence.
    """
    run = _new_run(cache_dir() / "vm")
    (run / "command").write_text(f"cd {shlex.quote(os.getcwd())}\nexec {shlex.join(command)}\n")
    kernel = find_kernel(guest.release)
    with plain_folder(run, kernel, guest.rwdirs) as folder:
        in_time = _boot(_vng(folder, kernel, guest), run, folder, guest.timeout)
    return _verdict(run, in_time, guest.timeout)


def _new_run(runs: Path) -> Path:
    """A folder shared with the guest; those of failed runs are kept for a day."""
    runs.mkdir(parents=True, exist_ok=True)
    for old in runs.iterdir():
        if old.stat().st_mtime < time.time() - 24 * 3600:
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix="run-", dir=runs))


def _vng(folder: Path, kernel: Path, guest: Guest) -> list[str]:
    """The command line of virtme-ng, whose launcher lies beside this Python; `folder` as in `plain`."""
    vng = Path(sys.executable).with_name("vng")
    if not vng.exists():
        raise VmError(f"{vng} is missing: run `sh .ci/setup test` first")
    image = folder / "kernel/boot" / kernel.name
    argv = [str(vng), "--force-9p", "--run", str(image), "--memory", guest.memory, "--cpus", str(guest.cpus)]
    # --verbose: the kernel's console on stderr; of it, warnings, oopses and panics are wanted.
    argv += ["--verbose", "--append", f"quiet loglevel=5 modprobe.blacklist={UNUSED_DRIVERS}"]
    argv += directories(folder, guest.rwdirs)
    argv += [f"--qemu-opts={guest.qemu_opts}"] if guest.qemu_opts else []
    argv += [] if kvm_works(kernel) else ["--disable-kvm"]
    script = ["sh", f"{PLACE}/run/guest.sh", f"{PLACE}/run", f"{PLACE}/host"]
    return [*argv, "--exec", shlex.join([*script, "udev" if guest.udev else "no-udev"])]


def _boot(argv: list[str], run: Path, folder: Path, timeout: float) -> bool:
    """Run virtme-ng to its end, showing and keeping what it prints; False when time ran out."""
    env = os.environ | {
        "PATH": f"{Path(argv[0]).parent}:{os.environ['PATH']}:/usr/sbin:/sbin",
        "PYTHONPATH": str(folder / "packages"),
        "TMPDIR": str(folder),
    }
    # Pipes and never files: qemu opens its standard output again, which would empty a file.
    process = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        cwd=folder,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    logs = [run / "output.log", run / "console.log"]
    for log in logs:
        log.touch()
    readers = [
        threading.Thread(target=_copy, args=(process.stdout, logs[0], True), daemon=True),
        threading.Thread(target=_copy, args=(process.stderr, logs[1], False), daemon=True),
    ]
    try:
        for reader in readers:
            reader.start()
        while process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if time.time() - max(log.stat().st_mtime for log in logs) > timeout:
                return False
    finally:
        _kill_session(process)
        for reader in readers:
            reader.join(60)
    return True


def _copy(source: IO[bytes], log: Path, show: bool) -> None:
    with log.open("wb", buffering=0) as kept:
        while chunk := os.read(source.fileno(), 65536):
            kept.write(chunk)
            if show:
                sys.stdout.buffer.write(chunk)
                sys.stdout.buffer.flush()


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Qemu is a grandchild: it goes with its process group, whatever ended the launcher."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _verdict(run: Path, in_time: bool, timeout: float) -> int:
    status = run / "status"
    if in_time and status.exists():
        code = int(status.read_text())
        shutil.rmtree(run)
        return code
    reason = (
        "ended without a status (panic, power-off?)"
        if in_time
        else f"was killed after {timeout:.0f} s of silence"
    )
    print(f"vm: the guest {reason}; its output and console are kept in {run}", file=sys.stderr)
    console = run / "console.log"
    if console.exists():
        print("\n".join(console.read_text(errors="replace").splitlines()[-40:]), file=sys.stderr)
    return NO_STATUS if in_time else TIMED_OUT
