"""What is read before a sandbox is planned."""

import re
from collections.abc import Iterator

from tui.backend import origins, trust
from tui.backend.engine_names import OVERLAY
from tui.backend.host import Host
from tui.backend.inventory import Inventory, abilities, failing, journal, members, mounts
from tui.backend.origins import Origin
from tui.backend.sandboxes import memory, mounting
from tui.backend.sandboxes.facts import Survey
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.stores import STORES, ramdisk


def survey(host: Host, inventory: Inventory, request: CreateRequest) -> Survey:
    """Read what the request needs beyond the inventory."""
    chosen = None
    if request.mount is not None and not request.no_mount:
        chosen = mounting.survey(host, request.mount, inventory.sandboxes)
    inventory = (ramdisk if request.classic else STORES[request.store]).survey(host, inventory)
    origin = origins.find(host, inventory, request.origin)
    inside = chosen is not None and mounts.is_in(mounts.read(host), chosen.path, origin.path)
    by_file = request.engine == OVERLAY or origin.directory
    lacks = abilities.lacks(host, layered=by_file)
    layered = by_file or bool(lacks.snapshot)
    ask = layered and not origin.directory and origin.problem is None and host.is_root()
    return Survey(
        inventory=inventory,
        abilities=abilities.read(host),
        lacks=lacks,
        origin=origin,
        target=chosen,
        target_inside=inside,
        unfinished=journal.unfinished(host, origin.path, origin.fstype) if ask else None,
        elsewhere=_elsewhere(host, inventory, origin),
        unreadable=_unreadable(host, inventory, origin, declared=request.failing),
        free=memory.free(inventory.memory, inventory.sandboxes),
        namespace=host.namespace(),
        kernel=_kernel(host),
    )


def _unreadable(host: Host, inventory: Inventory, origin: Origin, *, declared: bool) -> str:
    if declared:
        return "it was said to be failing"
    return failing.unreadable(host, origin.device, inventory.devices) if origin.device else ""


def _elsewhere(host: Host, inventory: Inventory, origin: Origin) -> str:
    if origin.directory or origin.problem or not host.is_root() or not mounting.mountable(origin.fstype):
        return ""
    if origin.image and (fault := trust.changeable(host, origin.path)):
        return f"{fault}, and name another device in it"
    others = strangers(inventory, origin.device.kname if origin.device else "")
    return members.elsewhere(host, origin.path, origin.fstype, others)


def strangers(inventory: Inventory, kname: str) -> Iterator[str]:
    """The paths of all devices but that one, what it is a part of or made of, and ours. They are read when
    they are asked for.
    """
    device = inventory.device(kname)
    related = {kname, *(device.parents if device else ()), *(device.children if device else ())}
    for other in inventory.devices:
        if other.kname not in related and not other.verdict.ours:
            yield other.path


def _kernel(host: Host) -> tuple[int, ...]:
    try:
        match = re.match(r"([0-9]+)\.([0-9]+)", host.read("/proc/sys/kernel/osrelease"))
    except OSError:
        return ()
    return (int(match[1]), int(match[2])) if match else ()
