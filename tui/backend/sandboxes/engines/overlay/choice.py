"""When an overlay is what will do."""

from tui.backend import overlayfs
from tui.backend.errors import Refused
from tui.backend.inventory.abilities import DOCTOR, Lacks
from tui.backend.inventory.engines import overlay, snapshot
from tui.backend.origins import Origin
from tui.backend.sandboxes import mounting
from tui.backend.sandboxes.request import CreateRequest


def own_option(_request: CreateRequest) -> str:
    """A snapshot has all that an overlay has."""
    return ""


def takes(_origin: Origin) -> bool:
    """Whatever shows files, which is seen only where nothing else does."""
    return True


def check(_request: CreateRequest, origin: Origin, lacks: Lacks) -> None:
    """Refused where the kernel has no overlayfs, or the origin has no files that can be shown safely."""
    other = None if origin.directory else lacks.engines[snapshot.name]
    if problem := lacks.engines[overlay.name]:
        also = f"{other.cause}, and " if other else ""
        raise Refused(f"No sandbox can be made here: {also}{problem.cause}.", f"{DOCTOR}.")
    if not origin.directory and not mounting.mountable(origin.fstype):
        missing = f", but {other.cause}" if other else ""
        raise Refused(
            f"An overlay shows files, and {origin.path} has none: {mounting.holds(origin.fstype)}.",
            f"Only the snapshot engine can sandbox it{missing}.",
        )
    # a device that nothing claims is mounted as it is; all else is behind a loop device that refuses writes
    bare = origin.device is not None and bool(lacks.mapper)
    refusal = overlayfs.refusal(origin.fstype) or (overlayfs.unproven(origin.fstype) if bare else "")
    if refusal:
        missing = f", but {other.cause}: {DOCTOR}" if other else ""
        raise Refused(
            f"{origin.path} cannot be sandboxed file by file: {refusal}.",
            f"Use the snapshot engine, --engine snapshot{missing}.",
        )
