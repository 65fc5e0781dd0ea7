"""How much more RAM a sandbox shall have."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Footer, Input

from tui.backend import sizes
from tui.backend.errors import SandboxError
from tui.backend.plan import Plan
from tui.backend.present import numbers
from tui.backend.sandboxes import engines, memory
from tui.backend.verbs.grow import GROW, GrowRequest
from tui.screens.face import FaceScreen
from tui.screens.job import Job, settle
from tui.screens.plan import PlanScreen
from tui.screens.reading import Reading
from tui.widgets.choices import Choice, ChoiceRows
from tui.widgets.fields import TextField
from tui.widgets.lines import Note
from tui.widgets.topline import TopLine

_OFFERS = (
    Choice("+128M", "a little more", "+128 MiB", "to finish what is under way"),
    Choice("+512M", "more", "+512 MiB", "for some more packages or files"),
    Choice("+2G", "much more", "+2 GiB", "for an upgrade of a whole system"),
    Choice("max", "cannot overflow", "max", "room for a change of every block of the origin"),
)


class GrowScreen(FaceScreen[None]):
    """A few sizes to choose from, or one typed."""

    HELP = (
        "A sandbox can be given more RAM while it is mounted and written to; nothing in it is touched. One "
        "of blocks that is FULL is unmounted for it and made again, with all that was saved; what could "
        "not be saved any more is lost then, so copy it first. It can never be made smaller.\n\n"
        "Write +512M to add to what there is, 2GiB for a whole size, or max for one that cannot overflow."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Next", key_display="Enter", tooltip="Show the plan."),
        Binding("tab", "app.focus_next", "Other field", key_display="Tab"),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Go back; nothing is changed."),
    ]

    def __init__(self, name: str) -> None:
        super().__init__()
        self.sandbox_name = name

    def compose(self) -> ComposeResult:
        """Choices above, a field below."""
        yield TopLine(f"Grow {self.sandbox_name}")
        yield Note(id="facts")
        yield ChoiceRows(_OFFERS, id="offers", classes="frame")
        with Vertical(id="typed", classes="frame"):
            yield TextField("or type: +512M, 2GiB, 50%origin, max", id="size")
        yield Note(id="problem")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Titles, and what is known now."""
        self.query_one("#offers").border_title = "More room"
        self.query_one("#typed").border_title = "Or type a size"
        self._facts()
        self.query_one("#offers").focus()

    def on_reading(self, reading: Reading) -> None:  # noqa: ARG002
        """It may fill meanwhile."""
        self._facts()

    def _facts(self) -> None:
        self.top_line()
        reading = self.face.reading
        sandbox = reading.find(self.sandbox_name) if reading else None
        if reading is None or sandbox is None:
            self.query_one("#facts", Note).put(f"{self.sandbox_name} is not there any more.")
            return
        self.query_one("#offers", ChoiceRows).show(
            [offer for offer in _OFFERS if offer.value != "max" or engines.of(sandbox.engine).bounded]
        )
        gauge = reading.gauge(sandbox)
        free = memory.free(reading.inventory.memory, reading.inventory.sandboxes)
        self.query_one("#facts", Note).put(
            f"It has used {gauge.amount} ({numbers.percent(gauge.fill)}).\n"
            f"{sizes.show(free)} of RAM can still be promised."
        )

    @on(ChoiceRows.Chosen)
    def _chosen(self, message: ChoiceRows.Chosen) -> None:
        self._plan(message.item.value)

    @on(Input.Submitted)
    def _typed(self, message: Input.Submitted) -> None:
        if message.value.strip():
            self._plan(message.value.strip())

    def action_back(self) -> None:
        """Nothing is changed."""
        self.dismiss()

    def _plan(self, size: str) -> None:
        name = self.sandbox_name
        job = Job(f"Grow {name}", "grow it", GROW, GrowRequest(name, size))
        self.ask(lambda: settle(self.host, job), lambda settled: self._review(*settled), self._refused)

    def _refused(self, error: SandboxError) -> None:
        self.query_one("#problem", Note).put(str(error))

    def _review(self, job: Job[GrowRequest], plan: Plan) -> None:
        self.query_one("#problem", Note).put("")
        self.when_on_top(lambda: self.open(PlanScreen(job, plan), self._reviewed))

    def _reviewed(self, grown: bool | None) -> None:
        if grown:
            self.when_on_top(self.dismiss)
