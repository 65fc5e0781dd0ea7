"""The whole round on the practice host, for every kind of sandbox."""

import pytest

from tests.unit.practice_verbs import (
    CASES,
    NAME,
    Case,
    discard,
    discard_proven,
    enlarge,
    look,
    make,
    same,
    sandbox,
)
from tui.backend.kernel.dm_status import Health
from tui.backend.practice import PracticeHost, events

cases = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
partitions = [case for case in CASES if case.id != "whole disk"]


@cases
def test_round_leaves_nothing(case: Case) -> None:
    host = PracticeHost(case.machine())
    before = host.snapshot()
    make(host, **case.request)
    made = sandbox(host)
    assert made.status.health is Health.ACTIVE
    assert not made.interrupted
    assert bool(made.mounts) is ("no_mount" not in case.request and case.id != "whole disk")
    shown = discard_proven(host)
    assert look(host).sandboxes == ()
    assert shown.sentence.startswith(f"{shown.origin} is untouched")
    same(host, before)


@cases
def test_second_round_is_like_the_first(case: Case) -> None:
    host = PracticeHost(case.machine())
    first = make(host, **case.request)
    discard(host)
    between = host.snapshot()
    stays = {
        f"Load the kernel's {what}" for what in ("snapshot target", "overlayfs", "module of devices in RAM")
    }
    again = [step.title for step in make(host, **case.request).steps]
    assert again == [step.title for step in first.steps if step.title not in stays]
    discard(host)
    same(host, between)


@pytest.mark.parametrize("case", [case for case in CASES if case.grows], ids=lambda case: case.id)
def test_grow_keeps_what_is_in_it(case: Case) -> None:
    host = PracticeHost(case.machine())
    before = host.snapshot()
    make(host, **case.request)
    events.write(host.world, NAME, 100 << 20)
    old = sandbox(host).status
    enlarge(host)
    new = sandbox(host).status
    assert new.used == old.used
    assert new.total is not None
    assert old.total is not None
    assert new.total - old.total >= 64 << 20
    assert events.write(host.world, NAME, new.total - (110 << 20))
    assert sandbox(host).status.health is Health.ACTIVE
    discard(host)
    same(host, before)


@pytest.mark.parametrize("case", partitions, ids=lambda case: case.id)
def test_two_at_once(case: Case) -> None:
    host = PracticeHost(case.machine())
    before = host.snapshot()
    make(host, name="other", **case.beside)
    make(host, **({"origin": "/dev/sdb1"} | case.request))
    assert [found.name for found in look(host).sandboxes] == ["other", NAME]
    discard(host, "other")
    assert not sandbox(host).interrupted
    discard(host)
    same(host, before)


def test_origin_sees_no_write() -> None:
    host = PracticeHost()
    make(host)
    writes = host.read("/sys/class/block/sdb1/stat")
    events.write(host.world, NAME, 50 << 20)
    assert host.read("/sys/class/block/sdb1/stat") == writes
    assert host.memory().available < PracticeHost().memory().available - (50 << 20)
