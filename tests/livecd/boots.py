"""Boot an ISO in QEMU and read its serial line to the end."""

from __future__ import annotations

import os
import re
import selectors
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tests.patience import PATIENCE

READY = re.compile(r"\[ *(\d+\.\d+)\].* sandbox-tui: ready, (\w+), (\d+) KiB for changes")
OVMF = Path("/usr/share/OVMF")
SERIAL = "console=ttyS0 "
"""Kernel options that every boot here begins with."""


@dataclass(frozen=True)
class Boot:
    """What a boot said."""

    text: str

    @property
    def ready(self) -> re.Match[str]:
        found = READY.search(self.text)
        assert found, self.text[-3000:]
        return found

    @property
    def way(self) -> str:
        return self.ready[2]

    @property
    def seconds(self) -> float:
        """Of the kernel's clock, up to the ready line."""
        return float(self.ready[1])

    def notes(self, name: str) -> list[str]:
        return re.findall(rf"^NOTE {name} ?(.*?)\r?$", self.text, re.MULTILINE)

    def note(self, name: str) -> str:
        found = self.notes(name)
        assert found, self.text[-3000:]
        return found[-1]


def kernel_of(iso: Path, place: Path) -> list[str]:
    """Options to start an ISO's kernel without its boot loader, which is quicker and takes options."""
    for name in ("vmlinuz", "initrd.gz"):
        if not (place / name).exists():
            subprocess.run(
                ["xorriso", "-osirrox", "on", "-indev", iso, "-extract", f"/live/{name}", place / name],
                capture_output=True,
                check=True,
            )
    return ["-kernel", str(place / "vmlinuz"), "-initrd", str(place / "initrd.gz")]


def uefi(place: Path) -> list[str]:
    """Options for a UEFI machine with variables of its own."""
    variables = place / "vars.fd"
    shutil.copy(OVMF / "OVMF_VARS_4M.fd", variables)
    code = OVMF / "OVMF_CODE_4M.fd"
    return [
        *("-machine", "q35", "-drive", f"if=pflash,format=raw,unit=0,readonly=on,file={code}"),
        *("-drive", f"if=pflash,format=raw,unit=1,file={variables}"),
    ]


def boot(*options: str, memory: str = "512", end: str = "Power down", timeout: float = PATIENCE) -> Boot:
    """Run a machine until it says `end` on its serial line, or time is out."""
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", memory, "-nodefaults"]
    argv += ["-display", "none", "-serial", "stdio", "-monitor", "none", "-no-reboot", *options]
    text, deadline = "", time.monotonic() + timeout
    with subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        assert child.stdout is not None
        with selectors.DefaultSelector() as waiting:
            waiting.register(child.stdout, selectors.EVENT_READ)
            while end not in text and time.monotonic() < deadline:
                if waiting.select(1):
                    chunk = os.read(child.stdout.fileno(), 1 << 16)
                    if not chunk:
                        break
                    text += chunk.decode(errors="replace")
        child.kill()
    return Boot(text)
