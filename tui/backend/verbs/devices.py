"""`devices`: what can be an origin, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend import inventory
from tui.backend.inventory.devices import Device
from tui.backend.verbs.verb import Query, Verb

if TYPE_CHECKING:
    from tui.backend.host import Host


@dataclass(frozen=True, slots=True)
class Devices:
    """All block devices, parents before their children."""

    devices: tuple[Device, ...]


def _read(host: Host, _request: None) -> Devices:
    return Devices(inventory.read(host).devices)


VERB = Verb(
    name="devices",
    summary="list block devices and whether each can be an origin",
    examples=(
        ("devices", "a tree of all disks, partitions and what lies on them"),
        ("devices --json | jq -r '.devices[] | select(.verdict.problem == null).path'", "possible origins"),
    ),
    result=Devices,
    work=Query(_read),
)
