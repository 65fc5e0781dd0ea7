"""One gauge tick with 64 sandboxes against one with a single sandbox."""

from __future__ import annotations

from collections.abc import Callable

from tests.bench import crowd
from tests.bench.counting import CountingHost
from tests.bench.table import Row
from tests.bench.timing import Times
from tests.bench.twins import twins
from tui.backend.host import Host
from tui.backend.inventory.reader import Reader
from tui.backend.practice import PracticeHost
from tui.screens.reading import Watcher

MANY = 64
TICKS = 40
Tick = Callable[[], object]


def here() -> list[Row]:
    """Processes of a tick, on the practice machine."""
    host = PracticeHost()
    crowd.practise(host, MANY)
    return [_processes("practice", host, host.calls)]


def guest() -> list[Row]:
    """Times of a tick: with one, with 64, and with one again."""
    host = CountingHost()
    with crowd.first() as (lab, origin):
        few = _measure(host)
        with twins(lab, lab.sandbox(crowd.FIRST), origin, MANY - 1):
            many = _measure(host)
            count = _processes("VM", host, host.calls)
        again = _measure(host)
    for name, times in again.items():
        few[name].taken += times.taken
    return [*(_row(name, many[name], few[name]) for name in many), count]


def _measure(host: Host) -> dict[str, Times]:
    """Both kinds of tick, by turns: the gauges alone, and all that the TUI reads every second."""
    reader, watcher = Reader(host), Watcher(host)
    ticks: dict[str, Tick] = {
        "gauges": lambda: [sandbox.gauge for sandbox in reader.read().sandboxes],
        "all that the TUI reads": watcher.read,
    }
    times = {name: Times() for name in ticks}
    for tick in ticks.values():
        tick()
    for _ in range(TICKS):
        for name, tick in ticks.items():
            times[name].add(tick)
    return times


def _row(name: str, many: Times, few: Times) -> Row:
    detail = f"{MANY} sandboxes {many}; 1 sandbox {few}"
    what = f"a tick with {MANY} sandboxes against 1, {name} (VM)"
    return Row(what, many.median / few.median, 1.5, detail=detail)


def _processes(where: str, host: Host, calls: list[tuple[str, ...]]) -> Row:
    """What one tick starts."""
    reader = Reader(host)
    calls.clear()
    found = reader.read().sandboxes
    if len(found) != MANY or {call[0] for call in calls} != {"dmsetup"}:
        raise AssertionError(f"{len(found)} sandboxes, started: {calls}")
    return Row(f"dmsetup processes of a tick with {MANY} sandboxes ({where})", len(calls), 1, unit="")
