"""Running a plan: one step after the other, and back again when one fails."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from functools import partial

from tui.backend import progress
from tui.backend.command import Command
from tui.backend.errors import CommandFailed, NoAnswer, PlanFailed
from tui.backend.host import Host, Locks
from tui.backend.plan import Plan, Step


class Phase(Enum):
    """What is happening to a step."""

    STARTED = "started"
    PROGRESS = "progress"
    DONE = "done"
    FAILED = "failed"
    UNDOING = "undoing"
    UNDONE = "undone"
    UNDO_FAILED = "undo failed"


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: step number `index` of the plan entered `phase`;
    `fraction` (0 to 1, with PROGRESS) is how much of a long step is done.
    """

    index: int
    step: Step
    phase: Phase
    fraction: float | None = None


Listener = Callable[[Event], None]

_ANY = (Exception, KeyboardInterrupt, SystemExit)
"""What can end a plan: all that a Python program can meet."""


def run(
    plan: Plan,
    host: Host,
    listener: Listener = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
    locks: Locks | None = None,
) -> dict[str, str]:
    """Run every step; the captured names come back with their values. `locks` are those that are held, None
    for a plan that needs none.

    Raises PlanFailed after undoing what was done, whatever it was that failed, or, past the plan's point
    of no return, after all that does not depend on the failed steps. `stop` is asked before each step, and
    while its program runs, which then has a few seconds to finish: true ends the plan as a failure would.
    """
    return _Run(plan, host, listener, stop, locks).all()


def _never() -> bool:
    return False


class _Run:
    def __init__(
        self, plan: Plan, host: Host, listener: Listener, stop: Callable[[], bool], locks: Locks | None
    ) -> None:
        self.plan, self.host, self.listener, self.stop, self.locks = plan, host, listener, stop, locks
        self.commit = len(plan.steps) if plan.commit is None else plan.commit
        self.values: dict[str, str] = {}
        self.errors: list[str] = []
        self.broken: set[str] = set()
        self.groups: set[str] = set()
        self.aftermath = ""
        self.doing: int | None = None
        """The step whose program is running: whether it has done its work is not known."""

    def all(self) -> dict[str, str]:
        """Every step in order; the captured names with their values. Raises PlanFailed."""
        for index, step in enumerate(self.plan.steps):
            if index <= self.commit and self.stop():
                self._undo(index, f"Stopped before “{step.title}”, as asked.")
            if self.broken and (not step.of or self.broken & {step.of, ""}):
                continue
            if step.group and step.group in self.groups:
                continue
            self.aftermath = step.aftermath or self.aftermath
            try:
                self._do(index, step)
            except _ANY as error:  # nothing may leave a plan half done
                self._failed(index, step, error)
        if self.errors:
            hint = "What does not depend on it was done. `sandbox-tui recover` clears what is left."
            raise PlanFailed("\n".join(self.errors), self.aftermath or hint, undone=False)
        return self.values

    def _do(self, index: int, step: Step) -> None:
        self.listener(Event(index, step, Phase.STARTED))
        self._hold(step, self.stop if index < self.commit else _never)
        with self.host.kernel_messages() as messages:
            try:
                output = self._call(index, step)
            except CommandFailed as error:
                error.message = _with_kernel(error.message, messages())
                raise
        if step.capture is not None:
            self.values[step.capture] = output
        self.listener(Event(index, step, Phase.DONE))

    def _hold(self, step: Step, stop: Callable[[], bool] = _never) -> None:
        """Have the machine's lock, but while a long step runs; what is waited for ends with a `stop`."""
        if self.locks is None:
            return
        if step.progress:
            self.locks.share(self.plan.sandboxes)
        else:
            self.locks.alone(stop)

    def _call(self, index: int, step: Step) -> str:
        argv = _resolved(step.command, self.values)
        self.doing = index
        stop = self.stop if index < self.commit else _never
        if step.progress:
            output = progress.follow(self.host, step, argv, partial(self._tell, index, step))
        else:
            output = self.host.run(argv, input=step.command.input, output=step.command.output, stop=stop)
        output = output.rstrip("\n")
        if step.condition and output != step.expect:
            self.groups.add(step.group)
        elif step.expect is not None and output != step.expect:
            raise CommandFailed(
                f"Expected {step.expect!r}, found {output!r}: the machine has changed meanwhile.",
                "Look at the devices again and make a new plan.",
            )
        return output

    def _failed(self, index: int, step: Step, error: BaseException) -> None:
        """Take back what was done, or, where there is no way back, note it."""
        words = str(error) if isinstance(error, CommandFailed) else f"{type(error).__name__}: {error}"
        self._report(Event(index, step, Phase.FAILED))
        stopped = index < self.commit and self.stop()
        if step.optional and isinstance(error, CommandFailed) and not stopped:
            self.groups.add(step.group)
            return
        reason = f"“{step.title}” failed: {words}"
        if index < self.commit:
            # a program that gave no answer, or was not waited for, may have done its work
            unclear = self.doing == index and (
                isinstance(error, NoAnswer) or not isinstance(error, CommandFailed)
            )
            end = index + (step.partial or unclear)
            self._undo(end, reason, step.remedy, unclear=index if unclear else None)
        self.errors.append(reason)
        self.broken.add(step.of)

    def _report(self, event: Event) -> None:
        """Tell it, but let no listener keep anything from being taken back."""
        with suppress(Exception):
            self.listener(event)

    def _tell(self, index: int, step: Step, part: float | None) -> None:
        """Pass on how far a step is. Long steps are not waited for when all shall stop."""
        if index < self.commit and self.stop():
            raise CommandFailed("Stopped, as asked.")
        self.listener(Event(index, step, Phase.PROGRESS, fraction=part))

    def _undo(self, end: int, reason: str, remedy: str = "", *, unclear: int | None = None) -> None:
        """Take back the steps before number `end`, last first, then raise PlanFailed with the `remedy`. Of
        number `unclear` it is not known whether it was done.
        """
        told: list[str] = []
        left: list[str] = []
        gone: list[str] = []
        for index in reversed(range(end)):
            step = self.plan.steps[index]
            if step.undo is None:
                gone += [step.restored] if step.restored else []
                continue
            try:
                if self.locks is not None:
                    self.locks.alone(_never)
                if self._is_needed(step):
                    continue
                self._report(Event(index, step, Phase.UNDOING))
                argv = _resolved(step.undo, self.values)
                self.host.run(argv, input=step.undo.input, output=step.undo.output)
                self._report(Event(index, step, Phase.UNDONE))
                told += [step.restored] if step.restored else []
            except _ANY as error:  # the others are to be taken back all the same
                words = error.message if isinstance(error, CommandFailed) else repr(error)
                doubt = f"It is not known whether “{step.title}” was done. " if index == unclear else ""
                left.append(f"{doubt}Could not take back “{step.title}”: {words}")
                self._report(Event(index, step, Phase.UNDO_FAILED))
        if left:
            hint = self.aftermath or "`sandbox-tui recover` clears what is left."
            raise PlanFailed("\n".join([reason, *told, *gone, *left]), hint, undone=False)
        what = "What else was done before it" if gone else "Everything done before it"
        hint = self.aftermath or f"{what} was undone. {remedy}".rstrip(" ")
        undone = not (self.aftermath or gone)
        raise PlanFailed("\n".join([reason, *told, *gone]), hint, undone=undone)

    def _is_needed(self, step: Step) -> bool:
        """Whether others need by now what a step did."""
        if step.undo_if is None:
            return False
        ask, alone = step.undo_if
        return self.host.run(ask.resolve(self.values)).rstrip("\n") != alone


def _resolved(command: Command, values: Mapping[str, str]) -> tuple[str, ...]:
    try:
        return command.resolve(values)
    except KeyError as missing:
        raise CommandFailed(f"${missing.args[0]} is not known, for an earlier step failed.") from missing


def _with_kernel(message: str, lines: list[str]) -> str:
    return "\n".join([message, *(f"The kernel said meanwhile: {line}" for line in lines)])
