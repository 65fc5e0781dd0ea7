"""Who asks a plan to stop before its point of no return gets all of it undone, whenever that was."""

import threading
from pathlib import Path

import pytest

from tests.unit.practice_verbs import DIRECTORY, NAME, look, make
from tui.backend import execute, waiting
from tui.backend.command import command
from tui.backend.errors import PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.machine import RealHost
from tui.backend.plan import Plan, Step
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import remove


@pytest.mark.parametrize("options", [{"hash": True}, {"engine": "overlay"}, {"origin": DIRECTORY}])
def test_remove_is_undone_until_its_point_of_no_return(options: dict[str, object]) -> None:
    """Also when it is asked for during the last step before, a comparison that takes minutes."""
    host = PracticeHost()
    make(host, **options)
    plan = remove.prepare(host, look(host), (NAME,)).plan
    assert plan.commit is not None
    for last in range(plan.commit):
        asked = threading.Event()

        def listen(event: Event, last: int = last, asked: threading.Event = asked) -> None:
            if (event.index, event.phase) == (last, Phase.STARTED):
                asked.set()

        before = look(host).sandbox(NAME).mounts
        with pytest.raises(PlanFailed) as failure:
            execute.run(plan, host, listen, asked.is_set)
        assert failure.value.undone, last
        plain = [(mount.mountpoint, mount.options) for mount in look(host).sandbox(NAME).mounts]
        assert plain == [(mount.mountpoint, mount.options) for mount in before]
        assert look(host).sandbox(NAME).busy is None


@pytest.mark.parametrize("optional", [True, False])
def test_a_step_that_was_ended_because_all_shall_stop_is_not_forgiven(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optional: bool
) -> None:
    """A comparison may fail, and the removal goes on: but not when it failed because a stop was asked for."""
    monkeypatch.setattr(waiting, "GRACE", 0.1)
    done, asked = tmp_path / "done", threading.Event()
    steps = (
        Step("Begin", command("touch", str(tmp_path / "begun")), command("rm", str(tmp_path / "begun"))),
        Step("Compare", command("sleep", "600"), optional=optional),
        Step("Go on for good", command("touch", str(done))),
    )

    def listen(event: Event) -> None:
        if (event.index, event.phase) == (1, Phase.STARTED):
            asked.set()

    with pytest.raises(PlanFailed) as failure:
        execute.run(Plan("remove", "x", steps, commit=2), RealHost(), listen, asked.is_set)
    assert failure.value.undone
    assert not done.exists()
    assert not (tmp_path / "begun").exists()


def test_a_comparison_that_fails_by_itself_keeps_nothing(tmp_path: Path) -> None:
    steps = (
        Step("Compare", command("false"), optional=True),
        Step("Go on", command("touch", str(tmp_path / "done"))),
    )
    execute.run(Plan("remove", "x", steps, commit=1), RealHost())
    assert (tmp_path / "done").exists()


def test_past_the_point_of_no_return_it_goes_on(tmp_path: Path) -> None:
    asked = threading.Event()
    steps = (
        Step("Begin", command("true")),
        Step("For good", command("true")),
        Step("Go on", command("touch", str(tmp_path / "done"))),
    )

    def listen(event: Event) -> None:
        if event.index == 1:
            asked.set()

    execute.run(Plan("remove", "x", steps, commit=1), RealHost(), listen, asked.is_set)
    assert (tmp_path / "done").exists()
