"""The kernel's own reason for a refusal, which errno does not carry."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui.backend.kernel import kmsg

_MOST = 5
"""Lines that are told."""
_RECORDS = 20_000
"""Records that are read at most: a kernel that complains without end is not listened to for ever."""


@contextmanager
def watch(device: str = "/dev/kmsg") -> Iterator[Callable[[], list[str]]]:
    """While open: a function that gives the lines about block devices logged since.

    Where the log may not be read, or is something else (containers have what they like there), the
    function gives none.
    """
    descriptor = _open(device, os.SEEK_END)
    if descriptor is None:
        yield list
        return
    try:
        yield lambda: _lines(descriptor)[-_MOST:]
    finally:
        os.close(descriptor)


def everything(device: str = "/dev/kmsg") -> str:
    """All lines about block devices that the kernel still has; empty where the log may not be read."""
    descriptor = _open(device, os.SEEK_SET)
    if descriptor is None:
        return ""
    try:
        return "\n".join(_lines(descriptor))
    finally:
        os.close(descriptor)


def _open(device: str, whence: int) -> int | None:
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        os.lseek(descriptor, 0, whence)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _lines(descriptor: int) -> list[str]:
    found: list[str] = []
    for _record in range(_RECORDS):
        try:
            record = os.read(descriptor, 8192)
        except BrokenPipeError:
            continue  # some records were overwritten before we read them
        except OSError:
            break
        if not record:
            break  # the end of a file: the log itself has none
        text = kmsg.record(record.decode(errors="replace"))
        if text is not None:
            found.append(text)
    return found
