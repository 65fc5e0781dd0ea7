"""Whether parts of a file system may be on other devices: those could be written to, or mixed up."""

from collections.abc import Iterator

from tui.backend import trust
from tui.backend.host import Host
from tui.backend.inventory import Inventory, members
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.origins import Origin
from tui.backend.sandboxes import mounting


def of_origin(host: Host, inventory: Inventory, origin: Origin) -> str:
    """Why parts of an origin's file system may be elsewhere; empty where there are none, or where it is not
    one that could be mounted.
    """
    if origin.directory or origin.problem or not host.is_root() or not mounting.mountable(origin.fstype):
        return ""
    image, kname = origin.path if origin.image else "", origin.device.kname if origin.device else ""
    return _elsewhere(host, inventory, image, kname, (origin.path, origin.fstype))


def of_sandbox(host: Host, inventory: Inventory, sandbox: Sandbox, fstype: str) -> str:
    """The same of what is on a sandbox's device."""
    image = sandbox.record.origin if sandbox.record and sandbox.record.image else ""
    return _elsewhere(host, inventory, image, sandbox.origin or "", (sandbox.device or "", fstype))


def _elsewhere(host: Host, inventory: Inventory, image: str, kname: str, found: tuple[str, str]) -> str:
    """`image` is the origin's path where it is a file, else empty; `found` are the path and the type of what
    is to be mounted.
    """
    if image and (fault := trust.changeable(host, image)):
        return f"{fault}, and name another device in it"
    return members.elsewhere(host, *found, _strangers(inventory, kname))


def _strangers(inventory: Inventory, kname: str) -> Iterator[str]:
    """The paths of all devices but that one, what it is a part of or made of, and ours. They are read when
    they are asked for.
    """
    device = inventory.device(kname)
    related = {kname, *(device.parents if device else ()), *(device.children if device else ())}
    for other in inventory.devices:
        if other.kname not in related and not other.verdict.ours:
            yield other.path
