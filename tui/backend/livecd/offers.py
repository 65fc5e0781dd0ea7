"""All disks that an ISO could be written to, each with what speaks against it."""

from dataclasses import dataclass

from tui.backend import inventory
from tui.backend.errors import NotFound, SandboxError
from tui.backend.host import FileKind, Host
from tui.backend.livecd import target as targets
from tui.backend.livecd.target import Target


@dataclass(frozen=True, slots=True)
class Offer:
    """A whole disk; `refusal` says why it is not written to, `hint` the way out: empty where it can be."""

    target: Target
    refusal: str = ""
    hint: str = ""


def read(host: Host, iso: str) -> tuple[Offer, ...]:
    """The disks of the machine, those that can be written to first. Disks that go away meanwhile are
    left out. NotFound where the ISO is gone.
    """
    if host.kind(iso) is not FileKind.FILE:
        raise NotFound(f"There is no file {iso}.", "`sandbox-tui livecd build` makes one.")
    found = inventory.read(host)
    size = host.size(iso)
    disks = (device.path for device in found.devices if device.type == "disk")
    offers = []
    for path in disks:
        try:
            target = targets.find(host, found, path)
        except SandboxError:
            continue
        offers.append(Offer(target, *(targets.refusal(host, found, target, iso, size) or ())))
    return tuple(sorted(offers, key=lambda offer: bool(offer.refusal)))
