"""Page 1: which device or image."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tui.screens.reading import Reading
from tui.screens.wizard.page import Page
from tui.widgets.devices import DeviceRows
from tui.widgets.fields import TextField
from tui.widgets.lines import Note


class OriginPage(Page):
    """All devices with their verdicts, and a field for anything else."""

    ID = "origin-page"
    HELP = (
        "The origin is the disk that you want to play with; it is only ever read. It must not be in use: "
        "not mounted, not swap, not part of a RAID or LVM.\n\n"
        "An image file or a directory will do as well: type its path. So will LABEL=data, "
        "UUID=... and names below /dev/disk."
    )

    def compose(self) -> ComposeResult:
        """List and field."""
        yield DeviceRows(id="origins", classes="frame")
        with Vertical(id="typed-origin", classes="frame"):
            yield TextField("/path/to/disk.img, /a/directory, LABEL=data, UUID=...", id="origin")
        yield Note(classes="problem")

    def on_mount(self) -> None:
        """Titles."""
        self.query_one("#origins").border_title = "Which disk?"
        self.query_one("#typed-origin").border_title = "Or type a name"

    def enter(self, reading: Reading) -> None:
        """Fill the list."""
        self.follow(reading)
        self.focus_field_or("#origin", self.query_one(DeviceRows))

    def follow(self, reading: Reading) -> None:
        """Devices come and go."""
        self.query_one(DeviceRows).show_devices(reading.inventory.devices)

    def preselect(self, path: str) -> None:
        """Put the cursor on a device, or the text into the field."""
        rows = self.query_one(DeviceRows)
        leaf = next((leaf for leaf in rows.items if leaf.device.path == path), None)
        if leaf is not None:
            rows.go_to(leaf.device.kname)
            return
        self.query_one("#origin", Input).value = path
        self.query_one("#origin").focus()

    @on(DeviceRows.Chosen, "#origins")
    def _chosen(self, message: DeviceRows.Chosen) -> None:
        self.post_message(self.Next(self, message.item.device.path))

    @on(Input.Submitted, "#origin")
    def _typed(self, message: Input.Submitted) -> None:
        self.post_message(self.Next(self, message.value.strip()))
