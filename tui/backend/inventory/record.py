"""sandbox.json: what the kernel cannot know about a sandbox."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from tui.backend import paths

if TYPE_CHECKING:
    from tui.backend.host import Host


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


def parse(text: str) -> Record | None:
    """The record of a file's text; None when it is not one (cut short, edited). What only newer versions
    know is passed over, and what older ones did not know has the value that they meant.
    """
    try:
        data: Any = json.loads(text)
        known = {field.name: data[field.name] for field in fields(Record) if field.name in data}
        record = Record(**{"schema": 1, **known})
    except (ValueError, TypeError):
        return None
    return record if _well_typed(record) else None


def text(host: Host, name: str) -> str:
    """The text of a sandbox's record; empty when it is missing or unreadable."""
    try:
        return host.read(paths.of(name, paths.RECORD))
    except OSError:
        return ""


def of(text: str, name: str) -> Record | None:
    """The record of a sandbox from its text; None when it is none, or one of another name."""
    record = parse(text)
    return record if record is not None and record.name == name else None


def _well_typed(record: Record) -> bool:
    texts = [record.name, record.origin, record.origin_id, record.engine, record.store, record.policy]
    texts += [record.fstype, record.mount_options, record.version, record.mount or "", record.locked]
    numbers = [record.origin_size or 0, record.chunk, record.size, record.created]
    numbers += [record.namespace, record.schema, record.diskseq]
    flags = (record.image, record.mount_made, record.hashed, record.brd_loaded, record.tree)
    return (
        all(isinstance(value, str) for value in texts)
        and all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers)
        and all(isinstance(value, bool) for value in flags)
    )
