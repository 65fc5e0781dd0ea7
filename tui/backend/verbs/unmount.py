"""`unmount`: a sandbox, from everywhere; it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backend.argument import Complete, argument
from tui.backend.sandboxes import mounts
from tui.backend.verbs.change import Change, Done, Prepared
from tui.backend.verbs.mount import Mounted, now_mounted
from tui.backend.verbs.verb import Verb

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory


@dataclass(frozen=True, slots=True)
class UnmountRequest:
    """The sandbox."""

    name: str = argument("of the sandbox", metavar="NAME", complete=Complete.SANDBOX)


def _unmount(host: Host, now: Inventory, request: UnmountRequest) -> Prepared[UnmountRequest, None]:
    return Prepared(mounts.prepare_unmount(host, now, request.name), request, None)


def _conclude(done: Done[UnmountRequest, None]) -> Mounted:
    return now_mounted(done.host, done.prepared.request.name)


UNMOUNT = Change(_unmount, _conclude)
VERB = Verb(
    name="unmount",
    summary="unmount a sandbox and keep it",
    examples=(
        ("unmount trial", "its changes are still there, and `mount trial` shows them again"),
        ("unmount trial --dry-run", "the script that does it"),
    ),
    request=UnmountRequest,
    result=Mounted,
    work=UNMOUNT,
)
