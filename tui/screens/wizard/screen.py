"""The wizard: three pages, then the plan."""

from textual import on

from tui.backend import inventory, origins, sizes
from tui.backend.errors import Refused, SandboxError
from tui.backend.origins import Origin
from tui.backend.plan import Plan
from tui.backend.sandboxes import choice
from tui.backend.sandboxes.choice import Usual
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.verbs.create import CREATE
from tui.screens.job import Job, settle
from tui.screens.plan import PlanScreen
from tui.screens.wizard.options import OptionsPage
from tui.screens.wizard.origin import OriginPage
from tui.screens.wizard.page import Page
from tui.screens.wizard.size import SizePage
from tui.screens.wizard.walk import WalkScreen

_REVIEW = "New: 4 review"


class WizardScreen(WalkScreen):
    """Asks, and hands the plan over for review. True when a sandbox was made."""

    PAGES = (("New: 1 origin", OriginPage), ("New: 2 size", SizePage), ("New: 3 options", OptionsPage))

    def __init__(self, origin: str = "") -> None:
        super().__init__()
        self.wanted = origin
        self.origin: Origin | None = None
        self.size_text = ""

    def begin(self) -> None:
        """With an origin in hand, the first page answers itself."""
        if self.wanted:
            self.query_one(OriginPage).preselect(self.wanted)
            self._find(self.wanted)

    @on(Page.Next, "#origin-page")
    def _origin(self, message: Page.Next) -> None:
        self._find(message.value)

    def _find(self, text: str) -> None:
        host = self.host
        self.ask(
            lambda: choice.usual(host, inventory.read(host), text), self._found, self.complain, group="find"
        )

    def _found(self, usual: Usual) -> None:
        origin = usual.origin
        try:
            origins.usable(origin, "Choose one that is ready.")
        except Refused as refusal:
            self.complain(refusal)
            return
        self.origin, self.query_one(SizePage).kind = origin, usual
        if self.face.reading is not None:
            self.query_one(OptionsPage).prepare(origin, self.face.reading)
        self.go(1)

    @on(Page.Next, "#size-page")
    def _sized(self, message: Page.Next) -> None:
        self.size_text = message.value
        self.go(2)

    @on(Page.Next, "#options-page")
    def _options(self) -> None:
        if self.origin is None:
            return
        try:
            size = sizes.parse(self.size_text) if self.size_text else None
            base = CreateRequest(self.origin.path, size=size)
            request = self.query_one(OptionsPage).request(base)
        except SandboxError as error:
            self.complain(error)
            return
        job = Job(_REVIEW, "make the sandbox", CREATE, request)
        self.ask(lambda: settle(self.host, job), lambda settled: self._review(*settled), self.complain)

    def _review(self, job: Job[CreateRequest], plan: Plan) -> None:
        self.page.say("")
        self.when_on_top(lambda: self.open(PlanScreen(job, plan), self._reviewed))

    def _reviewed(self, made: bool | None) -> None:
        if made:
            self.when_on_top(lambda: self.dismiss(True))
