"""What was planned is planned again, byte for byte, while the free memory goes up and down."""

from dataclasses import replace

import pytest

from tests.moving_host import MovingHost
from tests.unit.practice_verbs import CASES, NAME, Case, look, make
from tui.backend import sizes
from tui.backend.errors import Refused, UsageError
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import create, grow
from tui.backend.sandboxes.perform import PlanChanged, perform
from tui.backend.sandboxes.request import CreateRequest

SIZES = (None, "256M", "10%origin", "25%ram", "5%ram", "max")


def _request(case: Case, size: str | None) -> CreateRequest:
    options = {"origin": "/dev/sdb1", "created": 0.0, **case.request}
    return CreateRequest(**{**options, "size": None if size is None else sizes.parse(size)})


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_settled_request_makes_the_same_plan_again(case: Case, size: str | None) -> None:
    host = MovingHost(case.machine())
    try:
        prepared = create.prepare(host, look(host), _request(case, size))
    except (Refused, UsageError):
        return  # a size that this kind cannot have
    settled = create.settled(_request(case, size), prepared)
    for _ in range(4):
        assert create.prepare(host, look(host), settled) == prepared
    perform(host, lambda found: create.prepare(host, found, settled).plan, shown=prepared.plan)


def test_without_settling_the_default_size_is_never_the_same() -> None:
    host = MovingHost()
    request = CreateRequest("/home/user")
    assert create.prepare(host, look(host), request) != create.prepare(host, look(host), request)


def test_memory_that_has_gone_is_refused_with_the_numbers() -> None:
    host = MovingHost()
    request = CreateRequest("/home/user")
    prepared = create.prepare(host, look(host), request)
    settled = create.settled(request, prepared)
    host.world.taken = host.world.ram - (prepared.record.size >> 1)
    with pytest.raises(Refused, match=r"of RAM are wanted, but only .* can be promised"):
        perform(host, lambda found: create.prepare(host, found, settled).plan, shown=prepared.plan)


@pytest.mark.parametrize("size", ["+64M", "+5%ram", "20%ram", "max", "1G"])
@pytest.mark.parametrize("case", [case for case in CASES if case.grows], ids=lambda case: case.id)
def test_a_settled_growth_is_the_same_again(case: Case, size: str) -> None:
    host = MovingHost(case.machine())
    make(host, **case.request)
    try:
        made = grow.prepare(host, look(host), NAME, size)
    except (Refused, UsageError):
        return
    plan, text = made.plan, str(made.size)
    assert grow.prepare(host, look(host), NAME, text).plan == plan
    perform(host, lambda found: grow.prepare(host, found, NAME, text).plan, shown=plan)


def test_another_machine_is_told_with_the_lines_that_differ() -> None:
    host = PracticeHost()
    request = replace(CreateRequest("/dev/sdb1"), name=NAME)
    shown = create.prepare(host, look(host), request).plan
    host.world.installed.discard("dm_snapshot")
    with pytest.raises(PlanChanged) as caught:
        perform(host, lambda found: create.prepare(host, found, request).plan, shown=shown)
    assert "\n- " in caught.value.message
    assert "\n+ " in caught.value.message
