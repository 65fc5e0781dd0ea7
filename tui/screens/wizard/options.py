"""Page 3: name, mount, store. Sensible as it is: Enter goes on."""

from dataclasses import replace

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label

from tui.backend import names, sizes
from tui.backend.origins import Origin
from tui.backend.sandboxes import engines
from tui.backend.sandboxes.request import AUTO, CreateRequest
from tui.backend.stores import AUTO as BEST
from tui.backend.stores import STORES
from tui.screens.reading import Reading
from tui.screens.wizard.page import Page
from tui.widgets.fields import Pick, TextField, Toggle
from tui.widgets.lines import Note

_OWN, _OTHER, _NONE = "own", "other", "none"
_CLASSIC = "classic"
_ENGINES = (
    (AUTO, "as suits"),
    *((name, f"by {engine.unit}") for name, engine in engines.ENGINES.items()),
    (_CLASSIC, "classic of 2008"),
)


_STORES = ((BEST, "as suits"), *((name, name) for name in STORES))


class OptionsPage(Page):
    """The rest of the request."""

    ID = "options-page"
    HELP = (
        "Mount: at its own place below /run/sandbox-tui, where only root can look; in a directory of yours "
        "(empty, or not there yet); or not at all, to rehearse fsck, mkfs or a resize on the device itself."
        "\n\n"
        "Engine: by block (a device-mapper snapshot) where the kernel can, else by file (overlayfs); the "
        "review says which, and why. A directory can only be had by file. The classic of 2008 is by block, "
        "with /dev/ram0 and chunks of 512 bytes: when that runs full, all is lost.\n\n"
        "Store: ram is as quick as RAM, and is never swapped out; tmpfs, a file on a loop device, may be, "
        "and every kernel has it; ramdisk is the one RAM disk. As suits: ram where the kernel can.\n\n"
        "Failing: a write to a part of a chunk that cannot be read would break the whole sandbox, so chunks "
        "are made as small as a sector. So it is done, too, where the kernel has seen reads fail.\n\n"
        "Hash: reads the whole origin before and after, to prove that no byte has changed."
    )

    def compose(self) -> ComposeResult:
        """One line a field."""
        with Vertical(id="form", classes="frame") as form:
            form.border_title = "How shall it be made?"
            yield from self._field("Name", TextField(id="name"))
            yield from self._field(
                "Mount",
                Pick(((_OWN, "its own place"), (_OTHER, "a directory"), (_NONE, "not at all")), id="mount"),
            )
            yield from self._field("Directory", TextField("/mnt/trial", id="directory"))
            yield from self._field(
                "Engine",
                Pick(_ENGINES, id="engine"),
            )
            yield from self._field("Store", Pick(_STORES, id="store"))
            yield from self._field("Chunk", TextField("4K", id="chunk"))
            yield from self._field("", Toggle("the disk is failing: some of it cannot be read", id="failing"))
            yield from self._field("", Toggle("hash the origin before and after", id="hash"))
        yield Note("Enter: see what will be run. Tab: next field.", classes="hint")
        yield Note(classes="problem")

    @staticmethod
    def _field(label: str, widget: TextField | Pick | Toggle) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Label(label, markup=False)
            yield widget

    def prepare(self, origin: Origin, reading: Reading) -> None:
        """Fill in what suits the origin."""
        taken = frozenset(sandbox.name for sandbox in reading.inventory.sandboxes)
        name = self.query_one("#name", Input)
        name.value = names.suggest(origin.path, taken)
        name.cursor_position = len(name.value)
        self.query_one("#hash", Toggle).value = origin.image
        self._show_directory()

    def enter(self, reading: Reading) -> None:  # noqa: ARG002
        """The name first."""
        self.query_one("#name").focus()

    def request(self, base: CreateRequest) -> CreateRequest:
        """The request with these answers. UsageError when the chunk is no size."""
        mount = self.query_one("#mount", Pick).value
        engine = self.query_one("#engine", Pick).value
        chunk = self.query_one("#chunk", Input).value.strip()
        return replace(
            base,
            name=self.query_one("#name", Input).value.strip(),
            mount=self.query_one("#directory", Input).value.strip() if mount == _OTHER else None,
            no_mount=mount == _NONE,
            engine=AUTO if engine == _CLASSIC else engine,
            store=self.query_one("#store", Pick).value,
            chunk=sizes.parse_bytes(chunk) if chunk else None,
            classic=engine == _CLASSIC,
            hash=self.query_one("#hash", Toggle).value,
            failing=self.query_one("#failing", Toggle).value,
        )

    @on(Pick.Changed, "#mount")
    def _show_directory(self) -> None:
        self.query_one("#directory").disabled = self.query_one("#mount", Pick).value != _OTHER

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        message.stop()
        self.submit()

    def submit(self) -> None:
        """All is answered."""
        self.post_message(self.Next(self, ""))
