"""The walk to a Live CD: three pages, then the plan, then the ISO."""

from dataclasses import dataclass
from typing import Any

from textual import on

from tui.backend.errors import NotFound, Refused, SandboxError
from tui.backend.host import Host
from tui.backend.livecd import iso_file, kernel, kernel_fetch, roots
from tui.backend.livecd.request import BuildRequest
from tui.backend.livecd.roots import Root
from tui.backend.plan import Plan
from tui.backend.verbs.livecd_build import BUILD, FETCH
from tui.screens.job import Job, settle
from tui.screens.livecd.medium import MediumScreen
from tui.screens.livecd.options import OptionsPage
from tui.screens.livecd.places import absolute, suggest
from tui.screens.livecd.root import RootPage
from tui.screens.livecd.way import WayPage
from tui.screens.plan import PlanScreen
from tui.screens.wizard.page import Page
from tui.screens.wizard.walk import WalkScreen

_REVIEW = "Live CD: 4 review"
_FETCH = "Live CD: fetch a kernel"
_BOOT = "Enter: boot it, or write it to a stick."
_ON = "Enter: on with the Live CD."


class LiveCdScreen(WalkScreen):
    """Asks, hands the plan over for review, and shows the ISO that was made."""

    PAGES = (
        ("Live CD: 1 root", RootPage),
        ("Live CD: 2 way and size", WayPage),
        ("Live CD: 3 options", OptionsPage),
    )

    def __init__(self) -> None:
        super().__init__()
        self.base = BuildRequest("", "")

    @on(Page.Next, "#live-root")
    def _root(self, message: Page.Next) -> None:
        path, host = absolute(message.value), self.host
        self.page.say("Looking ...")
        self.ask(lambda: _look(host, path), self._found, self.complain)

    def _found(self, found: "_Found | str") -> None:
        self.page.say("")
        if isinstance(found, str):
            self._show(found)
            return
        self.base = BuildRequest(found.root.path, found.output)
        self.query_one(WayPage).take(found.root)
        self.query_one(OptionsPage).take(found.output, found.kernel, usable=found.usable)
        self.go(1)

    def _show(self, iso: str) -> None:
        """The ISO, in the place of the walk to it."""
        self.when_on_top(lambda: self.app.switch_screen(MediumScreen(iso)))

    @on(Page.Next, "#live-way")
    def _way(self) -> None:
        try:
            self.query_one(WayPage).request(self.base)
        except SandboxError as error:
            self.complain(error)
        else:
            self.go(2)

    @on(Page.Next, "#live-options")
    def _options(self) -> None:
        self.page.say("Planning ...")
        request = self.query_one(OptionsPage).request(self.query_one(WayPage).request(self.base))
        self.ask(lambda: self._plan(request), self._review, self.complain)

    def _plan(self, request: BuildRequest) -> tuple[Job[Any], Plan]:
        """In a thread: the job, or the one that must come before it."""
        if request.fetch_kernel and kernel_fetch.fetched(self.host) is None:
            return settle(self.host, Job(_FETCH, "have it downloaded", FETCH, None, _ON))
        return settle(self.host, Job(_REVIEW, "make the ISO", BUILD, request, _BOOT))

    def _review(self, planned: tuple[Job[Any], Plan]) -> None:
        self.page.say("")
        job, plan = planned
        shown = PlanScreen(job, plan)
        self.when_on_top(lambda: self.open(shown, lambda made: self._reviewed(job, made=bool(made))))

    def _reviewed(self, job: Job[Any], *, made: bool) -> None:
        if not made:
            return
        if job.verb is BUILD:
            self._show(job.request.output)
        else:
            self.when_on_top(self._options)


@dataclass(frozen=True, slots=True)
class _Found:
    """A root, a path for its ISO, and what there is to say about the running kernel."""

    root: Root
    output: str
    kernel: str
    usable: bool


def _look(host: Host, path: str) -> _Found | str:
    """What a path names: a root, or an ISO (its path)."""
    try:
        return iso_file.find(host, path).path
    except (NotFound, Refused):
        pass  # then it is a root, or what follows tells why not
    root = roots.find(host, path)
    output = suggest(host, root.path)
    try:
        found = kernel.find(host, None, None)
    except SandboxError as error:
        return _Found(root, output, f"{error.message} {error.hint}", usable=False)
    return _Found(root, output, f"The running kernel is {found.release}.", usable=True)
