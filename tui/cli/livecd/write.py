"""`livecd write`: put an ISO on a stick or disk, once its name was typed."""

import sys

from tui.backend.errors import NeedsRoot, UsageError
from tui.backend.host import Host
from tui.backend.livecd import write
from tui.backend.livecd.write import Prepared, WriteRequest
from tui.backend.verbs.change import prepare
from tui.backend.verbs.livecd_write import WRITE
from tui.cli import changing, narration
from tui.cli.running import carry_out, show_only


def run(request: WriteRequest, host: Host, *, dry_run: bool, as_json: bool) -> int:
    """Ask, write and compare, or print how."""
    if dry_run:
        show_only(host, WRITE, request, as_json=as_json)
        return 0
    if not host.is_root():
        raise NeedsRoot("Writing to a disk needs root.", "Start it with sudo.")
    prepared = prepare(host, WRITE, request).facts
    narration.notes(prepared.plan.notes)
    write.confirm(prepared, _name(prepared, request.typed))
    changing.tell(carry_out(host, WRITE, request, shown=prepared.plan), as_json=as_json)
    return 0


def _name(prepared: Prepared, given: str | None) -> str:
    """The disk's name as a person gave it: with the command line, or now."""
    if given is not None:
        return given
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "There is no terminal to ask for the disk's name.",
            f"If it is the right one, add --yes {prepared.target.device.kname}.",
        )
    narration.say(f"Type the disk's name ({prepared.target.device.kname}) to go on: ", end="")
    return sys.stdin.readline()
