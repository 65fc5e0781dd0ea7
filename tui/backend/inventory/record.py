"""sandbox.json: what the kernel cannot know about a sandbox."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from types import NoneType
from typing import TYPE_CHECKING, Any

from tui.backend import lenient, paths
from tui.backend.kernel.text import SECTOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui.backend.host import Host


_TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "int | None": (int, NoneType),
    "str | None": (str, NoneType),
}
_LAST_TIME = 253402300800.0
"""The end of the year 9999, in seconds since the epoch."""
SCHEMA = 2
"""The number of this format, raised with every key. 1 is that of the releases 0.1.0 and 0.1.1, which wrote
no number.
"""


@dataclass(frozen=True, slots=True)
class Record:
    """What was asked for when a sandbox was made.

    `origin` is the path as the user knows it, `image` tells that it is a file, `tree` that it is
    a directory. `engine` is `snapshot` or `overlay`. `policy` is `PO` or `N`, empty for an
    overlay, whose `chunk` is 0; `chunk`, `size` (of the store) and `origin_size` (None: not
    known) are in bytes; `created` is in seconds since the epoch. `mount` is the mount point,
    None for none; `mount_made`, `hashed`, `brd_loaded` and `locked` (the kernel name of the
    origin's device where that was made read-only) tell what has to be taken back or compared at the
    end. `namespace` is the number of the mount namespace that it was made in, 0 for not known. `schema`
    is the number of the format that it was written in. `diskseq` is the kernel's number for the
    origin's very disk, 0 for not known.
    """

    name: str
    origin: str
    origin_size: int | None
    origin_id: str
    image: bool
    engine: str
    store: str
    policy: str
    chunk: int
    size: int
    fstype: str
    mount: str | None
    mount_options: str
    mount_made: bool
    hashed: bool
    brd_loaded: bool
    created: float
    version: str
    tree: bool = False
    locked: str = ""
    namespace: int = 0
    schema: int = SCHEMA
    diskseq: int = 0

    def text(self) -> str:
        """The record as the text of its file."""
        return json.dumps(asdict(self), indent=1) + "\n"


_KEYS = tuple((field.name, str(field.type)) for field in fields(Record))
_NUMBERS = tuple(name for name, wanted in _KEYS if "int" in wanted)


def parse(text: str) -> Record | None:
    """The record of a file's text; None when it is not one (cut short, edited, of
    numbers that cannot be). What only newer versions
    know is passed over, and what older ones did not know has the value that they meant.
    """
    try:
        data: Any = json.loads(text)
        known = {name: data[name] for name, _ in _KEYS if name in data}
        record = Record(**{"schema": 1, **known})
    except (ValueError, TypeError, RecursionError):
        return None
    return record if _well_typed(record) and _possible(record) else None


def text(host: Host, name: str) -> str:
    """The text of a sandbox's record; empty when it is missing or unreadable."""
    return lenient.text(host, paths.of(name, paths.RECORD))


def of(text: str, name: str) -> Record | None:
    """The record of a sandbox from its text; None when it is none, or one of another name."""
    record = parse(text)
    return record if record is not None and record.name == name else None


def _well_typed(record: Record) -> bool:
    """Whether each value is of its field's very type: True and False are no numbers here."""
    return all(type(getattr(record, name)) in _TYPES[wanted] for name, wanted in _KEYS)


def _possible(record: Record) -> bool:
    """Whether all its numbers are some that a kernel can have, and the rest can be worked with."""
    numbers = (getattr(record, name) for name in _NUMBERS)
    return (
        all(0 <= number < 1 << 64 for number in numbers if number is not None)
        and 0 <= record.created < _LAST_TIME
        and (record.chunk == 0 or (record.chunk >= SECTOR and record.chunk.bit_count() == 1))
        and "/" not in record.locked
    )
