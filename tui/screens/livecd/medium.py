"""An ISO: what is on it, and what can be done with it."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Footer

from tui.backend.errors import SandboxError
from tui.backend.livecd import info, iso_file
from tui.backend.livecd.info import Info
from tui.screens import commands
from tui.screens.face import FaceScreen
from tui.screens.livecd import told
from tui.screens.livecd.boot import BootScreen
from tui.screens.livecd.target import TargetScreen
from tui.widgets.line import Span, fit
from tui.widgets.lines import Lines, Note
from tui.widgets.topline import TopLine

_NEXT = """\
b  boots it in QEMU: a machine without disks; the ISO is only read.
w  writes it to a stick or disk; all that is on that will be lost."""


class MediumScreen(FaceScreen[bool]):
    """The facts of a Live CD, and two ways on. True when left: there is one."""

    HELP = (
        "One file that boots from a CD and from a stick, on BIOS and on UEFI machines. While it runs, its "
        "root is a sandbox: sandbox-tui on it shows how full that is, and lets it grow."
    )
    BINDINGS: ClassVar[list[BindingType]] = list(commands.bindings("livecd"))

    def __init__(self, iso: str) -> None:
        super().__init__()
        self.iso = iso
        self.found: Info | None = None

    def compose(self) -> ComposeResult:
        """Facts above, what to do below."""
        yield TopLine("Live CD")
        yield Lines(id="medium", classes="frame")
        yield Note(_NEXT, id="next")
        yield Note(id="problem")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look into it."""
        self.query_one("#medium").border_title = "What is on it"
        self.top_line()
        self.ask(lambda: info.read(iso_file.find(self.host, self.iso)), self._show, self._blind, group="look")

    def _show(self, found: Info) -> None:
        self.found = found
        self.query_one(Lines).put(
            tuple((Span(f" {fit(label, 9)} ", "muted"), Span(value)) for label, value in told.medium(found))
        )
        self.refresh_bindings()

    def _blind(self, error: SandboxError) -> None:
        self.query_one("#problem", Note).put(str(error))
        self.query_one("#next", Note).put("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Only a Live CD is booted or written."""
        return None if action in ("boot", "write") and self.found is None else True

    def action_back(self) -> None:
        """It stays where it is."""
        self.dismiss(True)

    def action_boot(self) -> None:
        """Try it."""
        self.open(BootScreen(self.iso))

    def action_write(self) -> None:
        """Choose a disk."""
        if self.may_change():
            self.open(TargetScreen(self.iso))
