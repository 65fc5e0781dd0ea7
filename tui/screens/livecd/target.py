"""Which disk the ISO is written to; its name has to be typed."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Footer, Input

from tui.backend.errors import SandboxError
from tui.backend.livecd import offers, write
from tui.backend.livecd.offers import Offer
from tui.backend.livecd.write import Prepared, WriteRequest
from tui.backend.verbs.livecd_write import WRITE
from tui.screens.face import FaceScreen
from tui.screens.job import Job
from tui.screens.livecd import told
from tui.screens.plan import PlanScreen
from tui.screens.reading import Reading
from tui.widgets.fields import TextField
from tui.widgets.lines import Note
from tui.widgets.targets import TargetRows
from tui.widgets.topline import TopLine


class TargetScreen(FaceScreen[None]):
    """All disks; then the name of the chosen one, by hand."""

    HELP = (
        "Writing is the one thing here that cannot be taken back: all that is on the disk is lost. So a disk "
        "that is in use is refused, and the name of the one that you mean has to be typed.\n\n"
        "Everything is read back from the disk and compared."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Go back; nothing is written."),
    ]

    def __init__(self, iso: str) -> None:
        super().__init__()
        self.iso = iso
        self.chosen: Offer | None = None

    def compose(self) -> ComposeResult:
        """Disks above; below, the chosen one and a field."""
        yield TopLine("Live CD: write")
        yield TargetRows(id="targets", classes="frame")
        yield Note(id="facts")
        with Vertical(id="typed-name", classes="frame") as box:
            box.border_title = "Type its name to go on"
            yield TextField("sdx or /dev/sdx", id="name")
        yield Note(classes="problem")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Look at the disks; later looks come with the readings."""
        rows = self.query_one("#targets")
        rows.border_title = "Write to which disk?"
        rows.focus()
        self.query_one("#typed-name").display = False
        self.top_line()
        self._look()

    def on_reading(self, reading: Reading) -> None:  # noqa: ARG002
        """Disks come and go."""
        self.top_line()
        if self.is_active and self.chosen is None:
            self._look()

    def _look(self) -> None:
        self.ask(lambda: offers.read(self.host, self.iso), self._seen, self._complain, group="look")

    def _seen(self, found: tuple[Offer, ...]) -> None:
        self.query_one(TargetRows).show(found)
        self._facts()

    @on(TargetRows.Moved)
    def _moved(self) -> None:
        self._facts()

    def _facts(self) -> None:
        """The disk that was chosen, or else the one under the cursor."""
        offer = self.chosen or self.query_one(TargetRows).current
        self.query_one("#facts", Note).put(told.disk(offer) if offer else "")

    @on(TargetRows.Chosen)
    def _take(self, message: TargetRows.Chosen) -> None:
        offer: Offer = message.item
        if offer.refusal:
            self._choose(None)
            self._say(offer.hint)
        else:
            self._choose(offer)

    def _choose(self, offer: Offer | None) -> None:
        self.chosen = offer
        self._say("")
        self._facts()
        self.query_one("#typed-name").display = offer is not None
        field = self.query_one("#name", Input)
        field.value = ""
        if offer is not None:
            field.focus()
        else:
            self.query_one("#targets").focus()

    @on(Input.Submitted, "#name")
    def _named(self, message: Input.Submitted) -> None:
        chosen = self.chosen
        if chosen is None:
            return
        request = WriteRequest(self.iso, chosen.target.device.path)
        self.ask(lambda: self._prepare(request, message.value), self._review, self._complain)

    def _prepare(self, request: WriteRequest, typed: str) -> tuple[WriteRequest, Prepared]:
        """In a thread: the plan, if that was the name."""
        prepared = write.prepare(self.host, request)
        write.confirm(prepared, typed)
        return request, prepared

    def _review(self, planned: tuple[WriteRequest, Prepared]) -> None:
        request, prepared = planned
        self._say("")
        job = Job("Live CD: write", "write it, for good", WRITE, request)
        self.when_on_top(lambda: self.open(PlanScreen(job, prepared.plan), self._reviewed))

    def _reviewed(self, written: bool | None) -> None:
        if written:
            self.when_on_top(self.dismiss)

    def _complain(self, error: SandboxError) -> None:
        self._say(str(error))

    def _say(self, text: str) -> None:
        self.query_one(".problem", Note).put(text)

    def action_back(self) -> None:
        """From the name to the disks, or out."""
        if self.chosen is not None:
            self._choose(None)
        else:
            self.dismiss()
