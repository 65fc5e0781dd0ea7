"""A failure at any step of a create is undone: at five steps, in a soak at each."""

from collections.abc import Callable, Sequence

import pytest

from tests import soak
from tests.kernel.engines import both_engines
from tests.kernel.killing import SETUPS, Planner, Trial, setups
from tests.kernel.lab import Lab, sh, state
from tui.backend import inventory
from tui.backend.errors import CommandFailed, PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.machine import RealHost
from tui.backend.sandboxes import perform, remove


class Failing(RealHost):
    """The real machine, on which the next program fails when it is told to."""

    failing = False

    def run(
        self,
        argv: Sequence[str],
        *,
        input: str | None = None,
        output: str | None = None,
        timeout: float | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> str:
        if self.failing:
            self.failing = False
            raise CommandFailed(f"{argv[0]}: made to fail")
        return super().run(argv, input=input, output=output, timeout=timeout, stop=stop)


@pytest.mark.only_no_udev
@pytest.mark.parametrize("setup", setups())
def test_create(lab: Lab, setup: str) -> None:
    trial = Trial(lab, setup)
    disk, before = trial.disk, trial.before
    host = Failing()
    make = lab.creation(lab.request(disk.origin, name="trial", **SETUPS[setup]))
    # a module that a failed attempt has loaded stays, and needs no step then
    for failing in soak.share(range(_steps(host, make)), 2, f"undo {setup}"):
        if failing >= _steps(host, make):
            break

        def listener(event: Event, failing: int = failing) -> None:
            if (event.index, event.phase) == (failing, Phase.STARTED):
                host.failing = True

        with pytest.raises(PlanFailed) as failure:
            perform.perform(host, make, listener=listener)
        assert failure.value.undone, failure.value
        if host.kind("/run/udev/control"):
            sh("udevadm", "settle")
        assert state() == before, f"failed at step {failing}"
    trial.untouched()
    trial.end()


def _steps(host: Failing, make: Planner) -> int:
    return len(make(inventory.read(host)).steps)


@both_engines
def test_stopping_between_steps_undoes(lab: Lab, engine: str) -> None:
    disk = lab.disk()
    before = state()
    make = lab.creation(lab.request(disk.origin, name="trial", engine=engine))
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 10

    with pytest.raises(PlanFailed) as failure:
        perform.perform(lab.host, make, stop=stop)
    assert failure.value.undone
    assert {**state(), "labels": 0} == {**before, "labels": 0}


@pytest.mark.only_no_udev
def test_a_loop_device_that_cannot_be_detached_is_said_and_recovered(lab: Lab) -> None:
    """Even a removal past its point of no return says what is left and how to clear it."""
    disk, host = lab.disk(), Failing()
    lab.create(disk.origin, name="trial")

    def listener(event: Event) -> None:
        if event.step.title.startswith("Detach") and event.phase is Phase.STARTED:
            host.failing = True

    with pytest.raises(PlanFailed) as failure:
        perform.perform(host, lambda now: remove.prepare(host, now, ("trial",)).plan, listener=listener)
    assert "recover" in failure.value.hint
    assert not failure.value.undone
    lab.recover()
    assert lab.sandboxes() == ()
