"""The kernel's log.

Format of a record: Documentation/ABI/testing/dev-kmsg (`PRIORITY,SEQUENCE,TIME,FLAGS;TEXT`, then
continuation lines that begin with a space). Those of reads that failed: blk_print_req_error
(block/blk-mq.c) and buffer_io_error (fs/buffer.c) of Linux.
"""

import re

from tui.backend.kernel.text import number

_KERNEL = 8
"""Priorities from here on are of programs, which root lets write there (facility << 3 | level)."""
_ABOUT = re.compile(
    r"device-mapper|overlayfs|\bloop\d|EXT[234]-fs|XFS|BTRFS|FAT-fs|tmpfs|brd|I/O error|medium error|mount",
    re.IGNORECASE,
)
_FAILED = (
    re.compile(
        r"^(?:blk_update_request: )?(?:critical medium|I/O) error, dev ([^ ,]+), sector \d+"
        r"(?: op 0x0:|(?! op ))",
        re.MULTILINE,
    ),
    re.compile(
        r"^Buffer I/O error on dev(?:ice)? ([^ ,]+), logical block \d+, async page read", re.MULTILINE
    ),
)
"""At the beginning of a record: further on is what anybody may have chosen, such as a program's name."""


def record(text: str) -> str | None:
    """The text of one record when it is about block devices, else None."""
    head, _semicolon, said = text.split("\n", 1)[0].partition(";")
    priority = number(head.partition(",")[0])
    ours = priority is not None and priority < _KERNEL
    return said if ours and _ABOUT.search(said) else None


def read_errors(log: str) -> set[str]:
    """The kernel names of the devices of which a read failed."""
    return {match[1] for pattern in _FAILED for match in pattern.finditer(log)}
