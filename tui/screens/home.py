"""Home: the devices above, the sandboxes below."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer

from tui.backend.inventory.sandbox import Sandbox
from tui.backend.verbs.recover import RECOVER
from tui.screens import commands
from tui.screens.actions import SandboxActions
from tui.screens.cards import card
from tui.screens.job import Job
from tui.screens.livecd import LiveCdScreen
from tui.screens.plan import PlanScreen
from tui.screens.reading import Reading
from tui.screens.sandbox import SandboxScreen
from tui.screens.wizard import WizardScreen
from tui.widgets.cards import CardRows
from tui.widgets.devices import DeviceRows
from tui.widgets.lines import Note
from tui.widgets.rows import Rows
from tui.widgets.topline import TopLine


class HomeScreen(SandboxActions[None]):
    """Everything at a glance."""

    HELP = (
        "A sandbox is a writable copy of a disk that is only read: what you change, and only that, lives in "
        "RAM. Remove the sandbox, and the disk is as it was.\n\n"
        "Above are the disks of this machine, below the sandboxes. Tab goes from one to the other."
    )
    BINDINGS: ClassVar[list[BindingType]] = list(commands.bindings("home"))

    _offers: tuple[bool, ...] = ()

    def compose(self) -> ComposeResult:
        """Two lists."""
        yield TopLine()
        yield Note(id="notice")
        yield DeviceRows(id="devices", classes="frame")
        yield CardRows(id="sandboxes", classes="frame")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Titles, and what is known already."""
        self.query_one("#devices").border_title = "Block devices"
        self.query_one("#sandboxes").border_title = "Sandboxes"
        self.query_one("#devices").focus()
        if self.face.reading is not None:
            self.on_reading(self.face.reading)

    def target(self) -> Sandbox | None:
        """The sandbox under the cursor of its list."""
        if not self.is_mounted or self.face.reading is None:
            return None
        current = self.query_one(CardRows).current
        return self.face.reading.find(current.name) if current is not None else None

    def on_reading(self, reading: Reading) -> None:
        """Bring both lists up to date."""
        super().on_reading(reading)
        cards = [card(reading, sandbox) for sandbox in reading.inventory.sandboxes]
        self.query_one(DeviceRows).show_devices(reading.inventory.devices)
        rows = self.query_one(CardRows)
        rows.show(cards)
        if not cards and rows.has_focus:
            self.query_one("#devices").focus()
        height = max(len(cards), 1) * CardRows.ROW_HEIGHT + 2
        if rows.styles.height is None or rows.styles.height.value != height:
            rows.styles.height = height
        self.query_one("#notice", Note).put(self._notice(reading))
        self._follow_offers()

    def _notice(self, reading: Reading) -> str:
        found = reading.inventory.sandboxes
        if unfinished := ", ".join(sandbox.name for sandbox in found if sandbox.unfinished):
            return f"Left by an interruption: {unfinished}. Press r to clear it."
        if lost := ", ".join(sandbox.name for sandbox in found if sandbox.lost):
            return f"Only remains are left of {lost}. Press r to clear them."
        return reading.problem or self.face.notice

    def _follow_offers(self) -> None:
        """The footer is made again only when something else makes sense than before."""
        situation = self.situation()
        offers = tuple(command.available(situation) for command in commands.of("home"))
        if offers != self._offers:
            self._offers = offers
            self.refresh_bindings()

    @on(Rows.Moved, "#sandboxes")
    def _moved(self) -> None:
        self._follow_offers()

    @on(DeviceRows.Chosen, "#devices")
    def _device(self, message: DeviceRows.Chosen) -> None:
        if self.may_change():
            self.open(WizardScreen(message.item.device.path), self._made)

    @on(CardRows.Chosen, "#sandboxes")
    def _sandbox(self) -> None:
        self.action_open()

    def action_new(self) -> None:
        """The wizard."""
        if self.may_change():
            self.open(WizardScreen(), self._made)

    def action_livecd(self) -> None:
        """The walk to a Live CD; it changes no devices."""
        self.open(LiveCdScreen())

    def _made(self, made: bool | None) -> None:
        if made:
            self.query_one("#sandboxes").focus()

    def action_open(self) -> None:
        """Look into a sandbox."""
        sandbox = self.target()
        if sandbox is not None:
            self.open(SandboxScreen(sandbox.name))

    def action_recover(self) -> None:
        """Clear what is left."""
        if self.may_change():
            self.open(PlanScreen(Job("Recover", "clear it", RECOVER, None)))
