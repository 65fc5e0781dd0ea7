"""`livecd write`: put an ISO on a stick or disk, read it back and compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.livecd import write
from tui.backend.livecd.write import WriteRequest
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.verb import Key, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class Written:
    """The ISO that was written, its size in bytes, and the path of the disk that has it now."""

    iso: str
    size: int
    device: str


def _write(host: Host, now: Inventory, request: WriteRequest) -> Prepared[WriteRequest, write.Prepared]:
    made = write.prepare(host, request, now)
    return Prepared(made.plan, request, made)


def _written(done: Done[WriteRequest, write.Prepared]) -> Written:
    facts = done.prepared.facts
    return Written(facts.iso, facts.size, facts.target.device.path)


WRITE = Change(_write, _written)
VERB = Verb(
    name="livecd write",
    summary="write an ISO to a USB stick or disk, read it back and compare",
    examples=(
        ("livecd write OUT.iso DEVICE", "when the disk's name was typed once more"),
        ("livecd write live.iso /dev/sdx --yes sdx", "where no terminal can ask for it"),
    ),
    request=WriteRequest,
    result=Written,
    work=WRITE,
    key=Key(
        "write",
        "w",
        "Write to USB",
        "Write the Live CD to a stick or disk, read it back and compare.",
        ("livecd",),
        ("livecd",),
    ),
)
