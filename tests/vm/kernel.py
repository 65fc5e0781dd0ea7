"""The kernel that the guest boots, and whether this machine can speed it up."""

from __future__ import annotations

import os
import platform
import subprocess
import tempfile
from pathlib import Path

from tests import soak

PROBE_SECONDS = 15
SILENCE = 3600.0 if soak.ALL else 1200.0
"""Seconds without a word after which a guest has hung, on however slow a machine. A test of a soak may take
most of an hour; before that pytest prints where a test stands (faulthandler_timeout).
"""
PROOF = "Kernel panic"
FALLBACK = "bookworm"


class VmError(Exception):
    """The virtual machine cannot be started; the text says what to do."""


def cache_dir() -> Path:
    """The folder where `.ci/setup` keeps the test kernel and this harness its runs."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "sandbox-tui"


def find_kernel(release: str = "") -> Path:
    """The image of a Debian release's kernel (of this machine's where none is named); its modules lie in
    `lib/modules` of the same tree.
    """
    name = release or this_release()
    tree = cache_dir() / "kernel" / name
    images = sorted((tree / "boot").glob("vmlinuz-*"))
    if not images:
        raise VmError(
            f"no kernel of {name} in {tree}: run `sh .ci/setup test` or `sh .ci/kernel --release {name}`"
        )
    version = images[-1].name.removeprefix("vmlinuz-")
    if not (tree / "lib/modules" / version).is_dir():
        raise VmError(
            f"no modules of {version} in {tree}: remove that directory, then `sh .ci/kernel --release {name}`"
        )
    return images[-1]


def this_release() -> str:
    """The name of the Debian release that this is, or of the one that all else is tested on."""
    try:
        found = platform.freedesktop_os_release()
    except OSError:
        found = {}
    return found.get("VERSION_CODENAME", FALLBACK) if found.get("ID") == "debian" else FALLBACK


def other_release() -> str:
    """The name of the Debian release whose kernel is tested as well."""
    return "trixie" if this_release() == "bookworm" else "bookworm"


def kvm_works(kernel: Path) -> bool:
    """Whether KVM really boots this kernel, asked once per boot of this machine.

    A /dev/kvm that opens proves little: some accept every call and then never run the guest.
    """
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    boot_id = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = cache_dir() / f"kvm-{boot_id}"
    if not answer.exists():
        for stale in answer.parent.glob("kvm-*"):
            stale.unlink(missing_ok=True)
        answer.write_text("yes" if _boots_under_kvm(kernel) else "no")
    return answer.read_text() == "yes"


def _boots_under_kvm(kernel: Path) -> bool:
    """Boot without any root: a kernel that gets as far as its panic has run."""
    with tempfile.NamedTemporaryFile() as serial:
        qemu = ["qemu-system-x86_64", "-accel", "kvm", "-cpu", "host", "-m", "512"]
        quiet = ["-display", "none", "-nodefaults", "-no-reboot", "-serial", f"file:{serial.name}"]
        boot = ["-kernel", str(kernel), "-append", "console=ttyS0 panic=-1"]
        try:
            subprocess.run([*qemu, *quiet, *boot], timeout=PROBE_SECONDS, capture_output=True, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return PROOF in Path(serial.name).read_text(errors="replace")
