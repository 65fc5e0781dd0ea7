"""The kernel's own reason for a refusal, which errno does not carry.

Format: Documentation/ABI/testing/dev-kmsg (`PRIORITY,SEQUENCE,TIME,FLAGS;TEXT`, then
continuation lines that begin with a space).
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_ABOUT = re.compile(
    r"device-mapper|overlayfs|\bloop\d|EXT[234]-fs|XFS|BTRFS|FAT-fs|tmpfs|brd|I/O error|medium error|mount",
    re.IGNORECASE,
)
_MOST = 5


@contextmanager
def watch(device: str = "/dev/kmsg") -> Iterator[Callable[[], list[str]]]:
    """While open: a function that gives the lines about block devices logged since.

    Where the log may not be read the function gives none.
    """
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield list
        return
    try:
        os.lseek(descriptor, 0, os.SEEK_END)
        yield lambda: _lines(descriptor)[-_MOST:]
    finally:
        os.close(descriptor)


def everything(device: str = "/dev/kmsg") -> str:
    """All lines about block devices that the kernel still has; empty where the log may not be read."""
    try:
        descriptor = os.open(device, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return "\n".join(_lines(descriptor))
    finally:
        os.close(descriptor)


def parse(record: str) -> str | None:
    """The text of one record when it is about block devices, else None."""
    text = record.split("\n", 1)[0].partition(";")[2]
    return text if _ABOUT.search(text) else None


def _lines(descriptor: int) -> list[str]:
    found: list[str] = []
    while True:
        try:
            record = os.read(descriptor, 8192)
        except BrokenPipeError:
            continue  # some records were overwritten before we read them
        except OSError:
            return found
        text = parse(record.decode(errors="replace"))
        if text is not None:
            found.append(text)
