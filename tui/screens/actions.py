"""What can be done with a sandbox, alike on every screen that shows one."""

from tui.backend.errors import Refused
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.sandboxes import ownership
from tui.backend.verbs.mount import MOUNT, MountRequest
from tui.backend.verbs.unmount import UNMOUNT, UnmountRequest
from tui.backend.verbs.verb import Situation
from tui.screens.commands import find
from tui.screens.face import FaceScreen
from tui.screens.grow import GrowScreen
from tui.screens.job import Job
from tui.screens.plan import PlanScreen
from tui.screens.remove import RemoveScreen
from tui.screens.stacked import Result


class SandboxActions(FaceScreen[Result]):
    """The actions; a screen says which sandbox is meant."""

    def target(self) -> Sandbox | None:
        """The sandbox that is meant, None for none."""
        raise NotImplementedError

    def situation(self) -> Situation:
        """What decides which commands make sense."""
        reading = self.face.reading
        remains = reading is not None and any(one.interrupted for one in reading.inventory.sandboxes)
        return Situation(self.target(), remains)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Grey for what makes no sense now; recover is shown only when there is something to clear."""
        command = find(action)
        if command is None or command.available(self.situation()):
            return True
        return False if action == "recover" else None

    def action_grow(self) -> None:
        """Ask how much, then show the plan."""
        sandbox = self.target()
        if sandbox is not None and self._changeable(sandbox):
            self.open(GrowScreen(sandbox.name))

    def action_mount(self) -> None:
        """Show the plan to mount or to unmount."""
        sandbox = self.target()
        if sandbox is None or not self._changeable(sandbox):
            return
        name = sandbox.name
        if sandbox.mounts:
            self.open(PlanScreen(Job(f"Unmount {name}", "unmount it", UNMOUNT, UnmountRequest(name))))
        else:
            self.open(PlanScreen(Job(f"Mount {name}", "mount it", MOUNT, MountRequest(name))))

    def action_remove(self) -> None:
        """Show who is in the way, then the plan."""
        sandbox = self.target()
        if sandbox is not None and self._changeable(sandbox):
            self.open(RemoveScreen(sandbox.name))

    def _changeable(self, sandbox: Sandbox) -> bool:
        """Whether it may be changed from here; says why when not."""
        if not self.may_change():
            return False
        try:
            ownership.check(sandbox)
        except Refused as refusal:
            self.face.complain(refusal)
            return False
        return True

    def action_shell(self) -> None:
        """Hand the terminal over for a while."""
        sandbox = self.target()
        if sandbox is None or not sandbox.mountpoint:
            return
        if self.host.simulated:
            words = "There is no shell in practice mode: its disks are not real."
            self.face.complain(Refused(words, "On a real machine, s opens one in the sandbox's mount."))
            return
        self.face.shell(sandbox.mountpoint, sandbox.name)
