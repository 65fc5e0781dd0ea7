"""A failure at any step of a create is undone."""

from collections.abc import Sequence

import pytest

from tests.kernel.lab import Lab, sh, state
from tests.kernel.test_kill import SETUPS, prepared
from tui.backend import inventory
from tui.backend.errors import CommandFailed, PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.machine import RealHost
from tui.backend.sandboxes import perform


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
    ) -> str:
        if self.failing:
            self.failing = False
            raise CommandFailed(f"{argv[0]}: made to fail")
        return super().run(argv, input=input, output=output, timeout=timeout)


@pytest.mark.only_no_udev
@pytest.mark.parametrize("setup", SETUPS)
def test_create(lab: Lab, setup: str) -> None:
    disk = prepared(lab, setup)
    digest, before = disk.digest(), state()
    host = Failing()
    make = lab.creation(lab.request(disk.origin, name="trial", **SETUPS[setup]))
    steps = len(make(inventory.read(host)).steps)
    for failing in range(steps):

        def listener(event: Event, failing: int = failing) -> None:
            if (event.index, event.phase) == (failing, Phase.STARTED):
                host.failing = True

        with pytest.raises(PlanFailed) as failure:
            perform.perform(host, make, listener=listener)
        assert failure.value.undone, failure.value
        if host.kind("/run/udev/control"):
            sh("udevadm", "settle")
        assert state() == before, f"failed at step {failing}"
    if setup != "image on tmpfs":
        lab.remove("bystander")
    assert disk.digest() == digest


def test_stopping_between_steps_undoes(lab: Lab) -> None:
    disk = lab.disk()
    before = state()
    make = lab.creation(lab.request(disk.origin, name="trial"))
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 10

    with pytest.raises(PlanFailed) as failure:
        perform.perform(lab.host, make, stop=stop)
    assert failure.value.undone
    assert {**state(), "labels": 0} == {**before, "labels": 0}


@pytest.mark.only_no_udev
def test_a_store_that_cannot_be_unmounted_is_said_and_recovered(lab: Lab) -> None:
    """Even a removal past its point of no return says what is left and how to clear it."""
    disk = lab.disk()
    box = lab.create(disk.origin, name="trial")
    with open(f"/run/sandbox-tui/{box.name}/store/held", "w"), pytest.raises(PlanFailed) as failure:
        lab.remove("trial")
    assert "recover" in failure.value.hint
    assert not failure.value.undone
    lab.recover()
    assert lab.sandboxes() == ()
