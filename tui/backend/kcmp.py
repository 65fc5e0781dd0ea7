"""Whether two tasks have the same open files: then one of them need not be looked at (kcmp(2))."""

from __future__ import annotations

import ctypes
import os
import sys

_NUMBERS = {"x86_64": 312, "aarch64": 272, "riscv64": 272, "ppc64le": 354, "s390x": 343}
"""The number of the system call by machine. Source: the tables of system calls of Linux (arch/*)."""
_FILES = 2
"""KCMP_FILES of linux/kcmp.h."""
_64_BITS = sys.maxsize > 1 << 32


def share_files(one: int, other: int) -> bool:
    """Whether tasks, by their numbers, share the table of their open files; False where that is not told."""
    number = _NUMBERS.get(os.uname().machine)
    if number is None or not _64_BITS:
        return False
    libc = ctypes.CDLL(None)
    return bool(libc.syscall(number, one, other, _FILES, 0, 0) == 0)
