"""`livecd write`: what is asked, what is done, and what a failure leaves."""

import io

import pytest

from tests.unit.command_line import IMAGES, CommandLine, Said
from tests.unit.sticks import ISO, SIZE, STICK, add_stick, live_cd, prepare, with_stick
from tui.backend import execute
from tui.backend.errors import PlanFailed, Refused
from tui.backend.host import Owner
from tui.backend.livecd import write
from tui.backend.livecd.write import Prepared
from tui.backend.practice import Killed, PracticeHost, bare, demo_world
from tui.backend.practice.blocks import Disk
from tui.backend.practice.world import GIB


@pytest.fixture
def host() -> PracticeHost:
    return with_stick()


@pytest.fixture
def cli(host: PracticeHost, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(host, capsys)


def type_in(monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool = True) -> None:
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setattr("sys.stdin", Keyboard(text))
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)


# --- the plan ---


def test_the_facts_for_people(host: PracticeHost) -> None:
    prepared = prepare(host)
    assert prepared.target.description == "Trial Stick, 8.0 GiB, USB disk, removable, serial STICK0001"
    assert prepared.target.contents == ("sdc1 7.0 GiB vfat “PHOTOS”",)
    assert (prepared.size, prepared.iso) == (SIZE, ISO)
    assert prepared.plan.notes[0].startswith("All that is on /dev/sdc (Trial Stick, 8.0 GiB")
    assert "On it: sdc1 7.0 GiB vfat “PHOTOS”." in prepared.plan.notes


def test_it_is_written_and_compared(host: PracticeHost) -> None:
    plan = prepare(host).plan
    execute.run(plan, host)
    disk = host.world.blocks["sdc"]
    assert disk.content == live_cd()
    assert "sdc1" not in host.world.blocks
    assert host.unknown == []
    programs = [call[0] if call[0] != "bash" else call[10] for call in host.calls[-8:]]
    assert programs[-7:] == ["wipefs", "wipefs", "dd", "dd", "blockdev", "cmp", "udevadm"]


def test_it_looks_again_before_it_writes(host: PracticeHost) -> None:
    steps = prepare(host).plan.steps
    first = next(index for index, step in enumerate(steps) if step.aftermath)
    disk = host.world.blocks["sdc"]
    assert isinstance(disk, Disk)
    expected = [str(8 * GIB), str(disk.diskseq), "STICK0001", str(SIZE), None]
    assert [step.expect for step in steps[:first]] == expected
    assert all(step.undo is None for step in steps[:first])


def test_no_udev() -> None:
    assert prepare(with_stick(demo_world(udev=False))).plan.steps[-1].command.argv == (
        "blockdev",
        "--rereadpt",
        STICK,
    )


def test_notes_on_what_is_unusual(host: PracticeHost) -> None:
    disk = host.world.blocks["sdc"]
    assert isinstance(disk, Disk)
    disk.removable = False
    notes = prepare(host).plan.notes
    assert any("built in" in note for note in notes)
    assert any("no partition table" in note for note in notes)


def test_texts_of_a_stick_are_data(host: PracticeHost) -> None:
    bare.add_disk(
        host.world,
        "sdd",
        GIB,
        model="[b]\x1b[31mDisk\u202e",
        serial="$(reboot)",
        transport="usb",
        content=bare.filesystem("vfat", "\x1b]0;owned\x07"),
    )
    prepared = prepare(host, "/dev/sdd")
    assert "\x1b" not in "".join(prepared.plan.notes)
    assert "reboot" not in "\n".join(step.shell() for step in prepared.plan.steps)
    execute.run(prepared.plan, host)


# --- failures ---


@pytest.mark.parametrize("word", ["skip=1", "count=1", "cmp"])
def test_a_failure_leaves_nothing_that_looks_whole(host: PracticeHost, word: str) -> None:
    plan = prepare(host).plan
    host.fail_when(lambda argv: word in argv)
    with pytest.raises(PlanFailed) as caught:
        execute.run(plan, host)
    assert not caught.value.undone
    assert "/dev/sdc is lost, and it does not boot now" in caught.value.hint
    assert "undone" not in str(caught.value)
    assert host.world.blocks["sdc"].content is None


@pytest.mark.parametrize("before", range(5, 10))
def test_killed_or_pulled_out(host: PracticeHost, before: int) -> None:
    """What makes it look whole comes last."""
    plan = prepare(host).plan
    host.kill_at(before)
    with pytest.raises(Killed):
        execute.run(plan, host)
    assert (host.world.blocks["sdc"].content is not None) is (before > 7)


def test_stopped_between_two_steps(host: PracticeHost) -> None:
    plan = prepare(host).plan
    with pytest.raises(PlanFailed, match="Stopped before") as caught:
        execute.run(plan, host, stop=lambda: any("--flushbufs" in call for call in host.calls))
    assert "does not boot" in caught.value.hint
    assert host.world.blocks["sdc"].content is None


def test_an_iso_that_others_can_exchange(host: PracticeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root would put what it reads on the stick, and compare that with itself."""
    monkeypatch.setattr(host, "owner", lambda path: Owner(4711 if path == IMAGES else 0, 0, 0o40755))
    with pytest.raises(Refused, match=f"{IMAGES} belongs to"):
        prepare(host)


def test_a_failure_before_the_first_byte(host: PracticeHost) -> None:
    plan = prepare(host).plan
    bare.mount_block(host.world, host.world.blocks["sdc1"], "/mnt")
    with pytest.raises(PlanFailed, match="busy") as caught:
        execute.run(plan, host)
    assert caught.value.undone
    assert host.world.blocks["sdc1"].content is not None
    assert "lost" not in str(caught.value)


def test_another_disk_under_its_name(host: PracticeHost) -> None:
    plan = prepare(host).plan
    del host.world.blocks["sdc"], host.world.blocks["sdc1"]
    add_stick(host.world)
    with pytest.raises(PlanFailed, match="the machine has changed"):
        execute.run(plan, host)
    assert "sdc1" in host.world.blocks


def test_the_kernel_cannot_look(host: PracticeHost) -> None:
    plan = prepare(host).plan
    host.fail_when(lambda argv: argv[0] == "udevadm")
    with pytest.raises(PlanFailed) as caught:
        execute.run(plan, host)
    assert "whole and compared" in caught.value.hint
    assert host.world.blocks["sdc"].content is not None


# --- the command line ---


def unwritten(cli: CommandLine, said: Said, status: int) -> None:
    assert (said.status, said.out) == (status, "")
    assert not any("dd" in call or call[0] == "wipefs" for call in cli.host.calls)
    assert "sdc1" in cli.host.world.blocks


@pytest.mark.parametrize("name", ["sdc", STICK])
def test_yes(cli: CommandLine, name: str) -> None:
    said = cli("livecd", "write", ISO, STICK, "--yes", name)
    assert said.status == 0, said.err
    assert f"64.0 MiB of {ISO} are on /dev/sdc, and were read back and compared.\n" in said.err
    assert said.out == ""
    assert said.err.count("All that is on /dev/sdc") == 1


def test_by_another_name(cli: CommandLine) -> None:
    said = cli("livecd", "write", ISO, "/dev/disk/by-label/PHOTOS", "--yes", "sdc1")
    unwritten(cli, said, 3)


@pytest.mark.parametrize("name", ["", "sd", "sdb", "sdc1", "yes", "/dev/sdb", "SDC"])
def test_another_name(cli: CommandLine, name: str) -> None:
    unwritten(cli, cli("livecd", "write", ISO, STICK, "--yes", name), 3)


def test_no_terminal(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "sdc\n", terminal=False)
    said = cli("livecd", "write", ISO, STICK)
    unwritten(cli, said, 2)
    assert "--yes sdc" in said.err


@pytest.mark.parametrize("typed", ["", "\n", "y\n", "yes\n", "sdb\n"])
def test_a_wrong_name_typed(cli: CommandLine, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    type_in(monkeypatch, typed)
    said = cli("livecd", "write", ISO, STICK)
    unwritten(cli, said, 3)
    assert "nothing was written" in said.err


def test_the_name_typed(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "sdc\n")
    said = cli("livecd", "write", ISO, STICK)
    assert said.status == 0, said.err
    assert "Trial Stick" in said.err.split("Type the disk's name (sdc)")[0]


def test_a_disk_that_changed_while_they_typed(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    type_in(monkeypatch, "sdc\n")
    asked = write.confirm

    def confirm(prepared: Prepared, typed: str) -> None:
        asked(prepared, typed)
        cli.host.world.blocks["sdc1"].content = bare.filesystem("ext4", "THESIS")

    monkeypatch.setattr(write, "confirm", confirm)
    said = cli("livecd", "write", ISO, STICK)
    unwritten(cli, said, 3)
    assert "has changed" in said.err


def test_dry_run(cli: CommandLine) -> None:
    said = cli("livecd", "write", ISO, STICK, "--dry-run")
    assert said.status == 0
    assert f"dd if={ISO} of=/dev/sdc bs=4M skip=1 seek=1 oflag=direct conv=nocreat,notrunc,fsync" in said.out
    assert "# Should it fail from here on: What was on /dev/sdc is lost" in said.out
    assert "# Note: All that is on /dev/sdc" in said.out
    assert "sdc1" in cli.host.world.blocks


def test_only_root(cli: CommandLine) -> None:
    cli.host.world.root = False
    unwritten(cli, cli("livecd", "write", ISO, STICK, "--yes", "sdc"), 4)
