"""Page 2: how the root is made writable, and how much RAM the changes may take."""

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.backend import sizes
from tui.backend.errors import SandboxError
from tui.backend.livecd import WAYS, build
from tui.backend.livecd.request import BuildRequest
from tui.backend.livecd.roots import Root
from tui.backend.sizes import SizeRequest
from tui.screens.livecd import told
from tui.screens.reading import Reading
from tui.screens.wizard.page import Page
from tui.widgets.choices import Choice, ChoiceRows
from tui.widgets.fields import TextField
from tui.widgets.lines import Note

_DEFAULT = "Left empty: half of the memory that is free when it boots."


class WayPage(Page):
    """The four ways, a size, and what the root is."""

    ID = "live-way"
    HELP = (
        "The way chosen here is the first line of the boot menu; the others are in it too, and "
        "sandbox.mode= and sandbox.size= on the kernel's line have the last word.\n\n"
        "dm is by block, like a sandbox of a disk: it shows a gauge, and can be grown while it runs. union "
        "is by file. tmpfs and initramfs copy everything to RAM first: slow to boot, quick afterwards, and "
        "the medium can be taken out."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.root: Root | None = None

    def compose(self) -> ComposeResult:
        """The root, the ways, a field."""
        yield Note(id="facts")
        yield ChoiceRows(id="ways", classes="frame")
        with Vertical(id="typed-size", classes="frame"):
            yield TextField("512M, 2GiB, 25%ram", id="size")
            yield Note(_DEFAULT, id="meaning")
        yield Note(classes="problem")

    def on_mount(self) -> None:
        """Titles."""
        self.query_one("#ways").border_title = "How is it made writable?"
        self.query_one("#typed-size").border_title = "Room for changes"

    def take(self, root: Root) -> None:
        """Another root: say what it is, and offer what it can have."""
        self.root = root
        self.query_one("#facts", Note).put(told.root(root))
        possible = build.possible_ways(root)
        rows = self.query_one(ChoiceRows)
        rows.show([_choice(way, possible=way in possible) for way in WAYS])
        rows.go_to(possible[0])

    def enter(self, reading: Reading) -> None:  # noqa: ARG002
        """The ways first."""
        self.query_one(ChoiceRows).focus()

    def request(self, base: BuildRequest) -> BuildRequest:
        """The request with these answers. UsageError where the size is none."""
        way = self.query_one(ChoiceRows).current
        return replace(base, way=way.value if way else None, size=self._room())

    def _room(self) -> SizeRequest | None:
        text = self.query_one("#size", Input).value.strip()
        size = sizes.parse(text) if text else None
        build.size_text(size)
        return size

    @on(Input.Changed, "#size")
    def _changed(self) -> None:
        self.query_one("#meaning", Note).put(self._meaning())
        self.say("")

    def _meaning(self) -> str:
        try:
            size = self._room()
        except SandboxError as error:
            return error.message
        if size is None:
            return _DEFAULT
        if size.unit == "bytes":
            return f"= {sizes.show(int(size.amount))}, whatever memory there is"
        return f"= {size.amount}% of the memory of the machine that boots it"

    @on(ChoiceRows.Chosen, "#ways")
    def _chosen(self) -> None:
        self.submit()

    @on(Input.Submitted, "#size")
    def _typed(self, message: Input.Submitted) -> None:
        message.stop()
        self.submit()

    def submit(self) -> None:
        """The way under the cursor, with the size of the field."""
        way = self.query_one(ChoiceRows).current
        if way is not None and not way.possible:
            self.say(f"{way.title} cannot be: {way.reason}.")
            return
        self.post_message(self.Next(self, ""))


def _choice(way: str, *, possible: bool) -> Choice:
    reason = WAYS[way] if possible else "a squashfs cannot be written to, not even through a snapshot"
    return Choice(way, way, "", reason, possible)
