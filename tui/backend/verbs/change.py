"""What a verb is that changes something, and how it is run: planned once more under the machine's lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from tui.backend import execute, inventory
from tui.backend.errors import ExitCode
from tui.backend.sandboxes import perform

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tui.backend.execute import Listener
    from tui.backend.host import Host
    from tui.backend.inventory import Inventory
    from tui.backend.plan import Plan

R = TypeVar("R")
F = TypeVar("F")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Prepared(Generic[R, F]):
    """What a request means on the machine of now: the `plan`, the `request` for this very plan, whatever
    the free memory or the time are later, and the `facts` that the verb concludes from.
    """

    plan: Plan
    request: R
    facts: F


@dataclass(frozen=True, slots=True)
class Done(Generic[R, F]):
    """What was prepared and run on a machine, and what the steps captured."""

    host: Host
    prepared: Prepared[R, F]
    captured: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step: what it is for, its command and what takes that back as lines of shell (None: nothing)."""

    title: str
    command: str
    undo: str | None


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan that is shown only. `name` is what it is about; `notes` are what to read before agreeing;
    `script` is all of it for `sh`.
    """

    verb: str
    name: str
    notes: tuple[str, ...]
    steps: tuple[PlannedStep, ...]
    script: str


@dataclass(frozen=True, slots=True)
class Change(Generic[R, F, T]):
    """One verb. `prepare` reads and plans, and touches nothing; it raises what the verb refuses.
    `conclude` makes the result of what was done, `status` tells what exit status that means. `of_files`: it
    makes files and changes no devices, so that it needs neither root nor the lock.
    """

    prepare: Callable[[Host, Inventory, R], Prepared[R, F]]
    conclude: Callable[[Done[R, F]], T]
    of_files: bool = False
    status: Callable[[T], ExitCode] = lambda _result: ExitCode.DONE


def prepare(host: Host, change: Change[R, F, T], request: R) -> Prepared[R, F]:
    """Plan for the machine of now, to be shown."""
    return change.prepare(host, inventory.read(host), request)


def planned(plan: Plan) -> Planned:
    """A plan as a typed result."""
    steps = (
        PlannedStep(step.title, step.shell(), step.undo.shell() if step.undo else None) for step in plan.steps
    )
    return Planned(plan.verb, plan.name, plan.notes, tuple(steps), plan.script())


def run(
    host: Host,
    change: Change[R, F, T],
    request: R,
    *,
    shown: Plan | None = None,
    told: Callable[[Plan], None] = lambda plan: None,
    listener: Listener = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
) -> T:
    """Plan under the lock (for what is `of_files` there is none), run the plan, and return the verb's result.

    `shown` is the plan that people agreed to: PlanChanged where it is another one now. `told` hears of the
    plan before it is run. Raises what planning and running raise; NeedsRoot first, where devices are changed.
    """
    found: list[Prepared[R, F]] = []
    captured: dict[str, str] = {}

    def make(now: Inventory) -> Plan:
        """The plan for a reading, which is told before it is run."""
        found[:] = [change.prepare(host, now, request)]
        told(found[0].plan)
        return found[0].plan

    if change.of_files:
        plan = make(inventory.read(host))
        if shown is not None:
            perform.check_agreed(plan, shown)
        captured.update(execute.run(plan, host, listener, stop))
    else:
        perform.perform(host, make, shown=shown, listener=listener, stop=stop, captured=captured)
    return change.conclude(Done(host, found[0], captured))
