"""What `dmsetup status` prints of snapshots.

Source: Documentation/admin-guide/device-mapper/snapshot.rst and dm-snap.c of Linux.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from tui.backend.kernel.text import SECTOR

_USAGE = re.compile(r"(\d{1,20})/(\d{1,20})(?: (\d{1,20}))?", re.ASCII)
_LINE = re.compile(r"^(.+?): \d+ \d+ snapshot(?: (.*))?$", re.MULTILINE | re.ASCII)


class Health(Enum):
    """What the kernel says of a snapshot."""

    ACTIVE = "active"
    OVERFLOW = "overflow"
    """Full (`PO`): nothing more can be written; the device can be read."""
    INVALID = "invalid"
    """Full (`N`) or its COW device failed: every read and write fails; the contents are gone."""
    UNKNOWN = "unknown"
    """Not readable for us, or words that this tool does not know."""


@dataclass(frozen=True, slots=True)
class Status:
    """A reading: `used`, `total` and `metadata` in bytes, None where the kernel does not say.

    `files` are the inodes of an overlay's store: used, and all there are.
    """

    health: Health
    used: int | None = None
    total: int | None = None
    metadata: int | None = None
    raw: str = ""
    files: tuple[int, int] | None = None


def parse(params: str) -> Status:
    """The status from the part of a status line after the word `snapshot`.

    Words of a kernel from the future give UNKNOWN with the raw text.
    """
    text = params.strip(" ")
    match = _USAGE.fullmatch(text)
    if match and int(match[2]) > 0:
        metadata = int(match[3]) * SECTOR if match[3] else None
        return Status(Health.ACTIVE, int(match[1]) * SECTOR, int(match[2]) * SECTOR, metadata, text)
    words = {"Overflow": Health.OVERFLOW, "Invalid": Health.INVALID}
    return Status(words.get(text, Health.UNKNOWN), raw=text)


def parse_all(text: str) -> dict[str, Status]:
    """Statuses by map name from the output of `dmsetup status --target snapshot`."""
    return {match[1]: parse(match[2] or "") for match in _LINE.finditer(text)}
