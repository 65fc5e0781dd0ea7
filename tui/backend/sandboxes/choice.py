"""Which engine makes a sandbox, and why that one."""

from dataclasses import dataclass

from tui.backend import origins, overlayfs
from tui.backend.engine_names import OVERLAY, SNAPSHOT
from tui.backend.errors import Refused, UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities
from tui.backend.inventory.abilities import Lacks
from tui.backend.origins import Origin
from tui.backend.sandboxes import mounting
from tui.backend.sandboxes.request import AUTO, TMPFS, CreateRequest

_DOCTOR = "`sandbox-tui doctor` says how to get it"


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine and the reason for it, as the end of a sentence; empty where it was asked for."""

    engine: str
    reason: str


def usual(host: Host, inventory: Inventory, text: str) -> tuple[Origin, str]:
    """The origin that a text names, and the engine that would be chosen for it here. Raises what
    finding an origin raises.
    """
    origin = origins.find(host, inventory, text)
    layered = origin.directory or bool(abilities.lacks(host, layered=False).snapshot)
    return origin, OVERLAY if layered else SNAPSHOT


def choose(request: CreateRequest, origin: Origin, lacks: Lacks) -> Choice:
    """The engine for a request. Pure. Refused or UsageError where none will do, saying why."""
    if request.engine == SNAPSHOT or _only_by_block(request):
        return _snapshot(request, origin, lacks)
    if request.engine == OVERLAY:
        return _overlay(origin, lacks, "")
    if origin.directory:
        return _overlay(origin, lacks, "file by file, as a directory can only be")
    if not lacks.snapshot:
        return Choice(SNAPSHOT, "block by block, for this kernel has device-mapper")
    return _overlay(origin, lacks, f"file by file, for {lacks.snapshot.cause}")


def _only_by_block(request: CreateRequest) -> str:
    """The option that only a block device can have, empty where there is none."""
    options = {
        "--classic": request.classic,
        f"--store {request.store}": request.store != TMPFS,
        "--chunk": request.chunk is not None,
        "--no-mount": request.no_mount,
    }
    found = next((option for option, given in options.items() if given), "")
    if found and request.engine == OVERLAY:
        raise UsageError(
            f"{found} needs the snapshot engine: an overlay is a mount, not a device.",
            "Leave out one of them.",
        )
    return found


def _snapshot(request: CreateRequest, origin: Origin, lacks: Lacks) -> Choice:
    option = _only_by_block(request)
    wanted = f"{option} needs the snapshot engine, but" if option else "The snapshot engine does not work:"
    if origin.directory:
        raise Refused(
            f"{wanted} {origin.path} is a directory.",
            f"Give the device that it is on, or --engine {OVERLAY}.",
        )
    if lacks.snapshot:
        other = f"leave out {option}" if option else f"try --engine {OVERLAY}"
        raise Refused(f"{wanted} {lacks.snapshot.cause}.", f"{_DOCTOR}. Or {other}.")
    return Choice(SNAPSHOT, f"{option} asks for it" if request.engine == AUTO else "")


def _overlay(origin: Origin, lacks: Lacks, reason: str) -> Choice:
    if lacks.overlay:
        also = f"{lacks.snapshot.cause}, and " if lacks.snapshot and not origin.directory else ""
        raise Refused(f"No sandbox can be made here: {also}{lacks.overlay.cause}.", f"{_DOCTOR}.")
    if not origin.directory and not mounting.mountable(origin.fstype):
        found = f"it holds {origin.fstype}" if origin.fstype else "no file system was found on it"
        missing = f", but {lacks.snapshot.cause}" if lacks.snapshot else ""
        raise Refused(
            f"An overlay shows files, and {origin.path} has none: {found}.",
            f"Only the snapshot engine can sandbox it{missing}.",
        )
    # a device that nothing claims is mounted as it is; all else is behind a loop device that refuses writes
    bare = origin.device is not None and bool(lacks.mapper)
    refusal = overlayfs.refusal(origin.fstype) or (overlayfs.unproven(origin.fstype) if bare else "")
    if refusal:
        missing = f", but {lacks.snapshot.cause}: {_DOCTOR}" if lacks.snapshot else ""
        raise Refused(
            f"{origin.path} cannot be sandboxed file by file: {refusal}.",
            f"Use the snapshot engine, --engine snapshot{missing}.",
        )
    return Choice(OVERLAY, reason)
