"""`watch`: one line per sandbox and reading, fit for a pipe; and what is done when one reaches a fill."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress

from tui.backend.errors import CommandFailed, ExitCode, NeedsRoot, NotFound, Refused
from tui.backend.gauge import History
from tui.backend.host import Host
from tui.backend.inventory import sandboxes
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.present import numbers
from tui.backend.run import failure, interact
from tui.backend.text import clean
from tui.backend.verbs.grow import GROW, GrowRequest
from tui.backend.verbs.watch import WatchRequest, check, growth, reached
from tui.cli import narration, output
from tui.cli.running import carry_out, interrupt_on_signals


def run(request: WatchRequest, host: Host) -> int:
    """Print readings until a signal comes, all the named sandboxes are gone, or one reaches the fill."""
    check(request)
    if request.grow_by is not None and not host.is_root():
        raise NeedsRoot("Growing a sandbox needs root.", "Start it with sudo.")
    with suppress(KeyboardInterrupt), interrupt_on_signals():
        return watch(host, request, lambda: time.sleep(request.interval))
    return ExitCode.DONE


def watch(host: Host, request: WatchRequest, wait: Callable[[], None]) -> ExitCode:
    """Print readings, calling `wait` between two; NotFound for a name that there is not."""
    watcher, grower = _Watcher(host, request.names), _Grower(host, request)
    found = watcher.read()
    for name in request.names:
        if name not in found:
            raise NotFound(f"There is no sandbox {name!r}.", "`sandbox-tui list` lists them.")
    while found or not request.names:
        watcher.print(found)
        full = [name for name in found if _reached(found[name], request) and not grower.grow(found[name])]
        if full and request.until is not None:
            _run_for(full, request.command)
            return ExitCode.REACHED
        wait()
        found = watcher.read()
    watcher.print(found)
    return ExitCode.DONE


def _reached(sandbox: Sandbox, request: WatchRequest) -> bool:
    return request.level is not None and reached(sandbox.gauge, request.level)


def _run_for(names: list[str], command: tuple[str, ...]) -> None:
    """Run a command, if there is one, for each name. Its failure is said, and stops none of the others."""
    for name in names if command else ():
        try:
            status = interact([*command, name])
        except CommandFailed as error:
            narration.error(error.message, error.hint)
        else:
            if status:
                narration.error(failure([*command, name], status, ""))


class _Grower:
    """Gives sandboxes more room while they are in use, as far as the request goes."""

    def __init__(self, host: Host, request: WatchRequest) -> None:
        self.host, self.request = host, request
        self.refused: set[str] = set()

    def grow(self, sandbox: Sandbox) -> bool:
        """Whether one has more room now. A refusal is said once, and tried again at the next reading."""
        by, most = self.request.grow_by, self.request.up_to
        size = growth(sandbox.gauge, by, most) if by is not None and most is not None else None
        if size is None:
            return False
        try:
            carry_out(self.host, GROW, GrowRequest(sandbox.name, str(size)))
        except (Refused, NotFound) as error:
            if sandbox.name not in self.refused:
                narration.error(error.message, error.hint)
            self.refused.add(sandbox.name)
            return False
        self.refused.discard(sandbox.name)
        return True


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
