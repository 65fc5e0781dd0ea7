"""A plan: first to be read, then running, then done or undone. The same for every verb."""

import threading
from collections.abc import Sequence
from enum import Enum
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import ContentSwitcher, Footer, Static

from tui.backend import plan_changes
from tui.backend.errors import SandboxError
from tui.backend.execute import Event
from tui.backend.plan import Plan
from tui.backend.present import results
from tui.backend.sandboxes.perform import PlanChanged
from tui.backend.text import clean
from tui.backend.verbs import change
from tui.screens.face import FaceScreen
from tui.screens.job import Job, settle
from tui.widgets.lines import Note
from tui.widgets.steps import StepItem, StepRows
from tui.widgets.topline import TopLine

_CHANGED = "The machine has changed since you read the plan. This is the new one; the difference:"


class Stage(Enum):
    """How far things are."""

    PLANNING = "planning"
    REVIEW = "review"
    RUNNING = "running"
    ENDED = "ended"


class PlanScreen(FaceScreen[bool]):
    """Shows a job's plan as the script that it is; runs it when people agree. True when done."""

    HELP = (
        "What is written here is exactly what will be run: the same lines in a file, run by sh, do the "
        "same. Nothing has been touched yet.\n\n"
        "While it runs, each step ticks off. If one fails, those before it are taken back, last first."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "agree", "Run it", key_display="Enter", id="plan-run", tooltip="Run these commands."
        ),
        Binding("escape", "back", "Back", key_display="Esc", tooltip="Go back; nothing is touched."),
        Binding("escape", "stop", "Stop", key_display="Esc", tooltip="Stop before the next step and undo."),
        Binding("enter,escape", "leave", "Go on", key_display="Enter", tooltip="Go on."),
    ]

    def __init__(self, job: Job[Any], plan: Plan | None = None, *, place: str = "") -> None:
        super().__init__()
        self.job, self.plan, self.place = job, plan, place
        self.stage = Stage.PLANNING
        self.worked = self.seen = False
        self.stopping = threading.Event()
        self._told: tuple[object, ...] = ()

    def compose(self) -> ComposeResult:
        """The script, the steps in its place later, and what to say below."""
        yield TopLine(self.place or self.job.title)
        yield Note(id="notes")
        with ContentSwitcher(initial="script-box", id="stages"):
            with VerticalScroll(id="script-box", classes="frame"):
                yield Static("", id="script", markup=False)
            yield StepRows(id="steps", classes="frame")
        yield Note(id="outcome")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Make the plan unless it came along."""
        self.query_one("#script-box").border_title = "What will be run"
        self.query_one("#steps").border_title = "Steps"
        self.top_line()
        if self.plan is None:
            self.prepare()
        else:
            self._review(self.job, self.plan)

    def prepare(self, before: Plan | None = None) -> None:
        """Plan from the machine of now; above the plan is said what is not as in the one `before`."""
        self.stage = Stage.PLANNING
        self.query_one("#outcome", Note).put("Planning ...")
        self.ask(
            lambda: settle(self.host, self.job),
            lambda settled: self._review(*settled, before),
            self._refused,
            group="plan",
        )

    def _refused(self, error: SandboxError) -> None:
        """Back to where the verb was started, with the reason above that."""
        self.when_on_top(lambda: self._give_up(error))

    def _give_up(self, error: SandboxError) -> None:
        self.dismiss(False)
        self.face.complain(error)

    def _review(self, job: Job[Any], plan: Plan, before: Plan | None = None) -> None:
        self.job, self.plan, self.stage = job, plan, Stage.REVIEW
        self.seen = False
        self.call_after_refresh(self._was_seen)
        if not plan.steps:
            self._end(("There is nothing to do.",), worked=True)
            return
        why = () if before is None else (_CHANGED, *plan_changes.lines(before, plan))
        self.query_one("#notes", Note).put("\n".join((*why, *plan.notes)))
        self.query_one("#script", Static).update(_script(plan))
        self.query_one(ContentSwitcher).current = "script-box"
        self.query_one("#script-box").focus()
        self.query_one("#outcome", Note).put(f"Nothing has been touched yet. Enter: {self.job.agree}.")
        self.refresh_bindings()

    def _was_seen(self) -> None:
        self.seen = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Which keys make sense at which stage."""
        stages = {"agree": Stage.REVIEW, "stop": Stage.RUNNING, "leave": Stage.ENDED}
        if action == "back":
            return self.stage in (Stage.REVIEW, Stage.PLANNING)
        return self.stage is stages[action] if action in stages else True

    def action_back(self) -> None:
        """Nothing was touched."""
        self.dismiss(False)

    def action_leave(self) -> None:
        """It is over."""
        self.dismiss(self.worked)

    def action_stop(self) -> None:
        """Ask the running plan to stop and undo."""
        self.stopping.set()
        self.query_one("#outcome", Note).put(
            "Stopping as soon as that can be, unless there is no way back any more ..."
        )

    def on_leaving(self) -> None:
        """Say so at once: the running step may take its time."""
        if self.stage is Stage.RUNNING:
            self.query_one("#outcome", Note).put(
                "Leaving as soon as that can be: the running step ends, then what was done is taken back ..."
            )

    def action_agree(self) -> None:
        """Run what is shown, nothing else."""
        plan = self.plan
        if plan is None or not self.seen:
            return  # Enter was pressed before this plan was on the screen
        self.stage = Stage.RUNNING
        self.stopping.clear()  # a stop may have been asked for while the plan was made again
        steps = self.query_one(StepRows)
        steps.show(
            [StepItem(n, step.title, step.shell().split("\n")[0]) for n, step in enumerate(plan.steps)]
        )
        self.query_one(ContentSwitcher).current = "steps"
        steps.focus()
        self.query_one(TopLine).go(f"{plan.verb} {plan.name}")
        self.query_one("#notes", Note).put("")
        self.query_one("#outcome", Note).put("Running ...")
        self.refresh_bindings()
        self.ask(
            lambda: self._perform(plan),
            lambda said: self._end(said, worked=True),
            self._failed,
            group="perform",
        )

    def _perform(self, plan: Plan) -> tuple[str, ...]:
        """In a thread."""
        host, face = self.host, self.face
        with face.changing:
            if face.leaving:
                return ()
            stop = lambda: self.stopping.is_set() or face.leaving  # noqa: E731
            verb, request = self.job.verb, self.job.request
            result = change.run(host, verb, request, shown=plan, listener=self._progress, stop=stop)
        return (*results.sentences(result), self.job.then)

    def _progress(self, event: Event) -> None:
        """In a thread: pass it on."""
        percent = None if event.fraction is None else int(event.fraction * 100)
        if (event.index, event.phase, percent) != self._told:
            self._told = (event.index, event.phase, percent)
            self._deliver(lambda: self._tick(event, percent), False)

    def _tick(self, event: Event, percent: int | None) -> None:
        steps = self.query_one(StepRows)
        items: Sequence[StepItem] = steps.items
        changed = [
            StepItem(item.number, item.title, item.command, event.phase, percent)
            if item.number == event.index
            else item
            for item in items
        ]
        steps.show(changed)
        steps.cursor = event.index

    def _failed(self, error: SandboxError) -> None:
        self.face.read_soon()
        if isinstance(error, PlanChanged):
            self.prepare(self.plan)
            return
        self._end((error.message, error.hint), worked=False)

    def _end(self, said: tuple[str, ...], *, worked: bool) -> None:
        self.stage, self.worked = Stage.ENDED, worked
        self.face.read_soon()
        outcome = self.query_one("#outcome", Note)
        outcome.set_class(worked, "-worked")
        outcome.set_class(not worked, "-failed")
        outcome.put("\n".join(line for line in said if line))
        self.refresh_bindings()


def _script(plan: Plan) -> Text:
    """The script, its comments standing back a little."""
    text = Text()
    for line in plan.script().removesuffix("\n").split("\n"):
        text.append(clean(line) + "\n", "bold" if line.startswith("#") else "")
    return text
