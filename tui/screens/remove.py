"""Removing a sandbox: who is in the way, looked at again every second, then the plan."""

import time
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer

from tui.backend import inventory
from tui.backend.errors import SandboxError
from tui.backend.host import Host
from tui.backend.inventory import blockers
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.plan import Plan
from tui.backend.text import clean
from tui.backend.verbs.remove import REMOVE, RemoveRequest
from tui.screens.dialog import Confirm
from tui.screens.face import FaceScreen
from tui.screens.job import Job, settle
from tui.screens.plan import PlanScreen
from tui.screens.reading import Reading
from tui.widgets.blockers import BlockerRows
from tui.widgets.lines import Note
from tui.widgets.topline import TopLine

_MOMENT = 2.0
"""Seconds that a process gets to end before it is said that it is still there."""
_SIGNALS = (
    ("TERM", "It is asked to end (SIGTERM); what it has not saved may be lost."),
    (
        "HUP",
        "It was asked, and is still there. This is what closing its terminal does (SIGHUP): it ends a shell.",
    ),
    ("KILL", "It cannot refuse this (SIGKILL), nor save anything."),
)
"""From the mildest on, each with what it means."""


class RemoveScreen(FaceScreen[bool]):
    """What will happen, and who stands against it. True when the sandbox is gone."""

    HELP = (
        "A sandbox can go when nobody uses it. Its changes are lost, its origin stays as it was, and the "
        "RAM comes back.\n\n"
        "Who uses it is listed and looked at again all the time. Close those programs, or end one of them "
        "with e; nothing is ended that you did not choose. One that is still there then can be ended with e "
        "again, which offers SIGHUP (a shell ignores the first, SIGTERM), and at last SIGKILL."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Next", key_display="Enter", tooltip="Show the plan."),
        Binding("e", "end", "End process", tooltip="Ask the process under the cursor to end."),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Go back; nothing is changed."),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.sandbox_name = name
        self.found: tuple[Blocker, ...] | None = None
        self.tried: dict[int, int] = {}
        self.stubborn, self.stubborn_pid = "", 0

    def compose(self) -> ComposeResult:
        """What will happen above, who is in the way below."""
        yield TopLine(f"Remove {self.sandbox_name}")
        yield Note(id="facts")
        yield BlockerRows(id="blockers", classes="frame", empty="Nothing is in the way.")
        yield Note("Looking who uses it ...", id="outcome")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look at once; later looks come with the readings."""
        self.query_one("#blockers").border_title = "In the way"
        self.query_one("#blockers").focus()
        self._facts()
        self._look()

    def on_reading(self, reading: Reading) -> None:  # noqa: ARG002
        """Look again: at once while somebody is in the way, for people wait until they are gone."""
        self._facts()
        if self.may_look() or (self.found and self.is_active):
            self._look()

    def _sandbox(self) -> Sandbox | None:
        return self.face.reading.find(self.sandbox_name) if self.face.reading else None

    def _facts(self) -> None:
        self.top_line()
        sandbox, reading = self._sandbox(), self.face.reading
        if sandbox is None or reading is None:
            self.query_one("#facts", Note).put(f"{self.sandbox_name} is not there any more.")
            return
        origin = sandbox.record.origin if sandbox.record else sandbox.origin or "its origin"
        lines = [
            f"Its changes are thrown away for good: {reading.gauge(sandbox).amount}.",
            f"{origin} stays exactly as it was; the RAM comes back.",
        ]
        if sandbox.overflowed:
            lines.append("It is FULL, not lost: growing it keeps all that was saved in it.")
        places = [f"It is unmounted first: {mount.mountpoint}." for mount in sandbox.mounts]
        self.query_one("#facts", Note).put("\n".join(lines + places))

    def _look(self) -> None:
        sandbox = self._sandbox()
        if sandbox is not None:
            self.ask(
                lambda: blockers.read(inventory.read(self.host), sandbox),
                self._seen,
                self._blind,
                group="look",
            )

    def _blind(self, error: SandboxError) -> None:
        """Said where the outcome stands: it comes again with every look."""
        self.found = None
        self.query_one("#outcome", Note).put(str(error))
        self.refresh_bindings()

    def _seen(self, found: tuple[Blocker, ...]) -> None:
        if found == self.found:
            return
        self.found = found
        self.query_one(BlockerRows).show(found)
        if self.stubborn_pid not in {blocker.pid for blocker in found}:
            self.stubborn = ""
        said = "Nothing is in the way. Enter: see the commands."
        if found:
            said = f"{self.stubborn}\n{len(found)} in the way. It goes on when they are gone.".strip()
        self.query_one("#outcome", Note).put(said)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Next only when the way is clear, end only for a process."""
        if action == "go":
            return True if self.found == () else None
        if action == "end":
            current = self.query_one(BlockerRows).current if self.is_mounted else None
            return True if current is not None and current.pid is not None else None
        return True

    @on(BlockerRows.Moved)
    def _moved(self) -> None:
        self.refresh_bindings()

    def action_back(self) -> None:
        """Nothing is changed."""
        self.dismiss(False)

    def action_go(self) -> None:
        """The plan."""
        name = self.sandbox_name
        job = Job(f"Remove {name}", "remove it", REMOVE, RemoveRequest((name,)))
        self.ask(lambda: settle(self.host, job), lambda settled: self._review(*settled), self._refused)

    def _refused(self, error: SandboxError) -> None:
        self.query_one("#outcome", Note).put(str(error))
        self.found = None
        self._look()

    def _review(self, job: Job[RemoveRequest], plan: Plan) -> None:
        self.when_on_top(lambda: self.open(PlanScreen(job, plan), self._reviewed))

    def _reviewed(self, gone: bool | None) -> None:
        if gone:
            self.when_on_top(lambda: self.dismiss(True))

    def action_end(self) -> None:
        """Ask before a process is ended; with the next stronger signal where the last one did not do it."""
        blocker = self.query_one(BlockerRows).current
        if blocker is None or blocker.pid is None:
            return
        signal, words = _SIGNALS[self.tried.get(blocker.pid, 0)]
        who = clean(f"{blocker.program or 'unknown'} of {blocker.user or 'unknown'}")
        question = f"End process {blocker.pid}, {who}?\nIt {clean(blocker.how)}.\n{words}"
        self.open(
            Confirm(f"End this process (SIG{signal})", question), lambda yes: self._end(blocker, bool(yes))
        )

    def _end(self, blocker: Blocker, yes: bool) -> None:
        sandbox = self._sandbox()
        if not yes or sandbox is None or blocker.pid is None:
            return
        number = self.tried.get(blocker.pid, 0)
        self.tried[blocker.pid] = min(number + 1, len(_SIGNALS) - 1)
        signal = _SIGNALS[number][0]
        self.ask(
            lambda: _kill(self.host, sandbox, blocker, signal),
            lambda left: self._ended(blocker, signal, left),
        )

    def _ended(self, blocker: Blocker, signal: str, left: bool) -> None:
        """What came of it is said: the commonest one in the way, a shell, ignores SIGTERM."""
        self.found = None
        self._look()
        if left and blocker.pid is not None:
            then, _words = _SIGNALS[self.tried[blocker.pid]]
            self.stubborn_pid = blocker.pid
            self.stubborn = (
                f"Process {blocker.pid} ({clean(blocker.program)}) is still there after SIG{signal}. "
                f"e: end it with SIG{then}."
            )


def _kill(host: Host, sandbox: Sandbox, blocker: Blocker, signal: str) -> bool:
    """Send a process a signal, if it still is the one that people saw: numbers are used again. Whether it
    still is there a moment later.
    """
    if blocker not in blockers.now(host, sandbox):
        return False
    host.run(["kill", f"-{signal}", str(blocker.pid)])
    end = host.clock() + _MOMENT
    while blocker in blockers.now(host, sandbox):
        if host.simulated or host.clock() >= end:
            return True
        time.sleep(0.1)
    return False
