"""Running a verb's plan from the command line, or showing it only."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui.backend import inventory
from tui.backend.execute import Event, Phase
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.plan import Plan
from tui.backend.sandboxes.perform import Planner, perform
from tui.cli import narration, output
from tui.cli.json_keys import plan_json

_WORDS = {Phase.DONE: "ok", Phase.FAILED: "FAILED", Phase.UNDONE: "ok", Phase.UNDO_FAILED: "FAILED"}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def carry_out(
    host: Host,
    make: Planner,
    *,
    stoppable: bool = True,
    shown: Plan | None = None,
    captured: dict[str, str] | None = None,
) -> Plan:
    """Plan and run under the machine's lock, telling each step; a signal stops and undoes it,
    unless it is not `stoppable`: then signals wait for its end. `shown` is the plan, with its notes,
    that people have seen and agreed to: no other one is run. `captured` receives what steps captured.
    """

    def make_and_tell(now: Inventory) -> Plan:
        plan = make(now)
        if shown is None:
            narration.notes(plan.notes)
        return plan

    with stop_on_signals() as stop:
        patience = stop if stoppable else lambda: False
        return perform(host, make_and_tell, shown=shown, listener=progress, stop=patience, captured=captured)


def show_only(host: Host, make: Planner, *, as_json: bool = False) -> None:
    """Print the plan as a script, touching nothing."""
    plan = make(inventory.read(host))
    if as_json:
        output.print_json(plan_json(plan))
    else:
        output.print_script(plan)


@contextmanager
def interrupt_on_signals() -> Iterator[None]:
    """While open, every signal that asks us to end is a KeyboardInterrupt."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_on_signals() -> Iterator[Callable[[], bool]]:
    """While open, signals end nothing: the running step finishes, then `stop` says so."""
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    received: list[int] = []

    def note(number: int, _frame: object) -> None:
        received.append(number)

    before = {number: signal.signal(number, note) for number in _SIGNALS}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def progress(event: Event) -> None:
    """A listener for `execute.run`: one line a step, on a terminal with how far a long one is."""
    if event.phase is Phase.STARTED:
        narration.say(f"{event.step.title} ... ", end="")
    elif event.phase is Phase.PROGRESS:
        narration.count(event.fraction or 0.0)
    elif event.phase is Phase.UNDOING:
        narration.say(f"Undo: {event.step.title} ... ", end="")
    else:
        if event.step.progress:
            narration.count(None)
        narration.say(_WORDS[event.phase])
