"""The plan that is run is the plan that was shown, on machines whose free memory never keeps still."""

import pytest

from tests.moving_host import MovingHost
from tests.screens.theatre import MIB, Stage, play
from tests.unit.practice_verbs import IMAGE, make
from tui.backend.inventory import sandboxes
from tui.screens.plan import PlanScreen
from tui.widgets.choices import ChoiceRows

SMALL, LARGE = 1 << 30, 24 << 30
"""Bytes of RAM: less than the disk has, and more."""
OFFERS = ("", "256M", "10%origin", "25%ram", "max")


def _machine(ram: int) -> MovingHost:
    host = MovingHost()
    host.world.ram, host.world.taken = ram, ram // 4
    return host


async def _size_page(stage: Stage, origin: str) -> ChoiceRows:
    await stage.press("n", "tab")
    stage.app.screen.query_one("#origin").value = origin  # type: ignore[attr-defined]
    await stage.press("enter")
    return stage.app.screen.query_one("#sizes", ChoiceRows)


async def _run(stage: Stage) -> None:
    """Enter once; what was shown is what was run."""
    screen = stage.app.screen
    assert isinstance(screen, PlanScreen), stage.text()
    assert screen.plan is not None
    steps = {step.shell() for step in screen.plan.steps}
    await stage.press("enter")
    assert not stage.says("has changed"), stage.text()
    assert stage.says("ready:") or stage.says("more room"), stage.text()
    assert steps == {step.shell() for step in screen.plan.steps}


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer or "usual")
@pytest.mark.parametrize("ram", [SMALL, LARGE])
@pytest.mark.parametrize("origin", ["/dev/sdb1", IMAGE, "/home/user"])
async def test_every_offer_of_the_wizard(origin: str, ram: int, offer: str) -> None:
    async with play(_machine(ram)) as stage:
        rows = await _size_page(stage, origin)
        if not any(choice.value == offer and choice.possible for choice in rows.items):
            pytest.skip("not offered for this origin on this machine")
        rows.go_to(offer)
        await stage.tick()
        assert rows.current is not None
        shown = rows.current.size or 0
        await stage.press("enter")
        await stage.tick()
        await stage.press("enter")
        await stage.tick()
        await _run(stage)
        (made,) = sandboxes.read(stage.host)
        assert made.record is not None
        assert 0 <= made.record.size - shown < 64 * 1024  # whole chunks


@pytest.mark.parametrize(
    ("origin", "size"),
    [
        *(
            (origin, size)
            for origin in ("/dev/sdb1", IMAGE, "/home/user")
            for size in ("", "+20%ram", "25%ram")
        ),
        ("/dev/sdb1", "5%origin"),
        (IMAGE, "50%origin"),
        (IMAGE, "max"),
    ],
)
async def test_every_growth(origin: str, size: str) -> None:
    host = _machine(LARGE)
    make(host, origin=origin)
    async with play(host) as stage:
        await stage.press("tab", "g")
        if size:
            await stage.press("tab")
            stage.app.screen.query_one("#size").value = size  # type: ignore[attr-defined]
        await stage.tick()
        await stage.press("enter")
        await stage.tick()
        await _run(stage)


async def test_memory_that_has_gone_is_said_with_the_numbers() -> None:
    async with play(_machine(LARGE)) as stage:
        await _size_page(stage, "/home/user")
        await stage.press("enter", "enter")
        before = stage.host.snapshot()
        stage.host.world.taken = stage.host.world.ram - 200 * MIB
        await stage.press("enter")
        assert stage.says("of RAM are wanted, but only")
        stage.host.world.taken = LARGE // 4
        assert stage.host.snapshot() == before


async def test_another_machine_shows_what_is_different_and_needs_a_new_enter() -> None:
    async with play(_machine(LARGE), size=(100, 40)) as stage:
        await _size_page(stage, "/dev/sdb1")
        await stage.press("enter", "enter")
        stage.host.world.installed.discard("dm_snapshot")
        before = stage.host.snapshot()
        await stage.press("enter")
        assert stage.says("The machine has changed since you read the plan")
        assert stage.says("- ")
        assert stage.says("+ ")
        assert stage.host.snapshot() == before
        await stage.press("enter")
        assert stage.says("ready:")


async def test_enter_typed_ahead_does_not_run_a_plan_that_was_not_seen() -> None:
    async with play(_machine(LARGE)) as stage:
        await _size_page(stage, "/dev/sdb1")
        await stage.press("enter", "enter")
        screen = stage.app.screen
        assert isinstance(screen, PlanScreen)
        assert screen.plan is not None
        before = stage.host.snapshot()
        screen._review(screen.job, screen.plan, screen.plan)
        screen.action_agree()
        await stage.settle()
        assert stage.host.snapshot() == before
        await _run(stage)
