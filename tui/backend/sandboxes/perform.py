"""Running a verb: lock the machine, plan once more from what it is now, run the plan."""

from collections.abc import Callable

from tui.backend import execute, inventory, plan_changes
from tui.backend.errors import NeedsRoot, Refused
from tui.backend.execute import Listener
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.plan import Plan


class PlanChanged(Refused):
    """The plan for the machine of now is not the one that people agreed to: with the lines that differ."""

    lines = True


Planner = Callable[[Inventory], Plan]
"""Makes the plan of one verb from a reading of the machine."""


def perform(
    host: Host,
    make: Planner,
    *,
    shown: Plan | None = None,
    listener: Listener = lambda event: None,
    stop: Callable[[], bool] = lambda: False,
    captured: dict[str, str] | None = None,
) -> Plan:
    """Plan under the lock and run; the plan that was run.

    `shown` is the plan that people agreed to: when the machine has changed so that the plan
    is another one now, PlanChanged. `captured` receives what its steps captured. Raises what planning
    and running raise; NeedsRoot first.
    """
    if not host.is_root():
        raise NeedsRoot("Changing devices needs root.", "Start it with sudo.")
    verb = "change it" if shown is None else f"{shown.verb} {shown.name}"
    with host.lock(verb, stop) as locks:
        plan = make(inventory.read(host))
        if shown is not None:
            check_agreed(plan, shown)
        locks.tell(f"{plan.verb} {plan.name}")
        locks.own(plan.sandboxes)
        values = execute.run(plan, host, listener, stop, locks)
        if captured is not None:
            captured.update(values)
        return plan


def check_agreed(plan: Plan, shown: Plan) -> None:
    """PlanChanged when the plan for the machine of now is not the one that people agreed to."""
    if not plan.agrees(shown):
        different = "\n".join(plan_changes.lines(shown, plan))
        raise PlanChanged(
            f"The machine has changed since this plan was made:\n{different}",
            "Nothing was touched. Ask for it again, and look at the new plan.",
        )
