"""Running a plan: one step after the other, and back again when one fails."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

from tui.backend import progress
from tui.backend.errors import CommandFailed, PlanFailed
from tui.backend.host import Host
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
    """Progress: step number `index` of the plan entered `phase`; `detail` is an error's text.
    `fraction` (0 to 1, with PROGRESS) is how much of a long step is done.
    """

    index: int
    step: Step
    phase: Phase
    detail: str = ""
    fraction: float | None = None


Listener = Callable[[Event], None]


def run(
    plan: Plan,
    host: Host,
    listener: Listener = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
) -> dict[str, str]:
    """Run every step; the captured names come back with their values.

    Raises PlanFailed after undoing what was done, or, past the plan's point of no return,
    after all that does not depend on the failed steps. `stop` is asked before each step: true ends the
    plan as a failure would.
    """
    return _Run(plan, host, listener, stop).all()


class _Run:
    def __init__(self, plan: Plan, host: Host, listener: Listener, stop: Callable[[], bool]) -> None:
        self.plan, self.host, self.listener, self.stop = plan, host, listener, stop
        self.values: dict[str, str] = {}
        self.errors: list[str] = []
        self.broken: set[str] = set()
        self.aftermath = ""

    def all(self) -> dict[str, str]:
        """Every step in order; the captured names with their values. Raises PlanFailed."""
        commit = len(self.plan.steps) if self.plan.commit is None else self.plan.commit
        for index, step in enumerate(self.plan.steps):
            if index < commit and self.stop():
                self._undo(index, f"Stopped before “{step.title}”, as asked.")
            if self.broken and (not step.of or self.broken & {step.of, ""}):
                continue
            self.aftermath = step.aftermath or self.aftermath
            try:
                self._do(index, step)
            except CommandFailed as error:
                self.listener(Event(index, step, Phase.FAILED, str(error)))
                if step.optional:
                    continue
                if index < commit:
                    self._undo(index + step.partial, f"“{step.title}” failed: {error}")
                self.errors.append(f"“{step.title}” failed: {error}")
                self.broken.add(step.of)
        if self.errors:
            hint = "What does not depend on it was done. `sandbox-tui recover` clears what is left."
            raise PlanFailed("\n".join(self.errors), self.aftermath or hint, undone=False)
        return self.values

    def _do(self, index: int, step: Step) -> None:
        self.listener(Event(index, step, Phase.STARTED))
        with self.host.kernel_messages() as messages:
            try:
                output = self._call(index, step)
            except CommandFailed as error:
                raise CommandFailed(_with_kernel(error.message, messages()), error.hint) from error
        if step.capture is not None:
            self.values[step.capture] = output
        self.listener(Event(index, step, Phase.DONE))

    def _call(self, index: int, step: Step) -> str:
        try:
            argv = step.command.resolve(self.values)
        except KeyError as missing:
            raise CommandFailed(f"${missing.args[0]} is not known, for an earlier step failed.") from missing
        if step.progress:
            tell = partial(self._tell, index, step)
            return progress.follow(self.host, argv, tell, length=step.length, reads=step.reads)
        output = self.host.run(argv, input=step.command.input, output=step.command.output).rstrip("\n")
        if step.expect is not None and output != step.expect:
            raise CommandFailed(
                f"Expected {step.expect!r}, found {output!r}: the machine has changed meanwhile.",
                "Look at the devices again and make a new plan.",
            )
        return output

    def _tell(self, index: int, step: Step, part: float) -> None:
        """Pass on how far a step is. Long steps are not waited for when all shall stop."""
        if self.stop() and index < (len(self.plan.steps) if self.plan.commit is None else self.plan.commit):
            raise CommandFailed("Stopped, as asked.")
        self.listener(Event(index, step, Phase.PROGRESS, fraction=part))

    def _undo(self, end: int, reason: str) -> None:
        """Take back the steps before number `end`, last first, then raise PlanFailed."""
        told, left = [], []
        for index in reversed(range(end)):
            step = self.plan.steps[index]
            if step.undo is None:
                continue
            self.listener(Event(index, step, Phase.UNDOING))
            try:
                self.host.run(step.undo.resolve(self.values), input=step.undo.input, output=step.undo.output)
                self.listener(Event(index, step, Phase.UNDONE))
                told += [step.restored] if step.restored else []
            except CommandFailed as error:
                left.append(f"Could not take back “{step.title}”: {error.message}")
                self.listener(Event(index, step, Phase.UNDO_FAILED, str(error)))
        if left:
            hint = self.aftermath or "`sandbox-tui recover` clears what is left."
            raise PlanFailed("\n".join([reason, *told, *left]), hint, undone=False)
        hint = self.aftermath or f"Everything done before it was undone. {self.plan.remedy}".rstrip(" ")
        raise PlanFailed("\n".join([reason, *told]), hint, undone=not self.aftermath)


def _with_kernel(message: str, lines: list[str]) -> str:
    return "\n".join([message, *(f"Kernel: {line}" for line in lines)])
