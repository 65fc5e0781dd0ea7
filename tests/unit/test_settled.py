"""What was planned is planned again, byte for byte, while the free memory goes up and down."""

from dataclasses import replace

import pytest

from tests import verbs
from tests.moving_host import MovingHost
from tests.unit.practice_verbs import CASES, NAME, Case, look, make
from tui.backend import sizes
from tui.backend.command import command
from tui.backend.errors import Refused, UsageError
from tui.backend.host import Host
from tui.backend.inventory import Inventory
from tui.backend.plan import Plan, Step
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import create, grow
from tui.backend.sandboxes.perform import PlanChanged, perform
from tui.backend.sandboxes.request import CreateRequest
from tui.backend.verbs import change
from tui.backend.verbs.change import Change, Prepared
from tui.backend.verbs.grow import GROW, GrowRequest

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


@pytest.mark.parametrize("size", ["+64M", "+5%ram"])
def test_the_verb_asks_for_what_was_shown(size: str) -> None:
    """More is added once only, whatever has been added since."""
    host = MovingHost()
    make(host)
    prepared = GROW.prepare(host, look(host), GrowRequest(NAME, size))
    assert int(prepared.request.size) > 256 << 20
    assert GROW.prepare(host, look(host), prepared.request).plan == prepared.plan
    verbs.run(host, GROW, prepared.request)
    with pytest.raises(Refused, match="can only grow"):
        verbs.run(host, GROW, prepared.request)


def test_everybody_sees_what_is_being_changed_from_the_first_step_on() -> None:
    host = PracticeHost()
    make(host)
    seen: list[object] = []
    verbs.run(
        host, GROW, GrowRequest(NAME, "+64M"), listener=lambda _event: seen.append(host.locks.changed.copy())
    )
    assert seen
    assert all(names == {NAME} for names in seen)


@pytest.mark.parametrize("of_files", [True, False])
def test_no_verb_runs_another_plan_than_the_one_that_was_shown(of_files: bool) -> None:
    host = PracticeHost()

    def prepare(_host: Host, _now: Inventory, words: str) -> Prepared[str, None]:
        step = Step(words, command("mkdir", f"/home/user/{words}"))
        return Prepared(Plan("build", "it", (step,), sandboxes=(words,)), words, None)

    made: Change[str, None, None] = Change(prepare, lambda _done: None, of_files=of_files)
    shown = change.prepare(host, made, "one").plan
    before = host.snapshot()
    with pytest.raises(PlanChanged):
        change.run(host, made, "two", shown=shown)
    assert host.snapshot() == before
    change.run(host, made, "one", shown=shown)
    assert host.kind("/home/user/one") is not None


def test_another_machine_is_told_with_the_lines_that_differ() -> None:
    host = PracticeHost()
    request = replace(CreateRequest("/dev/sdb1"), name=NAME)
    shown = create.prepare(host, look(host), request).plan
    host.world.installed.discard("dm_snapshot")
    with pytest.raises(PlanChanged) as caught:
        perform(host, lambda found: create.prepare(host, found, request).plan, shown=shown)
    assert "\n- " in caught.value.message
    assert "\n+ " in caught.value.message
