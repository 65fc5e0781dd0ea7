"""The tasks of the machine, and their files in /proc, as much of them as nobody can make a burden."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from itertools import takewhile
from typing import TYPE_CHECKING

from tui.backend import kcmp
from tui.backend.kernel import process
from tui.backend.kernel.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MOST = 1 << 16
"""Bytes that are read of a file of /proc where nothing else is said: some are as long as users like."""
_KTHREADD = 2
"""The process that starts all of the kernel's threads, in the first PID namespace."""
_SECONDS = 10
"""How long all tasks are looked at."""


def everyone() -> Iterator[tuple[int, int]]:
    """Every thread of every process but ours and the kernel's, which have nothing of their own: (process,
    thread); a process's first thread comes first.
    """
    started = _by_the_kernel()
    for pid in process.pids(os.listdir("/proc")):
        if pid != os.getpid() and not (pid in started and _has_no_program(pid)):
            with suppress(OSError):
                yield from ((pid, int(task)) for task in sorted(os.listdir(f"/proc/{pid}/task"), key=int))


def _by_the_kernel() -> frozenset[int]:
    """What the kernel has started: its own threads, some for each sandbox, and programs that help it.
    None where that is not to be seen.
    """
    try:
        starter = process.stat(text(f"/proc/{_KTHREADD}/stat"))
        if starter is None or not starter.kernel:
            return frozenset()
        children = text(f"/proc/{_KTHREADD}/task/{_KTHREADD}/children", None)
        return process.children(children) | {_KTHREADD}
    except OSError:
        return frozenset()


def _has_no_program(pid: int) -> bool:
    try:
        os.readlink(f"/proc/{pid}/exe")
    except FileNotFoundError:
        return True
    return False


def in_time(tasks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """As many tasks as there is time for: anybody can have thousands that share thousands of open files. Who
    is not seen for that is still in the way of unmounting.
    """
    end = time.monotonic() + _SECONDS
    return takewhile(lambda _: time.monotonic() < end, tasks)


def with_files(tasks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """Tasks, each with whether it has other open files than the one before of its process: further threads
    share those of the first, unless that has ended, or they have parted with it (unshare(2)).
    """
    before = (0, 0)
    for pid, task in tasks:
        own = before[0] != pid or not kcmp.share_files(before[1], task)
        before = (pid, task) if own else before
        yield pid, task, own


def text(path: str, most: int | None = _MOST) -> str:
    """A file of /proc, the whole lines of its first `most` bytes: users make some as long as they like."""
    with open(path, "rb") as file:
        found = file.read(most)
    cut = most is not None and len(found) >= most
    return decode(found[: found.rfind(b"\n") + 1] if cut else found)
