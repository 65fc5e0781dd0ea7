"""`demo`: a practice disk, the TUI on it, and everything away at the end."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tui.backend import doctor
from tui.backend.errors import Refused, UsageError
from tui.backend.host import Host
from tui.backend.sandboxes import practice_disk
from tui.backend.verbs.demo import CLEAR, MAKE, DemoRequest
from tui.cli import narration, tour
from tui.cli.running import carry_out, interrupt_on_signals

SIMULATED = "A simulated machine to practise on: its sandboxes fill by themselves."


def run(request: DemoRequest, host: Host) -> int:
    """Practise on the real kernel where that works, else on a simulated machine."""
    if not request.plain and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("The demo needs a terminal.", "`sandbox-tui demo --plain` needs none.")
    reason = "as asked" if request.simulated else _why_simulated(host)
    if reason:
        narration.say(f"On a simulated machine, {reason}.")
        return _simulated(request, host)
    with interrupt_on_signals(), practising(host) as disk:
        if request.plain:
            return tour.walk(host, disk)
        notice = f"Practice disk: {disk}. It and its sandboxes go away when you quit."
        return _start(host, request.interval, notice, disk)


@contextmanager
def practising(host: Host) -> Iterator[str]:
    """The path of a practice disk that exists while this is open; its sandboxes go with it."""
    if practice_disk.is_abandoned(host):
        narration.say("Clearing what a demo that was killed left behind.")
        _clear(host)
    disk = carry_out(host, MAKE, None)  # refused where another demo has one, which is not ours to clear
    try:
        if disk is None:
            raise Refused("The practice disk has gone away.", "`sandbox-tui recover` clears what is left.")
        yield disk
    finally:
        _clear(host)


def _clear(host: Host) -> None:
    """Remove the disk and the sandboxes of it that are still there."""
    carry_out(host, CLEAR, None, stoppable=False)


def _why_simulated(host: Host) -> str:
    """Why a real practice disk is not possible, empty when it is."""
    if host.simulated:
        return "as asked"
    if not host.is_root():
        return "for only root can make a real sandbox"
    found = doctor.read(host)
    return (
        f"for a real sandbox is not possible here: {found.problems[0]}".rstrip(".") if found.problems else ""
    )


def _simulated(request: DemoRequest, host: Host) -> int:
    from tui.backend.practice import PracticeHost, Traffic

    practice = host if host.simulated else PracticeHost(clock=time.monotonic, traffic=Traffic())
    if request.plain:
        return tour.walk(practice, "/dev/sdb1")
    return _start(practice, request.interval, SIMULATED, None)


def _start(host: Host, interval: float, notice: str, origin: str | None) -> int:
    from tui.cli import tui

    return tui.start(host, interval=interval, notice=notice, origin=origin)
