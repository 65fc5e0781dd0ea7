"""Successive readings of the machine, for screens that follow it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.backend import gauge, inventory
from tui.backend.errors import SandboxError
from tui.backend.gauge import Gauge, History
from tui.backend.host import Host
from tui.backend.inventory import Inventory, parts, sandboxes
from tui.backend.inventory.devices import Device
from tui.backend.inventory.loops import Loop
from tui.backend.inventory.sandboxes import Sandbox

_EVERY = 10
"""Readings after which devices are read again even if nothing seems to have changed."""
_NEW = History()


@dataclass(frozen=True, slots=True)
class Reading:
    """The machine at one moment, with what came before. `problem` says what could not be read."""

    inventory: Inventory
    histories: Mapping[str, History] = field(default_factory=dict)
    problem: str = ""

    def history(self, name: str) -> History:
        """The gauge readings of a sandbox; none for an unknown one."""
        return self.histories.get(name, _NEW)

    def gauge(self, sandbox: Sandbox) -> Gauge:
        """The latest gauge of a sandbox."""
        readings = self.history(sandbox.name).readings
        return readings[-1][1] if readings else gauge.read(sandbox)

    def find(self, name: str) -> Sandbox | None:
        """The sandbox of a name, None when it is gone."""
        return next((sandbox for sandbox in self.inventory.sandboxes if sandbox.name == name), None)


class Watcher:
    """Reads gauges every time, devices only when something about them may have changed.

    Used by one thread at a time.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        self._sandboxes = sandboxes.Reader(host)
        self._devices: tuple[Device, ...] = ()
        self._loops: tuple[Loop, ...] = ()
        self._problem = ""
        self._mark: object = None
        self._age = _EVERY
        self._histories: dict[str, History] = {}
        self._known: dict[str, Sandbox] = {}

    def read(self, *, whole: bool = False) -> Reading:
        """A reading; `whole` reads the devices in any case."""
        found = self._sandboxes.read(anew=whole)
        self._follow(found)
        self._look(found, whole)
        reading = Inventory(
            self.host,
            devices=self._devices,
            sandboxes=found,
            memory=self.host.memory(),
            loops=self._loops,
        )
        return Reading(reading, dict(self._histories), self._problem)

    def _follow(self, found: tuple[Sandbox, ...]) -> None:
        now = self.host.clock()
        self._histories = {sandbox.name: self._longer(sandbox, now) for sandbox in found}
        self._known = {sandbox.name: sandbox for sandbox in found}

    def _longer(self, sandbox: Sandbox, now: float) -> History:
        """Its history with the reading of now; equal readings are one value in memory."""
        same = _same(self._known.get(sandbox.name), sandbox)
        history = self._histories.get(sandbox.name, _NEW) if same else _NEW
        last = history.readings[-1][1] if history.readings else None
        reading = gauge.read(sandbox)
        return history.add(now, last if last == reading else reading)

    def _look(self, found: tuple[Sandbox, ...], whole: bool) -> None:
        mark = self._fingerprint(found)
        self._age += 1
        if not whole and mark == self._mark and self._age < _EVERY:
            return
        self._mark, self._age = mark, 0
        try:
            now = inventory.read(self.host)
            self._loops, self._devices, self._problem = now.loops, now.devices, ""
        except SandboxError as error:
            self._devices, self._problem = (), str(error)
            self._age = _EVERY  # it may be over by the next reading

    def _fingerprint(self, found: tuple[Sandbox, ...]) -> object:
        """What changes when a device comes, goes, or is mounted; read without a process."""
        maps = tuple((sandbox.name, sandbox.whole, sandbox.map and sandbox.map.kname) for sandbox in found)
        texts = tuple(
            self._text(path) for path in ("/proc/self/mountinfo", "/proc/swaps", "/proc/partitions")
        )
        return maps, sorted(self.host.listdir("/sys/block")), texts, self._events()

    def _events(self) -> str:
        """The kernel's count of device events: a new label or file system is one, by way of udev."""
        try:
            return parts.events(self.host)
        except OSError:
            return ""

    def _text(self, path: str) -> str:
        try:
            return self.host.read(path)
        except OSError:
            return ""


def _same(before: Sandbox | None, now: Sandbox) -> bool:
    """Whether it is the sandbox of before, not another one that was given its name meanwhile."""
    if before is None or before.record is None or now.record is None:
        return before is not None
    return before.record.created == now.record.created
