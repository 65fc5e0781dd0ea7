"""What can be run: a plan to be shown, and what to say when it is done. No Textual here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tui.backend.execute import Listener
from tui.backend.host import Host
from tui.backend.inventory import Inventory, sandboxes
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.plan import Plan
from tui.backend.sandboxes import create, grow, kept, memory, mounts, proof, recover, remove
from tui.backend.sandboxes.perform import perform
from tui.backend.sandboxes.proof import Evidence
from tui.backend.sandboxes.request import CreateRequest


@dataclass
class Job:
    """One verb. `title` is for the frame, `agree` for the key that runs it; `captured` is what steps of its
    plan captured when it was run.
    """

    title: str
    agree: str
    captured: dict[str, str] = field(default_factory=dict, kw_only=True)

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The plan for the machine of now; touches nothing."""
        raise NotImplementedError

    def settle(self, host: Host, inventory: Inventory) -> "tuple[Job, Plan]":
        """The plan to be shown, and the job that makes this very plan again as long as the machine is
        the same: what was chosen by a reading that always moves, such as the free memory, is frozen in it.
        """
        return self, self.plan(host, inventory)

    def begin(self, host: Host, inventory: Inventory) -> None:
        """Note what will be compared at the end."""

    def perform(self, host: Host, plan: Plan, listener: Listener, stop: Callable[[], bool]) -> None:
        """Run the plan that people agreed to, under the machine's lock. Refused when the machine of now
        asks for another one.
        """
        make = lambda found: self.plan(host, found)  # noqa: E731
        perform(host, make, shown=plan, listener=listener, stop=stop, captured=self.captured)

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:  # noqa: ARG002
        """Sentences for people, after the plan was run."""
        return ("Done.",)


@dataclass
class Create(Job):
    """Make a sandbox."""

    request: CreateRequest = field(kw_only=True)

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The backend's plan."""
        return create.prepare(host, inventory, self.request).plan

    def settle(self, host: Host, inventory: Inventory) -> tuple[Job, Plan]:
        """The size is frozen in bytes, and the name."""
        prepared = create.prepare(host, inventory, self.request)
        return replace(self, request=create.settled(self.request, prepared)), prepared.plan

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:
        """Where it is."""
        prepared = _mounts(host, plan.name)
        where = f"mounted on {prepared[0]}" if prepared else "not mounted"
        device = next((one.device for one in sandboxes.read(host) if one.name == plan.name), None)
        return (f"ready: {device or plan.name}, {where}.", "Play in it; its origin is only ever read.")


@dataclass
class Grow(Job):
    """Enlarge a sandbox."""

    name: str = field(kw_only=True)
    size: str = field(kw_only=True)

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The backend's plan."""
        return grow.prepare(host, inventory, self.name, self.size)

    def settle(self, host: Host, inventory: Inventory) -> tuple[Job, Plan]:
        """The size is frozen in bytes."""
        job = replace(self, size=grow.settled(inventory, self.name, self.size))
        return job, job.plan(host, inventory)

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:  # noqa: ARG002
        """That it is larger."""
        kept = "all that had been saved in it is there" if plan.notes else "nothing in it was touched"
        return (f"{plan.name} has more room now; {kept}.",)


@dataclass
class Mount(Job):
    """Mount a sandbox at its own place."""

    name: str = field(kw_only=True)

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The backend's plan."""
        return mounts.prepare_mount(host, inventory, self.name, None)

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:
        """Where it is."""
        return tuple(f"{plan.name} is mounted on {mount}." for mount in _mounts(host, plan.name))


@dataclass
class Unmount(Job):
    """Unmount a sandbox."""

    name: str = field(kw_only=True)

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The backend's plan."""
        return mounts.prepare_unmount(host, inventory, self.name)

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:  # noqa: ARG002
        """What is left."""
        return (f"{plan.name} is not mounted any more; its changes are still there.",)


@dataclass
class Recover(Job):
    """Clear what an interrupted verb left."""

    found: tuple[Sandbox, ...] = ()

    def begin(self, host: Host, inventory: Inventory) -> None:  # noqa: ARG002
        """Note what there is."""
        self.found = inventory.sandboxes

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The backend's plan."""
        return recover.prepare(host, inventory)

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:  # noqa: ARG002
        """That all is whole, or what is kept."""
        return kept.sentences(host, self.found) or ("Nothing is left behind.",)


@dataclass
class Remove(Job):
    """Take a sandbox apart, and prove that its origin was not written."""

    name: str = field(kw_only=True)
    evidence: Evidence | None = None
    sandbox: Sandbox | None = None

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The backend's plan; Refused with who is in the way."""
        return remove.prepare(host, inventory, (self.name,))

    def begin(self, host: Host, inventory: Inventory) -> None:
        """Note the sandbox and what was noted of its origin."""
        self.sandbox = inventory.sandbox(self.name)
        self.evidence = proof.read(host, self.sandbox)

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:
        """The proof, and the memory that came back."""
        said = [f"{plan.name} is gone."]
        if self.evidence is not None:
            said.append(proof.conclude(self.evidence, self.captured).sentence)
        if self.sandbox is not None:
            said.append(memory.given_back(host, (self.sandbox,)))
            said += kept.sentences(host, (self.sandbox,))
        return tuple(filter(None, said))


def _mounts(host: Host, name: str) -> list[str]:
    return [m.mountpoint for sandbox in sandboxes.read(host) if sandbox.name == name for m in sandbox.mounts]
