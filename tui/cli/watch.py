"""`watch`: one line per sandbox and reading, fit for a pipe."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from tui.backend.errors import NotFound
from tui.backend.gauge import History
from tui.backend.host import Host
from tui.backend.inventory import sandboxes
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.present import numbers
from tui.backend.text import clean
from tui.backend.verbs.watch import WatchRequest
from tui.cli import output
from tui.cli.running import interrupt_on_signals


def run(request: WatchRequest, host: Host) -> int:
    """Print readings until a signal comes, or all the named sandboxes are gone."""
    with suppress(KeyboardInterrupt), interrupt_on_signals():
        watch(host, request.names, lambda: time.sleep(request.interval))
    return 0


def watch(host: Host, names: tuple[str, ...], wait: Callable[[], None]) -> None:
    """Print readings, calling `wait` between two; NotFound for a name that there is not."""
    watcher = _Watcher(host, names)
    found = watcher.read()
    for name in names:
        if name not in found:
            raise NotFound(f"There is no sandbox {name!r}.", "`sandbox-tui list` lists them.")
    while found or not names:
        watcher.print(found)
        wait()
        found = watcher.read()
    watcher.print(found)


class _Watcher:
    """What was printed last, so that a pipe gets changes only."""

    def __init__(self, host: Host, names: tuple[str, ...]) -> None:
        self.host, self.names = host, names
        self.histories: dict[str, History] = {}
        self.printed: dict[str, object] = {}

    def read(self) -> Mapping[str, Sandbox]:
        """The sandboxes that are watched, as they are now."""
        found = sandboxes.read(self.host)
        return {sandbox.name: sandbox for sandbox in found if not self.names or sandbox.name in self.names}

    def print(self, found: Mapping[str, Sandbox]) -> None:
        """A line for each that has changed since the last reading."""
        clock = self.host.clock()
        for name in [name for name in self.printed if name not in found]:
            del self.printed[name], self.histories[name]
            _line(self.host, f"{name}  removed")
        for name, sandbox in found.items():
            reading = sandbox.gauge
            self.histories[name] = self.histories.get(name, History()).add(clock, reading)
            seen = (reading, sandbox.mountpoint, sandbox.word)
            if sys.stdout.isatty() or self.printed.get(name) != seen:
                _line(self.host, _words(sandbox, self.histories[name]))
            self.printed[name] = seen


def _line(host: Host, text: str) -> None:
    output.print_line(f"{time.strftime('%H:%M:%S', time.localtime(host.now()))}  {clean(text)}")


def _words(sandbox: Sandbox, history: History) -> str:
    reading = sandbox.gauge
    speed = numbers.rate(history.rate) if history.rate else ""
    known = (numbers.percent(reading.fill), reading.amount, sandbox.word, speed)
    return "  ".join(filter(None, (sandbox.name, *known, numbers.forecast(history.seconds_left))))
