"""The practice disk and the demo, on the practice host taken for a real one."""

from collections.abc import Sequence
from functools import partial
from itertools import count

import pytest

from tests.unit.command_line import NAME, CommandLine
from tests.unit.practice_verbs import clear, killed, look, make, same
from tui.backend import paths
from tui.backend.command import Word
from tui.backend.errors import PlanFailed, Refused
from tui.backend.practice import PracticeHost
from tui.backend.practice.world import Process
from tui.backend.sandboxes import practice_disk
from tui.backend.sandboxes.perform import perform
from tui.cli import demo as verb

OURS = "4242 (python3) S " + " ".join(["1"] * 18) + " 777 rest"


def _is(words: tuple[Word, ...], argv: Sequence[str]) -> bool:
    return tuple(argv) == words


class Host(PracticeHost):
    """A practice machine that does not say so and knows this process."""

    simulated = False

    def read(self, path: str) -> str:
        if path in ("/proc/self/stat", "/proc/4242/stat"):
            return self.stat
        return super().read(path)

    stat = OURS


@pytest.fixture
def host() -> Host:
    return Host()


def test_make_and_clear(host: Host) -> None:
    before = host.snapshot()
    practise(host)
    loop = practice_disk.disk(look(host))
    assert loop is not None
    assert loop.read_only
    device = look(host).device(loop.kname)
    assert device is not None
    assert (device.verdict.ready, device.fstype, device.label) == (True, "ext4", "practice")
    assert look(host).sandboxes == (), "the practice disk is no sandbox"
    perform(host, lambda now: practice_disk.prepare_clear(host, now))
    same(host, before)


def test_its_sandboxes_go_with_it_and_others_stay(host: Host) -> None:
    make(host, name="other")
    before = host.snapshot()
    practise(host)
    loop = practice_disk.disk(look(host))
    assert loop is not None
    make(host, origin=loop.path, name=NAME, size="8M")
    assert [sandbox.name for sandbox in practice_disk.sandboxes_of(look(host))] == [NAME]
    perform(host, lambda now: practice_disk.prepare_clear(host, now))
    assert [sandbox.name for sandbox in look(host).sandboxes] == ["other"]
    same(host, before)


def practise(host: Host) -> None:
    """Make the practice disk."""
    perform(host, lambda _now: practice_disk.prepare_make(host))


def test_every_step_that_fails_is_undone() -> None:
    steps = len(practice_disk.prepare_make(Host()).steps)
    for number in range(steps):
        host = Host()
        before = host.snapshot()
        plan = practice_disk.prepare_make(host)
        first = plan.steps[number].command.argv
        host.fail_when(partial(_is, first))
        with pytest.raises(PlanFailed) as failure:
            practise(host)
        assert failure.value.undone
        same(host, before)


def test_killed_at_every_step_recover_clears_it() -> None:
    for number in count():
        host = Host()
        before = host.snapshot()
        host.kill_at(number)
        if not killed(lambda host=host: perform(host, lambda _now: practice_disk.prepare_make(host))):  # type: ignore[misc]
            break
        host.stat = OURS.replace("777", "778")  # the number belongs to another process now
        clear(host)
        same(host, before)
    assert number > 10


def test_recover_leaves_a_demo_that_runs_alone(host: Host) -> None:
    practise(host)
    assert not practice_disk.is_abandoned(host)
    clear(host)
    assert practice_disk.disk(look(host)) is not None
    with pytest.raises(Refused, match="another demo"):
        practice_disk.prepare_make(host)


def test_recover_clears_a_dead_demo_with_its_sandboxes(host: Host) -> None:
    before = host.snapshot()
    practise(host)
    loop = practice_disk.disk(look(host))
    assert loop is not None
    make(host, origin=loop.path, name=NAME, size="8M")
    host.stat = ""
    assert practice_disk.is_abandoned(host)
    clear(host)
    same(host, before)


def test_the_disk_goes_away_whatever_happens(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    before = host.snapshot()

    def break_off() -> None:
        with verb.practising(host) as disk:
            make(host, origin=disk, name=NAME, size="8M")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert f"What you left on the practice disk is removed with it: {NAME}." in capsys.readouterr().err
    same(host, before)


def test_a_second_demo_takes_nothing_from_the_first(host: Host) -> None:
    """It is refused, and clears nothing at its end."""

    def second() -> None:
        with verb.practising(host):
            pass

    with verb.practising(host) as disk:
        make(host, origin=disk, name=NAME, size="8M")
        before = host.snapshot()
        with pytest.raises(Refused, match="another demo"):
            second()
        same(host, before)


def test_what_is_in_use_at_the_end_is_told(host: Host) -> None:
    def use() -> None:
        with verb.practising(host) as disk:
            make(host, origin=disk, name=NAME, size="8M")
            host.world.processes[7] = Process(7, "sh", "root", [("works in", paths.of(NAME, "mnt"))])

    with pytest.raises(Refused, match="process 7") as refusal:
        use()
    assert "recover" in refusal.value.hint


def test_a_demo_that_was_killed_is_cleared_first(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    before = host.snapshot()
    host.stat = OURS.replace("777", "776")
    practise(host)
    host.stat = OURS
    with verb.practising(host):
        assert "a demo that was killed" in capsys.readouterr().err
    same(host, before)


def test_the_round_as_text_on_a_real_disk(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    before = host.snapshot()
    said = CommandLine(host, capsys)("demo", "--plain")
    assert said.status == 0, said.err
    assert (
        "practice is removed. Nothing was written to /dev/loop0 itself; what reaches it by the file behind it"
        in said.out
    )
    same(host, before)


@pytest.mark.parametrize("why", ["asked", "no root", "no kernel"])
def test_the_round_as_text_simulated(capsys: pytest.CaptureFixture[str], why: str) -> None:
    host = Host()
    host.world.root = why != "no root"
    if why == "no kernel":
        host.absent.add("losetup")
    before = host.snapshot()
    said = CommandLine(host, capsys)("demo", "--plain", *(["--simulated"] if why == "asked" else []))
    assert said.status == 0, said.err
    assert said.err.startswith("On a simulated machine, ")
    assert "is untouched" in said.out
    same(host, before)


def test_without_a_terminal(host: Host, capsys: pytest.CaptureFixture[str]) -> None:
    said = CommandLine(host, capsys)("demo")
    assert (said.status, said.out) == (2, "")
    assert "terminal" in said.err


def test_a_missing_mkfs_is_told_before_anything_is_touched(host: Host) -> None:
    before = host.snapshot()
    host.absent.add("mkfs.ext4")
    with pytest.raises(Refused, match=r"mkfs\.ext4 \(package e2fsprogs\)"):
        practise(host)
    same(host, before)
