"""Page 2: how much RAM for the changes."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.backend import sizes
from tui.backend.errors import SandboxError
from tui.backend.sandboxes import memory, presets
from tui.backend.sandboxes.choice import Usual
from tui.screens.reading import Reading
from tui.screens.wizard.page import Page
from tui.widgets.choices import Choice, ChoiceRows
from tui.widgets.fields import TextField
from tui.widgets.lines import Note


class SizePage(Page):
    """Presets with their reasons, a field, and what the typed size means."""

    ID = "size-page"
    HELP = (
        "Only changes take RAM, so a sandbox is usually much smaller than its origin. When it runs full, "
        "nothing more can be written; what was saved is kept, and growing it repairs it. It can be grown "
        "before that, too, while it is in use.\n\n"
        "The choice that cannot overflow has room for a change of every single block."
    )

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.kind: Usual | None = None
        self.reading: Reading | None = None

    def compose(self) -> ComposeResult:
        """What is free, presets, field."""
        yield Note(id="free")
        yield ChoiceRows(id="sizes", classes="frame")
        with Vertical(id="typed-size", classes="frame"):
            yield TextField("512M, 1GiB, 10%origin, 25%ram, max", id="size")
            yield Note(id="meaning")
        yield Note(classes="problem")

    def on_mount(self) -> None:
        """Titles."""
        self.query_one("#sizes").border_title = "How much may change?"
        self.query_one("#typed-size").border_title = "Or type a size"

    def enter(self, reading: Reading) -> None:
        """Compute what can be offered."""
        self.follow(reading)
        self.focus_field_or("#size", self.query_one(ChoiceRows))

    def follow(self, reading: Reading) -> None:
        """What is free changes all the time; the offers keep still unless they would not fit."""
        self.reading = reading
        if self.kind is None:
            return
        found = reading.inventory
        free = memory.free(found.memory, found.sandboxes, pinned=self.kind.pinned)
        self.query_one("#free", Note).put(f"{self._origin()} {sizes.show(free)} of RAM can be promised now.")
        offers = presets.offers(self.kind, found.memory, found.sandboxes)
        self.query_one(ChoiceRows).show(
            [
                Choice(one.text, one.title, sizes.show(one.size), one.reason, one.fits, one.size)
                for one in offers
            ]
        )

    def _origin(self) -> str:
        if self.kind is None:
            return ""
        origin = self.kind.origin
        known = f"has {sizes.show(origin.size)}" if origin.size is not None else "is a directory"
        return f"{origin.path} {known}."

    @on(ChoiceRows.Chosen, "#sizes")
    def _chosen(self, message: ChoiceRows.Chosen) -> None:
        if message.item.possible:
            self.post_message(self.Next(self, _chosen(message.item)))
        else:
            self.say(f"{message.item.title}: {message.item.reason}.")

    @on(Input.Changed, "#size")
    def _changed(self, message: Input.Changed) -> None:
        self.query_one("#meaning", Note).put(self._meaning(message.value.strip()))
        self.say("")

    def _meaning(self, text: str) -> str:
        if not text or self.kind is None or self.reading is None:
            return ""
        found = self.reading.inventory
        try:
            share = presets.share(text, self.kind, found.memory, found.sandboxes)
        except SandboxError as error:
            return error.message
        part = "" if share.of_origin is None else f"{share.of_origin:.0%} of the origin, "
        said = f"= {sizes.show(share.size)}, {part}{share.of_ram:.0%} of RAM"
        if not share.fits:
            return f"{said}: more than can be promised now"
        return said if share.can_overflow else f"{said}: cannot overflow"

    @on(Input.Submitted, "#size")
    def _typed(self, message: Input.Submitted) -> None:
        text = message.value.strip()
        try:
            sizes.parse(text)
        except SandboxError as error:
            self.complain(error)
            return
        self.post_message(self.Next(self, text))


def _chosen(choice: Choice) -> str:
    """The size that was shown, in bytes. What cannot overflow depends on the chunk too: that stays a word."""
    return choice.value if choice.value == "max" else str(choice.size)
