"""The wizard: three pages, then the plan."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import ContentSwitcher, Footer

from tui.backend import inventory, sizes
from tui.backend.errors import Refused, SandboxError
from tui.backend.inventory.origins import Origin
from tui.backend.plan import Plan
from tui.backend.sandboxes import engine
from tui.backend.sandboxes.request import CreateRequest
from tui.screens import jobs
from tui.screens.chrome import top_line
from tui.screens.face import FaceScreen
from tui.screens.plan import PlanScreen
from tui.screens.reading import Reading
from tui.screens.wizard.options import OptionsPage
from tui.screens.wizard.origin import OriginPage
from tui.screens.wizard.page import Page
from tui.screens.wizard.size import SizePage
from tui.widgets.topline import TopLine

PAGES = ("origin-page", "size-page", "options-page")
_TITLES = ("New: 1 origin", "New: 2 size", "New: 3 options", "New: 4 review")


class WizardScreen(FaceScreen[bool]):
    """Asks, and hands the plan over for review. True when a sandbox was made."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Next", key_display="Enter", tooltip="Go on to the next page."),
        Binding("tab", "app.focus_next", "Next field", key_display="Tab", tooltip="Go to the next field."),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Go back; nothing is changed."),
    ]

    def __init__(self, origin: str = "") -> None:
        super().__init__()
        self.wanted = origin
        self.origin: Origin | None = None
        self.size_text = ""

    def compose(self) -> ComposeResult:
        """All pages, one of them seen."""
        yield TopLine(_TITLES[0])
        with ContentSwitcher(initial=PAGES[0]):
            yield OriginPage(id=PAGES[0])
            yield SizePage(id=PAGES[1])
            yield OptionsPage(id=PAGES[2])
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """With an origin in hand, the first page answers itself."""
        top_line(self)
        self._go(0)
        if self.wanted:
            self.query_one(OriginPage).preselect(self.wanted)
            self._find(self.wanted)

    @property
    def page(self) -> Page:
        """The page that is seen."""
        return self.query_one(f"#{self.query_one(ContentSwitcher).current}", Page)

    @property
    def number(self) -> int:
        """Its number from 0."""
        return PAGES.index(self.page.id or PAGES[0])

    def on_reading(self, reading: Reading) -> None:
        """Devices come and go, memory too."""
        top_line(self)
        self.page.follow(reading)

    def _go(self, number: int) -> None:
        self.query_one(ContentSwitcher).current = PAGES[number]
        self.query_one(TopLine).go(_TITLES[number])
        self.page.say("")
        if self.face.reading is not None:
            self.page.enter(self.face.reading)

    def action_back(self) -> None:
        """One page back, or out."""
        if self.number:
            self._go(self.number - 1)
        else:
            self.dismiss(False)

    def action_next(self) -> None:
        """Enter, where the focused field has no use for it."""
        self.page.submit()

    @on(Page.Next, "#origin-page")
    def _origin(self, message: Page.Next) -> None:
        self._find(message.value)

    def _find(self, text: str) -> None:
        host = self.host
        self.ask(lambda: engine.usual(host, inventory.read(host), text), self._found, self._complain)

    def _found(self, found: tuple[Origin, str]) -> None:
        origin, usual = found
        if origin.refusal:
            self._complain(
                Refused(f"{origin.path} cannot be an origin: {origin.refusal}.", "Choose one that is ready.")
            )
            return
        self.origin = self.query_one(SizePage).origin = origin
        self.query_one(SizePage).engine = usual
        if self.face.reading is not None:
            self.query_one(OptionsPage).prepare(origin, self.face.reading)
        self._go(1)

    @on(Page.Next, "#size-page")
    def _sized(self, message: Page.Next) -> None:
        self.size_text = message.value
        self._go(2)

    @on(Page.Next, "#options-page")
    def _options(self) -> None:
        if self.origin is None:
            return
        try:
            size = sizes.parse(self.size_text) if self.size_text else None
            base = CreateRequest(self.origin.path, self.host.now(), size=size)
            request = self.query_one(OptionsPage).request(base)
        except SandboxError as error:
            self._complain(error)
            return
        job = jobs.Create(_TITLES[3], "make the sandbox", request=request)
        self.ask(
            lambda: job.plan(self.host, inventory.read(self.host)),
            lambda plan: self._review(job, plan),
            self._complain,
        )

    def _complain(self, error: SandboxError) -> None:
        self.page.complain(error)

    def _review(self, job: jobs.Job, plan: Plan) -> None:
        self.page.say("")
        self.app.push_screen(PlanScreen(job, plan), self._reviewed)

    def _reviewed(self, made: bool | None) -> None:
        if made:
            self.dismiss(True)
