"""Any order of verbs, failures, kills, writes and obstacles leaves the machine whole.

What always holds: no origin is written, nothing that is not ours changes, promises of
memory are kept, and after removing everything the machine is as it was.
"""

from collections.abc import Callable
from typing import cast

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests import soak
from tests.unit.practice_verbs import clear, discard, enlarge, look, make
from tui.backend import paths
from tui.backend.errors import SandboxError
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.dm_status import Health
from tui.backend.plan import Plan
from tui.backend.practice import Killed, PracticeHost, demo_world, events
from tui.backend.practice.state import State, differences
from tui.backend.sandboxes import memory

MIB = 1 << 20
NAMES = ("alpha", "beta", "gamma")
ORIGINS = (
    "/dev/sdb1",
    "/dev/sdb",
    "LABEL=data",
    "/home/user/images/debian-12.img",
    "/home/user/images/sdcard.img",
)
STORES: tuple[dict[str, object], ...] = ({}, {"store": "ramdisk"}, {"classic": True})
PLACES: tuple[dict[str, object], ...] = ({}, {"no_mount": True}, {"mount": "/mnt/new"}, {"mount": "/media"})
MARGIN = 64 << 10
"""What mounting again may write beyond a promise that is already used up."""

which = st.integers(0, 2)
trouble = st.sampled_from(["none", "none", "fail", "fail half way", "kill", "kill half way"])


def is_ours(key: str) -> bool:
    """Whether a part of the machine's state belongs to this tool."""
    ours = (
        "map alpha",
        "map beta",
        "map gamma",
        f"loop {paths.RUN_DIR}/",
        "device ram",
        "device sandbox-",
        "memory",
        "ram disks",
    )
    places = (f"{paths.RUN_DIR}/", "/run/udev/rules.d/", "/mnt/new", "/media")
    return key.startswith(ours) or key.split(" ", 1)[-1].startswith(places)


class Machine(RuleBasedStateMachine):
    """People and accidents at one practice machine."""

    udev = True

    def __init__(self) -> None:
        super().__init__()
        self.host = PracticeHost(demo_world(udev=self.udev))
        self.before: State = self.host.snapshot()
        self.pids: list[int] = []

    @rule(
        name=st.sampled_from(NAMES),
        origin=st.sampled_from(ORIGINS),
        store=st.sampled_from(STORES),
        place=st.sampled_from(PLACES),
        size=st.sampled_from(["8M", "64M", "1G", "9G", "max", "1%origin"]),
        chunk=st.sampled_from([None, 4096, 16384]),
        accident=trouble,
        number=st.integers(0, 30),
    )
    def create(
        self, accident: str, number: int, store: dict[str, object], place: dict[str, object], **asked: object
    ) -> None:
        """Make a sandbox; what fails leaves nothing."""
        before = self.host.snapshot()
        failed = self.attempt(lambda: make(self.host, **{**asked, **store, **place}), accident, number)
        left = differences(before, self.host.snapshot()) if failed else []
        if any(line.startswith("device ram") for line in left):
            # a RAM disk of a module that others need keeps the page of its cleared header
            left = [line for line in left if not line.startswith(("device ram", "memory:"))]
        # the empty place that an interrupted removal left may go, too
        left = [line for line in left if line != "file /run/sandbox-tui/: 493 -> None" or self.names()]
        assert not left, "\n".join(left)

    @precondition(lambda self: self.names())
    @rule(
        which=which, size=st.sampled_from(["+8M", "+1G", "max"]), accident=trouble, number=st.integers(0, 15)
    )
    def grow(self, which: int, size: str, accident: str, number: int) -> None:
        """Enlarge one."""
        self.attempt(lambda: enlarge(self.host, size, self.one(which)), accident, number)

    @precondition(lambda self: self.names())
    @rule(several=st.lists(which, min_size=1, max_size=3), accident=trouble, number=st.integers(0, 30))
    def remove(self, several: list[int], accident: str, number: int) -> None:
        """Remove some."""
        names = [self.one(which) for which in several]
        self.attempt(lambda: discard(self.host, *names), accident, number)

    @rule(accident=trouble, number=st.integers(0, 25))
    def recover(self, accident: str, number: int) -> None:
        """Clear what is left; what is whole stays."""
        whole = {sandbox.name for sandbox in self.found() if not sandbox.interrupted}
        self.attempt(lambda: clear(self.host), accident, number)
        assert whole <= {sandbox.name for sandbox in self.found() if not sandbox.interrupted}

    @precondition(lambda self: self.names())
    @rule(which=which, amount=st.sampled_from([1, 4096, 5 * MIB, 100 * MIB, 2048 * MIB]))
    def write(self, which: int, amount: int) -> None:
        """Somebody writes into one."""
        if self.host.world.map(self.one(which)) is not None:
            events.write(self.host.world, self.one(which), amount)

    @precondition(lambda self: self.names())
    @rule(which=which)
    def enter(self, which: int) -> None:
        """Somebody works in one."""
        for sandbox in self.found():
            if sandbox.name == self.one(which) and sandbox.mountpoint:
                self.pids.append(events.start(self.host.world, "bash", "works in", sandbox.mountpoint))

    @precondition(lambda self: self.pids)
    @rule()
    def leave(self) -> None:
        """Somebody goes."""
        events.end(self.host.world, self.pids.pop())

    def locked(self) -> State:
        """As it was before, but for the devices that are read-only while an overlay shows their files."""
        wanted = dict(self.before)
        for key in (f"device {one.locked.rsplit('/', 1)[-1]}" for one in self.found() if one.locked):
            size, _read_only, *more = cast("tuple[object, ...]", wanted[key])
            wanted[key] = (size, True, *more)
        return wanted

    @invariant()
    def origins_are_untouched(self) -> None:
        """Nothing but what is ours has changed."""
        changed = differences(self.locked(), self.host.snapshot())
        foreign = [
            line for line in changed if not is_ours(line.split(": ")[0]) and not line.startswith("processes")
        ]
        assert not foreign, "\n".join(foreign)
        assert self.host.unknown == []

    @invariant()
    def promises_are_kept(self) -> None:
        """What was promised to the sandboxes is there; so none breaks that is not classic."""
        found = self.found()
        assert memory.promised(found) <= self.host.memory().available + MARGIN * len(found)
        for sandbox in found:
            if sandbox.status.health is Health.INVALID and sandbox.record is not None:
                assert sandbox.record.policy == "N"

    def teardown(self) -> None:
        """Everything goes, and the machine is as it was."""
        while self.pids:
            self.leave()
        clear(self.host)
        names = tuple(sandbox.name for sandbox in self.found())
        if names:
            discard(self.host, *names)
        left = differences(self.before, self.host.snapshot())
        assert not left, "\n".join(left)

    def names(self) -> list[str]:
        """The sandboxes that have a directory."""
        there = self.host.kind(paths.RUN_DIR) is not None
        return sorted(set(self.host.listdir(paths.RUN_DIR)) & set(NAMES)) if there else []

    def one(self, which: int) -> str:
        """The name of one of them."""
        return self.names()[which % len(self.names())]

    def found(self) -> tuple[Sandbox, ...]:
        """The sandboxes of now."""
        return look(self.host).sandboxes

    def attempt(self, verb: Callable[[], Plan], accident: str, number: int) -> bool:
        """Run a verb while something may go wrong. True when it said that it failed."""
        half = accident.endswith("half way")
        if accident.startswith("fail"):
            self.host.fail_at(number, partial=half)
        elif accident.startswith("kill"):
            self.host.kill_at(number, partial=half)
        try:
            verb()
        except SandboxError:
            return True
        except Killed:
            pass
        finally:
            self.host.forgive()
        return False


class MachineWithoutUdev(Machine):
    """The same in a place without udev."""

    udev = False


EFFORT = settings(
    max_examples=soak.times(40, 1000),
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestMachine = Machine.TestCase
TestMachine.settings = EFFORT
TestMachineWithoutUdev = MachineWithoutUdev.TestCase
TestMachineWithoutUdev.settings = EFFORT
