"""What `dmsetup table` prints of snapshots: of which devices they are made.

Source: Documentation/admin-guide/device-mapper/snapshot.rst and dm-snap.c of Linux.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tui.backend.kernel.text import SECTOR

_LINE = re.compile(
    r"^(.+?): \d+ \d+ snapshot (\d+:\d+) (\d+:\d+) (\w+) (\d{1,9})(?: .*)?$", re.MULTILINE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot is made of: the numbers (`MAJOR:MINOR`) of its origin and its COW device, its policy,
    and its chunk in bytes.
    """

    origin: str
    cow: str
    policy: str
    chunk: int


def snapshots(text: str) -> dict[str, Snapshot]:
    """Each by the name of its map, from the output of `dmsetup table --target snapshot`."""
    found = _LINE.finditer(text)
    return {match[1]: Snapshot(match[2], match[3], match[4], int(match[5]) * SECTOR) for match in found}
