"""When a snapshot is what will do, and with which store."""

from tui.backend.errors import Refused
from tui.backend.inventory.abilities import DOCTOR, Lacks
from tui.backend.inventory.engines import overlay, snapshot
from tui.backend.origins import Origin
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.stores import AUTO, ramdisk


def own_option(request: CreateRequest) -> str:
    """What only a block device can have."""
    options = {
        "--classic": request.classic,
        f"--store {request.store}": request.store != AUTO,
        "--chunk": request.chunk is not None,
        "--no-mount": request.no_mount,
    }
    return next((option for option, given in options.items() if given), "")


def takes(origin: Origin) -> bool:
    """Devices and images, with whatever is on them."""
    return not origin.directory


def store(request: CreateRequest) -> str:
    """The store that a request asks for, by its name."""
    return ramdisk.name if request.classic else request.store


def check(request: CreateRequest, origin: Origin, lacks: Lacks) -> None:
    """Refused where the origin is no device, or the kernel has no snapshots."""
    option = own_option(request)
    wanted = f"{option} needs the snapshot engine, but" if option else "The snapshot engine does not work:"
    if origin.directory:
        raise Refused(
            f"{wanted} {origin.path} is a directory.",
            f"Give the device that it is on, or --engine {overlay.name}.",
        )
    if problem := lacks.engines[snapshot.name]:
        other = f"leave out {option}" if option else f"try --engine {overlay.name}"
        raise Refused(f"{wanted} {problem.cause}.", f"{DOCTOR}. Or {other}.")
