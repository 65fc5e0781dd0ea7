"""A Live CD booting in QEMU: what its console says, how long it takes, and how it ends."""

import threading
from collections import deque
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Footer, Log

from tui.backend import sizes
from tui.backend.errors import SandboxError
from tui.backend.livecd import qemu
from tui.backend.livecd.qemu import Boot, BootFailed, Machine
from tui.backend.present.livecd_test import brief
from tui.screens.face import FaceScreen
from tui.widgets.lines import Note
from tui.widgets.topline import TopLine

_LINES = 2000
"""Lines of the console that can be scrolled back to."""


class Heard(Message):
    """The console has said something; one message stands for all that wait."""

    def can_replace(self, message: Message) -> bool:
        """What was heard is fetched at once."""
        return isinstance(message, Heard)


class BootScreen(FaceScreen[None]):
    """Boots at once; may be done again, as another machine."""

    HELP = (
        "The Live CD boots in a virtual machine that has no disk, no network and no screen: only a serial "
        "console, which is shown here. When its init says that the root is ready, the machine is switched "
        "off.\n\n"
        "Without KVM the machine is emulated, and everything takes many times as long."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", key_display="Esc", tooltip="Switch the machine off."),
        Binding("enter,escape", "back", "Back", key_display="Enter", tooltip="Back to the Live CD."),
        Binding("b", "again", "Again", tooltip="Boot once more."),
        Binding("f", "firmware", "BIOS/UEFI", tooltip="Boot with the other firmware."),
        Binding("u", "usb", "CD/stick", tooltip="Boot it as a USB stick, or as a CD again."),
    ]

    def __init__(self, iso: str) -> None:
        super().__init__()
        self.iso, self.firmware, self.usb = iso, qemu.BIOS, False
        self.heard: deque[str] = deque()
        self.stopping = threading.Event()
        self.running = False
        self.begun = 0.0
        self.timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """The console, and what to say below."""
        yield TopLine("Live CD: boot")
        yield Log(id="console", classes="frame", max_lines=_LINES)
        yield Note(id="outcome")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Off it goes."""
        self.query_one("#console").focus()
        self.timer = self.set_interval(1, self._tell, pause=True)
        self.top_line()
        self._begin()

    def on_unmount(self) -> None:
        """No machine is left running."""
        self.stopping.set()

    def _begin(self) -> None:
        console = self.query_one(Log)
        console.clear()
        console.border_title = f"Serial console: {self.firmware.upper()}, {'USB stick' if self.usb else 'CD'}"
        self.stopping.clear()
        self.heard.clear()
        self.running, self.begun = True, self.host.clock()
        outcome = self.query_one("#outcome", Note)
        outcome.remove_class("-worked", "-failed")
        self._tell()
        if self.timer is not None:
            self.timer.resume()
        self.refresh_bindings()
        machine = Machine(self.iso, firmware=self.firmware, usb=self.usb)
        self.ask(lambda: self._boot(machine), self._ready, self._failed, group="boot")

    def _boot(self, machine: Machine) -> Boot:
        """In a thread."""
        face = self.face
        return qemu.boot(self.host, machine, self._listen, lambda: self.stopping.is_set() or face.leaving)

    def _listen(self, line: str) -> None:
        """In a thread: keep the line for whoever may touch widgets."""
        self.heard.append(line)
        self.post_message(Heard())

    def on_heard(self) -> None:
        """Lines from the console; data, not markup."""
        console = self.query_one(Log)
        while self.heard:
            console.write_line(self.heard.popleft())

    def _tell(self) -> None:
        seconds = self.host.clock() - self.begun
        self.query_one("#outcome", Note).put(f"Booting in QEMU, {seconds:.0f} s ...")

    def _ready(self, boot: Boot) -> None:
        ready = boot.ready
        kernel = "" if ready.seconds is None else f", {ready.seconds:.1f} s after the kernel's start"
        self._end(
            f"ready after {boot.seconds:.1f} s{kernel} ({brief(boot.accelerator)}).\n"
            f"Its root is writable by way of {ready.way}, with {sizes.show(ready.room)} for changes.",
            "-worked",
        )

    def _failed(self, error: SandboxError) -> None:
        stopped = self.stopping.is_set() and isinstance(error, BootFailed)
        said = "Switched off, as asked." if stopped else str(error)
        self._end(said, "" if stopped else "-failed")

    def _end(self, said: str, tone: str) -> None:
        self.on_heard()
        self.running = False
        if self.timer is not None:
            self.timer.pause()
        outcome = self.query_one("#outcome", Note)
        outcome.add_class(*filter(None, [tone]))
        outcome.put(said)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """While it boots it can be stopped, afterwards all else."""
        if action == "stop":
            return self.running
        return not self.running if action in ("back", "again", "firmware", "usb") else True

    def action_stop(self) -> None:
        """Switch it off."""
        self.stopping.set()

    def action_back(self) -> None:
        """The machine is off."""
        self.dismiss()

    def action_again(self) -> None:
        """The same once more."""
        self._begin()

    def action_firmware(self) -> None:
        """The other firmware."""
        self.firmware = qemu.UEFI if self.firmware == qemu.BIOS else qemu.BIOS
        self._begin()

    def action_usb(self) -> None:
        """A stick, or a CD."""
        self.usb = not self.usb
        self._begin()
