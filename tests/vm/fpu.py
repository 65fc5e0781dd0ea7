"""User-mode Linux before 6.9 on processors that have more registers than it has room for.

On one with AMX no process of the guest would start: Linux takes all registers of a process or none
(ptrace(2), PTRACE_SETREGSET with NT_X86_XSTATE), which are 11 kB there, and linux.uml has 2.7 kB for them.
fpu.c stands between the two; it is compiled where it is needed, by a compiler of 1 MB (Debian: tcc).
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.vm.kernel import VmError, cache_dir

_SOURCE = Path(__file__).with_suffix(".c")
_ROOM_SINCE = (6, 9)
_PROCESSOR = Path("/proc/cpuinfo")


def library(kernel: str) -> str:
    """The path of the library that a linux.uml of a release needs here, empty for none. VmError without a
    compiler.
    """
    numbers = tuple(int(number) for number in kernel.split(".")[:2])
    if numbers >= _ROOM_SINCE or "amx_tile" not in _PROCESSOR.read_text():
        return ""
    place = cache_dir() / "fpu.so"
    if not place.exists() or place.stat().st_mtime < _SOURCE.stat().st_mtime:
        place.parent.mkdir(parents=True, exist_ok=True)
        words = ["tcc", "-shared", "-nostdlib", "-o", f"{place}.new", str(_SOURCE)]
        try:
            subprocess.run(words, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            why = "user-mode Linux 6.1 needs a small library on this processor, and tcc cannot make it"
            raise VmError(f"{why} ({error}): run `sh .ci/setup test` first (Debian package tcc)") from error
        Path(f"{place}.new").replace(place)
    return str(place)
