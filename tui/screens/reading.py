"""Successive readings of the machine, for screens that follow it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.backend.errors import SandboxError
from tui.backend.gauge import Gauge, History
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.inventory.reader import Reader
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.present import numbers

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
        return readings[-1][1] if readings else sandbox.gauge

    @property
    def alarm(self) -> str:
        """What nobody may overlook, on whatever screen they are."""
        return numbers.alarm({sandbox.name: self.gauge(sandbox) for sandbox in self.inventory.sandboxes})

    def find(self, name: str) -> Sandbox | None:
        """The sandbox of a name, None when it is gone."""
        return next((sandbox for sandbox in self.inventory.sandboxes if sandbox.name == name), None)


class Watcher:
    """Readings with the histories of all gauges.

    Used by one thread at a time.
    """

    def __init__(self, host: Host) -> None:
        self.host = host
        self._reader = Reader(host)
        self._histories: dict[str, History] = {}
        self._known: dict[str, Sandbox] = {}

    def read(self, *, whole: bool = False) -> Reading:
        """A reading; `whole` reads the devices in any case."""
        now, problem = self._reader.read(whole=whole), ""
        self._follow(now.sandboxes)
        try:
            now.devices, now.memory  # noqa: B018  they are read here, not where they are painted
        except SandboxError as error:
            now, problem = now.knowing(()), str(error)
        return Reading(now, dict(self._histories), problem)

    def _follow(self, found: tuple[Sandbox, ...]) -> None:
        now = self.host.clock()
        self._histories = {sandbox.name: self._longer(sandbox, now) for sandbox in found}
        self._known = {sandbox.name: sandbox for sandbox in found}

    def _longer(self, sandbox: Sandbox, now: float) -> History:
        """Its history with the reading of now."""
        same = _same(self._known.get(sandbox.name), sandbox)
        history = self._histories.get(sandbox.name, _NEW) if same else _NEW
        return history.add(now, sandbox.gauge)


def _same(before: Sandbox | None, now: Sandbox) -> bool:
    """Whether it is the sandbox of before, not another one that was given its name meanwhile."""
    if before is None or before.record is None or now.record is None:
        return before is not None
    return before.record.created == now.record.created
