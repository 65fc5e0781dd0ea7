"""Numbers and sentences: one place for both front ends."""

import dataclasses
from contextlib import suppress

import pytest

from tests.unit.command_line import NAME, CommandLine
from tests.unit.practice_verbs import request
from tui.backend import sizes
from tui.backend.errors import CommandFailed
from tui.backend.practice import PracticeHost
from tui.backend.practice.world import Process
from tui.backend.present import numbers, results
from tui.backend.verbs import change
from tui.backend.verbs.create import CREATE
from tui.backend.verbs.grow import GROW, Grown, GrowRequest
from tui.backend.verbs.livecd_build import Built, Fetched
from tui.backend.verbs.livecd_write import Written
from tui.backend.verbs.mount import MOUNT, Mounted, MountRequest
from tui.backend.verbs.recover import RECOVER
from tui.backend.verbs.remove import REMOVE, RemoveRequest
from tui.backend.verbs.unmount import UNMOUNT, UnmountRequest


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


@pytest.mark.parametrize(
    ("fill", "shown"), [(None, "?"), (0.0, "0%"), (0.6999, "69%"), (0.999, "99%"), (1.0, "100%")]
)
def test_a_fill_is_never_rounded_up(fill: float | None, shown: str) -> None:
    assert numbers.percent(fill) == shown


def test_the_command_line_shows_the_same_percent(cli: CommandLine) -> None:
    cli.make()
    place = f"of=/run/sandbox-tui/{NAME}/mnt/big"
    count = 0
    while (fill := cli("list", "--json").json["sandboxes"][0]["fill"]) < 0.695:
        count += 1
        cli.host.run(["dd", "if=/dev/urandom", f"{place}{count}", "bs=512K", "count=1"])
    assert fill < 0.7
    assert cli("list").out.split()[-3:-1] == ["69%", "ok"]
    assert "69%" in cli("show", NAME).out


def test_every_change_says_what_came_of_it() -> None:
    host = PracticeHost()
    made = change.run(host, CREATE, request())
    assert results.sentences(made)[0].startswith("ready: ")
    grown = change.run(host, GROW, GrowRequest(NAME, "+128M"))
    assert results.sentences(grown) == (f"{NAME} has more room now, 384.0 MiB; nothing in it was touched.",)
    gone = results.sentences(change.run(host, UNMOUNT, UnmountRequest(NAME)))
    assert gone == (f"{NAME} is not mounted any more; its changes are still there.",)
    for state, words in (("FULL", "what had been saved"), ("BROKEN", "its contents are gone")):
        (said,) = results.sentences(Mounted(NAME, (), state))
        assert words in said
        assert "changes" not in said
    mounted = change.run(host, MOUNT, MountRequest(NAME))
    assert results.sentences(mounted) == (f"{NAME} is mounted on {mounted.mounts[0]}.",)
    removed = results.sentences(change.run(host, REMOVE, RemoveRequest((NAME,))))
    assert removed[0] == f"{NAME} is removed. /dev/sdb1 is untouched: nothing was written to it."
    assert results.sentences(change.run(host, RECOVER, None)) == ("Nothing is left behind.",)


def test_what_else_there_is_to_say() -> None:
    assert "all that had been saved" in results.sentences(Grown("x", 1, repaired=True, unchecked=None))[0]
    assert "with fsck" in results.sentences(Grown("x", 1, repaired=True, unchecked="ext2"))[1]
    assert "/tmp/x.iso, 2.0 MiB" in results.sentences(Built("/tmp/x.iso", 2 << 20))[0]
    assert "6.1.0-9" in results.sentences(Fetched("6.1.0-9"))[0]
    assert "on /dev/sdz" in results.sentences(Written("/tmp/x.iso", 2 << 20, "/dev/sdz"))[0]
    with pytest.raises(TypeError, match="no verb's result"):
        results.sentences(object())


def test_a_prepared_request_is_for_the_same_plan_whatever_is_free_later() -> None:
    host = PracticeHost()
    first = change.prepare(host, CREATE, dataclasses.replace(request(), size=None, name=None))
    host.world.taken += 512 << 20
    assert change.prepare(host, CREATE, first.request).plan == first.plan


def test_all_that_can_be_removed_is_removed_without_names() -> None:
    host = PracticeHost()
    change.run(host, CREATE, request())
    change.run(host, CREATE, dataclasses.replace(request(), name="other"))
    done = change.run(host, REMOVE, RemoveRequest(all=True))
    assert [gone.name for gone in done.removed] == ["other", NAME]


def test_recover_says_what_stays_and_nothing_of_those_that_live() -> None:
    """One that is mounted where a mount point was made for it is not what others wrote."""
    host = PracticeHost()
    change.run(host, CREATE, dataclasses.replace(request(), name="alive", mount="/mnt/new"))
    for name in ("one", "two"):
        change.run(host, CREATE, dataclasses.replace(request(), name=name))
        host.run(["touch", f"/run/sandbox-tui/{name}/busy-remove"])
    host.world.processes[7] = Process(7, "sh", "root", [("works in", "/run/sandbox-tui/one/mnt")])
    recovered = change.run(host, RECOVER, None)
    assert (recovered.kept, recovered.left) == ((), ("one",))
    assert results.sentences(recovered) == ("Still there, for they are in use: one.",)


def test_a_growth_that_repairs_is_told_so() -> None:
    host = PracticeHost()
    change.run(host, CREATE, dataclasses.replace(request(), size=sizes.parse("64M")))
    with suppress(CommandFailed):
        host.run(["dd", "if=/dev/urandom", f"of=/run/sandbox-tui/{NAME}/mnt/big", "bs=1M", "count=80"])
    assert change.run(host, GROW, GrowRequest(NAME, "+64M")).repaired
