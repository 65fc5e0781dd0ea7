"""`create`: make a sandbox of an origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import paths
from tui.backend.inventory.engines import ENGINES
from tui.backend.inventory.record import Record
from tui.backend.sandboxes import create
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.verb import Key, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Created:
    """The new sandbox: its writable `device`, None for an overlay, which has none; where it is mounted, None
    for nowhere; the `directory` of its own files; and all that was settled when it was made.
    """

    name: str
    device: str | None
    mount: str | None
    directory: str
    record: Record


def _prepare(host: Host, now: Inventory, request: CreateRequest) -> Prepared[CreateRequest, Record]:
    made = create.prepare(host, now, request)
    return Prepared(made.plan, create.settled(request, made), made.record)


def _conclude(done: Done[CreateRequest, Record]) -> Created:
    record = done.prepared.facts
    device = ENGINES[record.engine].device(record.name)
    return Created(record.name, device, record.mount, paths.of(record.name), record)


CREATE = Change(_prepare, _conclude)
VERB = Verb(
    name="create",
    summary="make a sandbox of an origin",
    examples=(
        ("create /dev/sdb1", "of a partition, mounted, as large as it may be"),
        ("create disk.img --name trial --size 2G --no-mount", "of an image, as /dev/mapper/trial"),
    ),
    request=CreateRequest,
    result=Created,
    work=CREATE,
    key=Key(
        "new",
        "n",
        "New",
        "Make a sandbox: choose its origin, its size, and how it is made.",
        footer=("home",),
    ),
)
