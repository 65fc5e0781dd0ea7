"""Boot the guest, run one command in it, hand back the command's own exit status."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.vm.kernel import VmError, cache_dir, find_kernel, kvm_works

GUEST_SCRIPT = Path(__file__).with_name("guest.sh")
NO_STATUS = 125
TIMED_OUT = 124
# Drivers that udev would load for the emulated board: nothing here uses them, and they cost seconds.
UNUSED_DRIVERS = (
    "kvm_amd,kvm_intel,kvm,aesni_intel,crc32_pclmul,crct10dif_pclmul,ghash_clmulni_intel,"
    "powernow_k8,iTCO_wdt,i6300esb,psmouse,pcspkr,i2c_i801,lpc_ich,sr_mod,cdrom"
)


@dataclass(frozen=True)
class Guest:
    """What the virtual machine is given; `memory` as qemu writes it, `timeout` in seconds."""

    udev: bool = True
    memory: str = "2G"
    cpus: int = 2
    rwdirs: tuple[str, ...] = ()
    timeout: float = 900
    qemu_opts: str = ""


def run_in_guest(command: Sequence[str], guest: Guest) -> int:
    """Run the command in a fresh guest and return its exit status.

    A guest that panics, powers off or hangs has not written a status: 125, or 124 after the time limit.
    """
    runs = cache_dir() / "vm"
    runs.mkdir(parents=True, exist_ok=True)
    run = Path(tempfile.mkdtemp(prefix="run-", dir=runs))
    (run / "command").write_text(f"exec {shlex.join(command)}\n")
    in_time = _boot(_vng(run, guest), run / "output.log", guest.timeout)
    return _verdict(run, in_time, guest.timeout)


def _vng(run: Path, guest: Guest) -> list[str]:
    """The command line of virtme-ng, whose launcher lies beside this Python."""
    vng = Path(sys.executable).with_name("vng")
    if not vng.exists():
        raise VmError(f"{vng} is missing: run `sh .ci/setup test` first")
    kernel = find_kernel()
    script = shlex.join(["sh", str(GUEST_SCRIPT), str(run), "udev" if guest.udev else "no-udev"])
    argv = [str(vng), "--run", str(kernel), "--memory", guest.memory, "--cpus", str(guest.cpus)]
    argv += ["--append", "console=ttyS1", "--append", f"modprobe.blacklist={UNUSED_DRIVERS}"]
    argv += [f"--rwdir={path}" for path in (str(run), *guest.rwdirs)]
    argv += [f"--qemu-opts=-serial file:{run}/console.log {guest.qemu_opts}", "--exec", script]
    return argv if kvm_works(kernel) else [*argv, "--disable-kvm"]


def _boot(argv: list[str], log: Path, timeout: float) -> bool:
    """Run virtme-ng to its end, showing and keeping what it prints; False when time ran out."""
    env = os.environ | {"PATH": f"{Path(argv[0]).parent}:{os.environ['PATH']}:/usr/sbin:/sbin"}
    # A pipe and never a file: qemu opens its standard output again, which would empty the file.
    process = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=env,
        start_new_session=True,
    )
    assert process.stdout is not None
    reader = threading.Thread(target=_copy, args=(process.stdout, log), daemon=True)
    reader.start()
    try:
        process.wait(timeout)
        reader.join(5)
    except subprocess.TimeoutExpired:
        return False
    finally:
        _kill_session(process)
    return True


def _copy(source: IO[bytes], log: Path) -> None:
    with log.open("wb") as kept:
        while chunk := os.read(source.fileno(), 65536):
            for sink in (kept, sys.stdout.buffer):
                sink.write(chunk)
                sink.flush()


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """Qemu is a grandchild: it goes with its process group, whatever ended the launcher."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def _verdict(run: Path, in_time: bool, timeout: float) -> int:
    status = run / "status"
    if in_time and status.exists():
        code = int(status.read_text())
        shutil.rmtree(run)
        return code
    reason = "ended without a status (panic, power-off?)" if in_time else f"was killed after {timeout:.0f} s"
    print(f"vm: the guest {reason}; its output and console are kept in {run}", file=sys.stderr)
    console = run / "console.log"
    if console.exists():
        print("\n".join(console.read_text(errors="replace").splitlines()[-40:]), file=sys.stderr)
    return NO_STATUS if in_time else TIMED_OUT
