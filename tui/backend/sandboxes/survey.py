"""What is read before a sandbox is planned."""

from tui.backend import origins, stores
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, failing, journal, mounts
from tui.backend.kernel import release
from tui.backend.origins import Origin
from tui.backend.sandboxes import choice, elsewhere, engines, memory, mounting
from tui.backend.sandboxes.facts import Survey
from tui.backend.sandboxes.request import CreateRequest


def survey(host: Host, inventory: Inventory, request: CreateRequest) -> Survey:
    """Read what the request needs beyond the inventory."""
    chosen = None
    if request.mount is not None and not request.no_mount:
        chosen = mounting.survey(host, request.mount, inventory.sandboxes)
    origin = origins.find(host, inventory, request.origin)
    inside = chosen is not None and mounts.is_in(inventory.mounts, chosen.path, origin.path)
    able = abilities.read(host)
    lacks = choice.lacks(host, able, request, origin)
    replayed = engines.of(choice.likely(request, origin, lacks)).replays
    ask = not (replayed or origin.directory or origin.problem) and host.is_root()
    return Survey(
        inventory=inventory,
        abilities=able,
        lacks=lacks,
        origin=origin,
        target=chosen,
        target_inside=inside,
        unfinished=journal.unfinished(host, origin.path, origin.fstype) if ask else None,
        elsewhere=elsewhere.of_origin(host, inventory, origin),
        unreadable=_unreadable(host, inventory, origin, declared=request.failing),
        stores=stores.lacks(host),
        free=memory.free(inventory.memory, inventory.sandboxes),
        free_pinned=memory.free(inventory.memory, inventory.sandboxes, pinned=True),
        namespace=host.namespace(),
        kernel=_kernel(host),
    )


def _unreadable(host: Host, inventory: Inventory, origin: Origin, *, declared: bool) -> str:
    if declared:
        return "it was said to be failing"
    return (
        failing.unreadable(host, origin.device, inventory.around(origin.device.kname))
        if origin.device
        else ""
    )


def _kernel(host: Host) -> tuple[int, ...]:
    try:
        return release.version(host.read("/proc/sys/kernel/osrelease"))
    except OSError:
        return ()
