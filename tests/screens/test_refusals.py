"""A plan that is refused ends in a dialog over the screen where it was asked for, and that in peace."""

from collections.abc import Callable

import pytest

from tests.screens.scenes import interrupted, sandboxed
from tests.screens.theatre import MIB, MOUNT, NAME, Stage, play
from tests.unit.practice_verbs import discard, hide, make
from tui.backend.practice import PracticeHost, events
from tui.screens.dialog import ErrorDialog
from tui.screens.help import HelpScreen
from tui.screens.plan import PlanScreen

Change = Callable[[PracticeHost], object]


def _busy(host: PracticeHost) -> int:
    return events.start(host.world, "bash", "works in", MOUNT)


def _gone(host: PracticeHost) -> object:
    return discard(host, NAME)


def _not_root(host: PracticeHost) -> None:
    host.world.root = False


def _no_memory(host: PracticeHost) -> None:
    host.world.taken = host.world.ram - 300 * MIB


def _name_taken(host: PracticeHost) -> object:
    return make(host, name=NAME)


def _unplugged(host: PracticeHost) -> object:
    return events.unplug(host.world, "sdb")


def _held(host: PracticeHost) -> None:
    host.locks.holder = "process 9, to create trial"


async def _focused(stage: Stage) -> None:
    assert stage.app.focused is not None, stage.where


async def _home_again(stage: Stage) -> None:
    for _ in range(8):
        await _focused(stage)
        if stage.where == "HomeScreen" and len(stage.app.screen_stack) == 2:
            return
        await stage.press("escape")
    raise AssertionError(stage.text())


@pytest.mark.parametrize("key", ["enter", "escape"])
@pytest.mark.parametrize("place", ["HomeScreen", "SandboxScreen"])
async def test_m_on_a_busy_sandbox_names_who_keeps_it_busy(place: str, key: str) -> None:
    async with play(sandboxed()) as stage:
        pid = _busy(stage.host)
        await stage.press("tab", *(("enter",) if place == "SandboxScreen" else ()), "m")
        dialog = stage.app.screen
        assert isinstance(dialog, ErrorDialog)
        assert f"process {pid} (bash, of user): works in {MOUNT}" in dialog.error.message
        assert "process 1000 (bash, of user)" in stage.text()
        assert "Nothing is killed or unmounted" in dialog.error.hint
        assert "End these first." in stage.text()
        await stage.press(key)
        assert stage.where == place
        await _focused(stage)


VERBS = {
    "unmount": ("tab", "m"),
    "remove": ("tab", "x", "enter"),
    "grow": ("tab", "g", "enter"),
    "create": ("n", "down", "enter", "enter", "enter"),
}
CHANGES = (_busy, _gone, _not_root, _no_memory, _unplugged, _held)


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("late", [False, True], ids=["while planning", "while reading"])
async def test_a_machine_that_changes_under_a_verb(verb: str, change: Change, late: bool) -> None:
    async with play(sandboxed()) as stage:
        keys = VERBS[verb]
        await stage.press(*keys[:-1])
        if late:
            await stage.press(keys[-1])
            change(stage.host)
            await stage.press("enter")
        else:
            change(stage.host)
            await stage.press(keys[-1])
        await _home_again(stage)
        stage.host.locks.holder = None
        await stage.tick(whole=True)
        await _home_again(stage)


async def test_a_name_that_was_taken_while_the_plan_was_read() -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter", "enter")
        _name_taken(stage.host)
        await stage.press("enter")
        assert stage.says(f"The name {NAME} is taken.")
        await _home_again(stage)


async def test_recover_that_is_refused_says_why_over_the_home_screen() -> None:
    async with play(interrupted()) as stage:
        events.start(stage.host.world, "bash", "works in", "/run/sandbox-tui/trial/mnt")
        stage.host.absent.add("dmsetup")
        await stage.press("r")
        assert stage.where == "ErrorDialog", stage.text()
        assert stage.says("dmsetup")
        await stage.press("enter")
        assert stage.where == "HomeScreen"


async def test_an_answer_waits_while_the_help_is_open() -> None:
    async with play(sandboxed()) as stage:
        _busy(stage.host)
        await stage.press("tab")
        await stage.pilot.press("m")
        stage.app.push_screen(HelpScreen((), {}))
        await stage.settle()
        assert stage.where == "HelpScreen"
        await stage.press("escape")
        assert stage.where == "ErrorDialog"
        assert [type(screen).__name__ for screen in stage.app.screen_stack[1:]] == [
            "HomeScreen",
            "ErrorDialog",
        ]


async def test_a_plan_waits_while_the_help_is_open() -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter")
        stage.app.screen.query_one("#options-page").submit()  # type: ignore[attr-defined]
        await stage.pilot.pause()
        await stage.pilot.press("f1")
        await stage.settle()
        if stage.where == "HelpScreen":
            await stage.press("escape")
        assert stage.where == "PlanScreen"
        await stage.press("escape")
        assert stage.where == "WizardScreen"


@pytest.mark.parametrize(
    "burst",
    [
        ("m", "escape", "escape", "q"),
        ("m", "enter", "enter", "enter"),
        ("enter", "escape", "escape", "escape"),
        ("x", "x", "x", "escape", "escape"),
        ("g", "g", "enter", "enter", "escape", "escape"),
        ("question_mark", "escape", "escape", "escape", "enter"),
        ("n", "n", "enter", "enter", "enter", "enter", "escape", "escape"),
    ],
)
@pytest.mark.parametrize("busy", [False, True])
async def test_keys_in_bursts(burst: tuple[str, ...], busy: bool) -> None:
    async with play(sandboxed()) as stage:
        if busy:
            _busy(stage.host)
        await stage.press("tab")
        for key in burst:
            stage.app.simulate_key(key)
        await stage.settle()
        if stage.app.is_running and not stage.app.leaving:
            await _home_again(stage)
            names = [type(screen).__name__ for screen in stage.app.screen_stack]
            assert names.count("HomeScreen") == 1


async def test_a_screen_below_another_closes_nothing() -> None:
    async with play(sandboxed()) as stage:
        await stage.press("tab", "enter", "question_mark")
        sandbox = stage.app.screen_stack[-2]
        sandbox.dismiss()
        await stage.settle()
        assert stage.where == "HelpScreen"
        await stage.press("escape", "escape")
        sandbox.dismiss()
        await stage.settle()
        assert stage.where == "HomeScreen"


async def test_a_sandbox_that_goes_while_its_help_is_open() -> None:
    async with play(sandboxed()) as stage:
        await stage.press("tab", "enter", "question_mark")
        _gone(stage.host)
        await stage.tick()
        assert stage.where == "HelpScreen"
        await stage.press("escape")
        assert stage.where == "HomeScreen"
        await _focused(stage)


async def test_errors_in_workers_of_a_plan_are_sentences() -> None:
    async with play(sandboxed()) as stage:
        stage.host.uses = None  # type: ignore[assignment,method-assign]
        await stage.press("tab", "m")
        assert isinstance(stage.app.screen, ErrorDialog)
        assert not any(isinstance(screen, PlanScreen) for screen in stage.app.screen_stack)
        await stage.press("escape")
        assert stage.where == "HomeScreen"


async def test_a_reading_that_fails_is_said_once_and_the_old_one_is_called_old() -> None:
    async with play(sandboxed()) as stage:
        memory = stage.host.memory
        stage.host.memory = None  # type: ignore[assignment,method-assign]
        await stage.tick()
        assert stage.where == "ErrorDialog"
        await stage.press("enter")
        await stage.tick()
        assert stage.where == "HomeScreen"
        assert stage.says("What is shown here is old")
        stage.host.memory = memory  # type: ignore[method-assign]
        await stage.tick()
        assert not stage.says("What is shown here is old")


@pytest.mark.parametrize("key", ["g", "m", "x"])
async def test_a_foreign_sandbox_is_explained(key: str) -> None:
    """One of another mount namespace: every key that would change it says who holds it."""
    host = sandboxed()
    hide(host, NAME)
    before = host.snapshot()
    async with play(host) as stage:
        await stage.press("tab")
        await stage.press(key)
        assert stage.where == "ErrorDialog"
        assert "is foreign: process 4711 (bash) holds it" in stage.text().replace("\n", " ")
        await stage.press("escape")
        await _home_again(stage)
    assert host.snapshot() == before
