"""What `unsquashfs -lln` prints: a line for everything in an image, numbers for owners."""

import re
from dataclasses import dataclass

_LINE = re.compile(
    r"^([-dlcbps])\S{9} \S+ +(\d+)(?:, *\d+)? \d{4}-\d\d-\d\d \d\d:\d\d squashfs-root/?(.*)$", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Listed:
    """One entry: its `type` as ls(1) has it, the bytes of a file, where a link leads."""

    type: str
    size: int
    path: str
    target: str


def line(text: str) -> Listed | None:
    """One line; None for those that tell of no entry."""
    match = _LINE.match(text)
    if match is None:
        return None
    path, _arrow, target = match[3].partition(" -> ") if match[1] == "l" else (match[3], "", "")
    return Listed(match[1], int(match[2]) if match[1] == "-" else 0, path, target)
