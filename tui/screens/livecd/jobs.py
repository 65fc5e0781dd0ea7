"""What can be run for Live CDs. No Textual here."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tui.backend import execute, inventory, sizes
from tui.backend.execute import Listener
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.livecd import build, kernel_fetch, write
from tui.backend.livecd.request import BuildRequest
from tui.backend.livecd.write import WriteRequest
from tui.backend.plan import Plan
from tui.backend.sandboxes.perform import check_agreed
from tui.screens.jobs import Job


@dataclass
class FileJob(Job):
    """A verb that makes files and changes no devices: it needs neither root nor the machine's lock."""

    def perform(self, host: Host, plan: Plan, listener: Listener, stop: Callable[[], bool]) -> None:
        """Run the plan that people agreed to."""
        check_agreed(self.plan(host, inventory.read(host)), plan)
        execute.run(plan, host, listener, stop)


@dataclass
class Build(FileJob):
    """Make an ISO."""

    request: BuildRequest = field(kw_only=True)

    def plan(self, host: Host, inventory: Inventory) -> Plan:  # noqa: ARG002
        """The backend's plan."""
        return build.prepare(host, self.request).plan

    def settle(self, host: Host, inventory: Inventory) -> tuple[Job, Plan]:  # noqa: ARG002
        """The one time that everything in the ISO carries is frozen."""
        prepared = build.prepare(host, self.request)
        return replace(self, request=replace(self.request, epoch=prepared.epoch)), prepared.plan

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:  # noqa: ARG002
        """Where it is, and how large."""
        output = self.request.output
        return (
            f"ready: {output}, {sizes.show(host.size(output))}.",
            "Enter: boot it, or write it to a stick.",
        )


@dataclass
class Fetch(FileJob):
    """Have Debian's kernel downloaded."""

    def plan(self, host: Host, inventory: Inventory) -> Plan:  # noqa: ARG002
        """The backend's plan."""
        return kernel_fetch.plan(host)

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:  # noqa: ARG002
        """What it is."""
        return (f"The kernel {plan.name} is there; it was not installed.", "Enter: on with the Live CD.")


@dataclass
class Write(Job):
    """Write an ISO to a disk."""

    request: WriteRequest = field(kw_only=True)

    def plan(self, host: Host, inventory: Inventory) -> Plan:
        """The backend's plan."""
        return write.prepare(host, self.request, inventory).plan

    def conclude(self, host: Host, plan: Plan) -> tuple[str, ...]:
        """That it arrived."""
        size = sizes.show(host.size(self.request.iso))
        return (
            f"{size} are on {plan.name}, and were read back and compared.",
            "Pull it out, and boot from it.",
        )
