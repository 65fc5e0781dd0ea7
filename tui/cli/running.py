"""Running a verb's plan from the command line, or showing it only."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from tui.backend.execute import Event, Phase
from tui.backend.host import Host
from tui.backend.plan import Plan
from tui.backend.verbs.change import Change, F, R, T, planned, prepare, run
from tui.cli import narration, output

_WORDS = {Phase.DONE: "ok", Phase.FAILED: "FAILED", Phase.UNDONE: "ok", Phase.UNDO_FAILED: "FAILED"}
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def carry_out(
    host: Host, verb: Change[R, F, T], request: R, *, stoppable: bool = True, shown: Plan | None = None
) -> T:
    """Plan and run a verb, telling each step; its result. A signal stops and undoes it, unless it is not
    `stoppable`: then signals wait for its end. `shown` is the plan, with its notes, that people have seen
    and agreed to: no other one is run.
    """

    def told(plan: Plan) -> None:
        """What to know of it, where people have not seen it before."""
        if shown is None:
            narration.notes(plan.notes)

    with stop_on_signals(begun=not stoppable) as stop:
        patience = stop if stoppable else lambda: False
        return run(host, verb, request, shown=shown, told=told, listener=progress, stop=patience)


def show_only(host: Host, verb: Change[R, F, T], request: R, *, as_json: bool = False) -> None:
    """Print the plan as a script, touching nothing."""
    plan = prepare(host, verb, request).plan
    if as_json:
        output.print_json(planned(plan))
    else:
        output.print_script(plan)


@contextmanager
def interrupt_on_signals() -> Iterator[None]:
    """While open, every signal that asks us to end is a KeyboardInterrupt."""
    with _handled(signal.default_int_handler):
        yield


class _Stop:
    """Whether a signal has come. Before the plan has begun, which is when that is asked for the first time,
    there is nothing to take back: then it interrupts at once.
    """

    def __init__(self, *, begun: bool) -> None:
        self.begun, self.asked = begun, False

    def __call__(self) -> bool:
        self.begun = True
        return self.asked

    def note(self, _number: int, _frame: object) -> None:
        """A signal has come: the first one, or a further one, which changes nothing."""
        self.asked = True
        if not self.begun:
            raise KeyboardInterrupt


@contextmanager
def stop_on_signals(*, begun: bool = False) -> Iterator[Callable[[], bool]]:
    """While open, signals end no plan that has begun: the running step finishes, then `stop` says so.
    `begun`: nor do they interrupt what comes before it.
    """
    stop = _Stop(begun=begun)
    with _handled(stop.note):
        yield stop


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """While open, the signals that ask us to end have this handler; not those that whoever started us wants
    to be ignored (nohup, a shell's `&`), and only in the main thread, the one that gets them.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, handler) for number in heeded}
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)


def progress(event: Event) -> None:
    """A listener for `execute.run`: one line a step, on a terminal with how far a long one is."""
    if event.phase is Phase.STARTED:
        narration.say(f"{event.step.title} ... ", end="")
    elif event.phase is Phase.PROGRESS:
        if event.fraction is not None:
            narration.count(event.fraction)
    elif event.phase is Phase.UNDOING:
        narration.say(f"Undo: {event.step.title} ... ", end="")
    else:
        if event.step.progress:
            narration.count(None)
        narration.say(_WORDS[event.phase])
