"""/sys/block/NAME/stat: what a disk has read and written (format: Documentation/block/stat.rst)."""

from __future__ import annotations

from dataclasses import dataclass

from tui.backend.kernel.text import SECTOR, fields, lines, number

PLACE = "/sys/class/block"


@dataclass(frozen=True, slots=True)
class Counters:
    """Since the kernel found the disk: sectors written, discards, sectors discarded (fields 7, 12
    and 14; sectors of 512 bytes). Writes are not counted: a flush that writes nothing, such as XFS asks for
    when it is unmounted, is one of them.
    """

    sectors: int
    discards: int
    discarded: int

    def __sub__(self, other: Counters) -> Counters:
        return Counters(
            self.sectors - other.sectors, self.discards - other.discards, self.discarded - other.discarded
        )


def counters(text: str) -> Counters | None:
    """The counters of a stat file's text; None when it is none."""
    known = _numbers(text)
    if len(known) < 7:
        return None
    discards = (known[11], known[13]) if len(known) >= 15 else (0, 0)
    return Counters(known[6], *discards)


def read_bytes(text: str) -> int | None:
    """The bytes that were ever read of a disk (field 3)."""
    known = _numbers(text)
    return known[2] * SECTOR if len(known) > 2 else None


def several(text: str) -> list[tuple[str, Counters | None]]:
    """Kernel names and counters from what `grep --with-filename` printed of several stat files."""
    parted = (line.removeprefix(f"{PLACE}/").partition("/stat:") for line in lines(text))
    return [(name, counters(counts)) for name, mark, counts in parted if mark]


def _numbers(text: str) -> list[int]:
    """All of them, or none where anything else is among them."""
    found = [number(field) for field in fields(text)]
    return [] if None in found else [value for value in found if value is not None]
