"""`doctor`: what a machine has, lacks, and how to get it."""

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import same
from tui.backend import doctor
from tui.backend.practice import PracticeHost


@pytest.fixture
def host() -> PracticeHost:
    return PracticeHost()


def test_a_good_machine(host: PracticeHost) -> None:
    before = host.snapshot()
    found = doctor.read(host)
    assert found.usable
    assert found.problems == ()
    assert found.root
    assert found.udev
    assert {entry.name: entry.there for entry in found.modules if entry.needed} == {
        "loop": True,
    }
    assert [(engine.name, engine.lacks) for engine in found.engines] == [("snapshot", ""), ("overlay", "")]
    same(host, before)


def test_it_loads_no_module(host: PracticeHost) -> None:
    doctor.read(host)
    assert all(
        "--dry-run" in call for call in host.calls if call[0] == "modprobe" and "--version" not in call
    )


@pytest.mark.parametrize("program", ["losetup", "lsblk", "blkid", "mount"])
def test_a_missing_program(host: PracticeHost, program: str) -> None:
    host.absent.add(program)
    found = doctor.read(host)
    assert not found.usable
    assert any(program in problem and "apt-get install" in problem for problem in found.problems)


def test_a_program_that_is_only_handy(host: PracticeHost) -> None:
    host.absent.add("mkfs.ext4")
    found = doctor.read(host)
    assert found.usable
    entry = next(program for program in found.programs if program.name == "mkfs.ext4")
    assert (entry.found, entry.package) == (False, "e2fsprogs")


def test_a_kernel_without_snapshots_still_has_overlays(host: PracticeHost) -> None:
    host.world.installed.discard("dm_snapshot")
    found = doctor.read(host)
    assert found.usable
    assert [engine.lacks for engine in found.engines] == ["the kernel has no dm-snapshot", ""]


def test_a_missing_dmsetup_takes_one_engine_away(host: PracticeHost) -> None:
    host.absent.add("dmsetup")
    found = doctor.read(host)
    assert found.usable
    assert found.engines[0].remedy == "Install it: apt-get install dmsetup."


def test_a_kernel_without_any_engine(host: PracticeHost) -> None:
    for module in ("dm_snapshot", "overlay"):
        host.world.installed.discard(module)
    host.world.modules.discard("overlay")
    found = doctor.read(host)
    assert not found.usable
    assert [problem.split(":")[0] for problem in found.problems] == [
        "Engine snapshot does not work",
        "Engine overlay does not work",
    ]


def test_a_machine_without_memory(host: PracticeHost) -> None:
    host.world.ram = 256 << 20
    assert any("RAM" in problem for problem in doctor.read(host).problems)


def test_promises_and_leftovers(host: PracticeHost, capsys: pytest.CaptureFixture[str]) -> None:
    CommandLine(host, capsys).make()
    assert 255 << 20 < doctor.read(host).promised <= (256 << 20) + 4096
    host.run(["mkdir", "/run/sandbox-tui/left"])
    assert doctor.read(host).leftovers == ("left",)


def test_exit_status_and_words(host: PracticeHost, capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(host, capsys)
    said = cli("doctor")
    assert said.status == 0
    assert said.out.splitlines()[-1].split(maxsplit=1)[1] == "Sandboxes can be made here."
    host.world.root = False
    assert cli("doctor").out.rstrip().endswith("use sudo.")
    host.absent |= {"dmsetup", "losetup"}
    said = cli("doctor")
    assert said.status == 3
    assert "snapshot     no: the program dmsetup is missing. Install it" in said.out
    assert "apt-get install mount" in said.out
