"""Page 3: where to, which kernel, and what else can be said."""

from collections.abc import Iterator
from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Label

from tui.backend.livecd import FORMATS
from tui.backend.livecd.request import BuildRequest
from tui.screens.livecd.places import absolute
from tui.screens.reading import Reading
from tui.screens.wizard.page import Page
from tui.widgets.fields import Pick, TextField
from tui.widgets.lines import Note

_RUNNING, _GIVEN, _FETCHED = "running", "given", "fetched"
_SUITS = ""
_KERNELS = ((_RUNNING, "the running one"), (_GIVEN, "given below"), (_FETCHED, "Debian's, by apt"))


class OptionsPage(Page):
    """The rest of the request."""

    ID = "live-options"
    HELP = (
        "Kernel: the running one where its files are on this machine; or a VMLINUZ with the directory of its "
        "modules; or the one that Debian has now, which apt downloads into a cache and does not install.\n\n"
        "Format: squashfs is small; ext4 and ext2 lie on the medium as they are.\n\n"
        "Append: kernel options for every entry of the boot menu, such as quiet."
    )

    def compose(self) -> ComposeResult:
        """One line a field."""
        with Vertical(id="form", classes="frame") as form:
            form.border_title = "What shall it be like?"
            yield from _field("ISO", TextField("/path/to/live.iso", id="output"))
            yield from _field("Label", TextField("SANDBOX_LIVE", id="label"))
            yield from _field("Format", Pick(((_SUITS, "as suits"), *((f, f) for f in FORMATS)), id="format"))
            yield from _field("Kernel", Pick(_KERNELS, id="kernel"))
            yield from _field("", TextField("/path/to/vmlinuz", id="image"))
            yield from _field("Modules", TextField("beside it, or in /lib/modules", id="modules"))
            yield from _field("Append", TextField("quiet", id="append"))
        yield Note(id="running", classes="hint")
        yield Note(classes="problem")

    def take(self, output: str, running: str, *, usable: bool) -> None:
        """Fill in what suits the root. `running` says what the running kernel is, or why it cannot be
        taken (not `usable`).
        """
        field = self.query_one("#output", Input)
        field.value = output
        field.cursor_position = len(output)
        self.query_one("#running", Note).put(running)
        if not usable:
            self.query_one("#kernel", Pick).index = 1
        self._show_kernel()

    def enter(self, reading: Reading) -> None:  # noqa: ARG002
        """The ISO's name first."""
        self.query_one("#output").focus()

    def request(self, base: BuildRequest) -> BuildRequest:
        """The request with these answers."""
        kernel = self.query_one("#kernel", Pick).value
        given = kernel == _GIVEN
        return replace(
            base,
            output=absolute(self._text("output")),
            label=self._text("label") or None,
            format=self.query_one("#format", Pick).value or None,
            kernel=(absolute(self._text("image")) or "/") if given else None,
            modules=(absolute(self._text("modules")) or None) if given else None,
            append=self._text("append"),
            fetch_kernel=kernel == _FETCHED,
        )

    def _text(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    @on(Pick.Changed, "#kernel")
    def _show_kernel(self) -> None:
        given = self.query_one("#kernel", Pick).value == _GIVEN
        for name in ("#image", "#modules"):
            self.query_one(name).disabled = not given

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.submit()

    def submit(self) -> None:
        """All is answered."""
        if not self._text("output"):
            self.say("Type where the ISO shall be.")
        elif self.query_one("#kernel", Pick).value == _GIVEN and not self._text("image"):
            self.say("Type the path of a kernel, or choose another one.")
        else:
            self.post_message(self.Next(self, ""))


def _field(label: str, widget: Widget) -> Iterator[Widget]:
    with Horizontal(classes="field"):
        yield Label(label, markup=False)
        yield widget
