"""One reading of the machine: devices, sandboxes, memory; each part once, when it is asked for first."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from tui.backend.errors import CommandFailed, NotFound
from tui.backend.inventory import loops, maps, mounts, sandboxes, segments
from tui.backend.inventory.parts import Parts
from tui.backend.kernel import swaps
from tui.backend.text import clean

if TYPE_CHECKING:
    from tui.backend.host import ForeignMount, Host, Memory
    from tui.backend.inventory.devices import Device
    from tui.backend.inventory.loops import Loop
    from tui.backend.inventory.maps import Map
    from tui.backend.inventory.sandbox import Sandbox
    from tui.backend.inventory.segments import Segment
    from tui.backend.kernel.mountinfo import Mount


class Inventory:
    """The machine: each part is read when it is first asked for, and then stays as it was. A verb that is run
    asks under the machine's lock, before its first step. `known` are parts, by their names here, that have
    been read already.
    """

    def __init__(self, host: Host, **known: object) -> None:
        self.host = host
        self.__dict__.update(known)  # where a cached property looks first
        self._alone: dict[str, Sandbox | None] = {}
        self._around: dict[str, tuple[Device, ...]] = {}

    @cached_property
    def devices(self) -> tuple[Device, ...]:
        """Every block device with its verdict. CommandFailed when lsblk is missing."""
        from tui.backend.inventory import devices  # here: who only lists sandboxes does not wait for it

        return _judged(self, devices.read(self.host, self.mounts, self.loops))

    @cached_property
    def sandboxes(self) -> tuple[Sandbox, ...]:
        """Every sandbox, whole or in pieces."""
        return sandboxes.read(self.host, Parts(self.maps, self.mounts, self.loops, self.segments))

    @cached_property
    def maps(self) -> tuple[Map, ...]:
        """All maps of device-mapper, ours or not."""
        return maps.read(self.host)

    @cached_property
    def mounts(self) -> tuple[Mount, ...]:
        """All mounts of our mount namespace."""
        return mounts.read(self.host)

    @cached_property
    def memory(self) -> Memory:
        """The RAM."""
        return self.host.memory()

    @cached_property
    def loops(self) -> tuple[Loop, ...]:
        """All bound loop devices, ours or not."""
        return loops.read(self.host)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """All segments of stores, as far as they are seen."""
        return segments.read(self.host, self.mounts)

    @cached_property
    def root(self) -> bool:
        """Whether root reads it."""
        return self.host.is_root()

    @cached_property
    def copies(self) -> tuple[ForeignMount, ...]:
        """What is mounted in other mount namespaces."""
        return self.host.foreign_mounts()

    def knowing(self, devices: tuple[Device, ...]) -> Inventory:
        """The same with other devices."""
        known = {name: value for name, value in vars(self).items() if name != "host" and name[0] != "_"}
        return Inventory(self.host, **{**known, "devices": devices})

    def around(self, kname: str) -> tuple[Device, ...]:
        """A device with its verdict, all that it lies on, and the parts of each disk among these; or all
        devices, where these have been read, or some of those have no node. Empty where there is none.
        """
        if "devices" in vars(self):
            return self.devices
        if kname not in self._around:
            self._around[kname] = self._some(kname)
        return self._around[kname]

    def _some(self, kname: str) -> tuple[Device, ...]:
        from tui.backend.inventory import devices, related

        if self.host.kind(f"/sys/class/block/{kname}") is None:
            return ()
        names = related.of(self.host, kname)
        try:
            found = devices.some(self.host, names, self.mounts, self.loops)
        except CommandFailed:
            return self.devices
        return _judged(self, found) if {one.kname for one in found} >= set(names) else self.devices

    def sandbox(self, name: str) -> Sandbox:
        """The sandbox of a name, or NotFound. Where not all have been read, that is read alone."""
        if "sandboxes" in vars(self):
            found = next((sandbox for sandbox in self.sandboxes if sandbox.name == name), None)
        else:
            found = self._alone[name] if name in self._alone else sandboxes.one(self.host, name, self.mounts)
            self._alone[name] = found
        if found is not None:
            return found
        names = ", ".join(sandbox.name for sandbox in self.sandboxes) or "none"
        raise NotFound(f"There is no sandbox {name!r}.", f"Sandboxes here: {names}.")

    def device(self, kname: str) -> Device | None:
        """The device of a kernel name, None when it is gone."""
        return next((device for device in self.devices if device.kname == kname), None)


def read(host: Host) -> Inventory:
    """A new reading."""
    return Inventory(host)


def _judged(now: Inventory, found: tuple[Device, ...]) -> tuple[Device, ...]:
    """The devices with their verdicts. All that each lies on, and the parts of its disk, are among them."""
    from tui.backend.inventory.verdict import Facts, judge

    host = now.host
    facts = Facts(
        devices={device.kname: device for device in found},
        swaps=_swaps(host),
        maps={entry.kname: entry for entry in now.maps},
        loops=now.loops,
        mounted_elsewhere={
            key: f"process {m.pid} {clean(m.program)}" for m in now.copies for key in (m.devno, m.source)
        },
    )
    return tuple(replace(device, verdict=judge(device, facts)) for device in found)


def _swaps(host: Host) -> frozenset[str]:
    try:
        return swaps.parse(host.read("/proc/swaps"))
    except OSError:
        return frozenset()
