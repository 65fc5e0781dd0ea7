"""A processor of its own for each guest in user-mode Linux.

Its kernel and what runs in it are two processes that wait for each other at every page fault and system call.
On one processor they hand over to each other; on two, one has to be woken each time: a program takes 1.5 to 2
times as long (measured, two virtual processors).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.vm.kernel import cache_dir


@contextmanager
def reserved() -> Iterator[int]:
    """The number of a processor that no other guest has, as far as there are so many."""
    usable = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        free = (number for number in usable if _take(stack, number))
        yield next(free, usable[os.getpid() % len(usable)])


def _take(stack: ExitStack, number: int) -> bool:
    """Take it, by a lock that goes with us; whether that was possible."""
    place = cache_dir()
    place.mkdir(parents=True, exist_ok=True)
    file = os.open(place / f"processor-{number}", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
    stack.callback(os.close, file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
