"""Bad input: a clear sentence, the right exit status, nothing touched."""

import re
from contextlib import suppress

import pytest

from tests.unit.command_line import IMAGES, NAME, CommandLine
from tests.unit.practice_verbs import same
from tui.backend.errors import CommandFailed
from tui.backend.host import FileKind
from tui.backend.practice import PracticeHost, tree
from tui.backend.practice.demo_world import add_strange_disk
from tui.backend.practice.nodes import Special
from tui.backend.practice.world import Process

pytestmark = pytest.mark.usefixtures("engine")

SIZE = ("--size", "64M")
MAKES = {"snapshot": "dmsetup create", "overlay": "mount -t overlay"}
ADVICE = {"snapshot": "all that was saved is kept. Grow it", "overlay": "Nothing is lost. Grow it"}
WRITTEN = {"snapshot": f"/dev/mapper/{NAME}", "overlay": f"/run/sandbox-tui/{NAME}/mnt/f"}
USAGE, REFUSED, NEEDS_ROOT, NOT_FOUND = 2, 3, 4, 5


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


BAD_NAMES = ["", "x" * 200, "../x", "a b", "-rf", "new\nline", "control", "ü", "a/b", ".hidden", "\x1b[31m"]
BAD_SIZES = ["0", "-1", "1e99", "12XB", "", " ", "max+1", "0%ram", "10%", "+5M", "9" * 40]

LINES = [
    *((["create", "/dev/sdb1", f"--name={name}", *SIZE], USAGE) for name in BAD_NAMES),
    *((["create", "/dev/sdb1", f"--size={size}"], USAGE) for size in BAD_SIZES),
    (["create", "/dev/sdb1", "--name", "-rf", *SIZE], USAGE),
    (["create", "/dev/sdb1", "--size", "-5M"], USAGE),
    (["create", "/dev/sdb1", "--size", "100B"], USAGE),
    (["create", "/dev/sdb1", "--size", "400%ram"], REFUSED),
    (["create", "/dev/sdb1", "--size", "50G"], REFUSED),
    (["create", "/dev/sdb1", "--chunk", "seven", *SIZE], USAGE),
    (["create", "/dev/sdb1", "--chunk", "0", *SIZE], USAGE),
    (["create", "/dev/sdb1", "--store", "disk"], USAGE),
    (["create", "/dev/sdb1", "--mount", "/mnt", "--no-mount"], USAGE),
    (["create", "/dev/sdb1", "--mount", "/etc", *SIZE], REFUSED),
    (["create", "/dev/sdb1", "--mount", "/etc/hostname", *SIZE], REFUSED),
    (["create", "/dev/sdb1", "--mount", "/no/such/place", *SIZE], REFUSED),
    (["create", ""], USAGE),
    (["create"], USAGE),
    (["create", "/dev/nothing"], NOT_FOUND),
    (["create", "LABEL=nothing"], NOT_FOUND),
    (["create", "LABEL="], NOT_FOUND),
    (["create", "/run"], REFUSED),
    (["create", "/dev/null"], REFUSED),
    (["create", "/dev/sda2"], REFUSED),
    (["create", "/dev/sda"], REFUSED),
    (["create", "/dev/sda3"], REFUSED),
    (["create", "/dev/sr0"], REFUSED),
    (["create", f"{IMAGES}/empty.img"], REFUSED),
    (["create", f"{IMAGES}/odd.img"], REFUSED),
    (["show", "nothing"], NOT_FOUND),
    (["grow", "nothing", "1G"], NOT_FOUND),
    (["mount", "nothing"], NOT_FOUND),
    (["unmount", "nothing"], NOT_FOUND),
    (["remove", "nothing"], NOT_FOUND),
    (["remove", "-rf"], USAGE),
    (["remove"], USAGE),
    (["remove", "x", "--all"], USAGE),
    (["watch", "nothing"], NOT_FOUND),
    (["watch", "--interval", "0"], USAGE),
    (["--interval", "nan"], USAGE),
    (["--interval", "never", "list"], USAGE),
    (["frobnicate"], USAGE),
    (["list", "--colour"], USAGE),
    (["completion", "fish shell"], USAGE),
]


@pytest.mark.parametrize(("argv", "status"), LINES, ids=[repr(line[0])[:60] for line in LINES])
def test_bad_input(cli: CommandLine, argv: list[str], status: int) -> None:
    before = cli.host.snapshot()
    said = cli(*argv)
    assert (said.status, said.out) == (status, ""), said.err
    assert said.err.startswith("sandbox-tui: ")
    assert "should not have happened" not in said.err
    assert len(said.err.splitlines()) >= 2, "the way out is missing"
    assert "\x1b" not in said.err
    same(cli.host, before)


@pytest.mark.parametrize("size", ["0", "-1", "1e99", "12XB", "+max", "1K", "100M", "max9"])
def test_bad_growth(cli: CommandLine, size: str) -> None:
    cli.make()
    before = cli.host.snapshot()
    said = cli("grow", NAME, size)
    assert said.status in (USAGE, REFUSED), said.err
    same(cli.host, before)


@pytest.mark.parametrize("kind", [FileKind.FIFO, FileKind.SOCKET, FileKind.CHARACTER])
def test_an_origin_that_is_no_disk(cli: CommandLine, kind: FileKind) -> None:
    tree.make(cli.host.world, "/tmp/odd", Special(kind))
    said = cli("create", "/tmp/odd", *SIZE)
    assert said.status == REFUSED
    assert f"is a {kind.value}, not a block device" in said.err


@pytest.mark.parametrize("chunk", ["7", "3K", "0.1K"])
@pytest.mark.once
def test_bad_chunks(cli: CommandLine, chunk: str) -> None:
    said = cli("create", "/dev/sdb1", "--chunk", chunk, *SIZE)
    assert (said.status, said.out) == (USAGE, ""), said.err


@pytest.mark.once
def test_no_ram_disk_module(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    words = "modprobe: FATAL: Module brd not found in directory /lib/modules/6.1.0-practice"
    cli.host.fail_when(lambda argv: tuple(argv[:3]) == ("modprobe", "--first-time", "brd"), words)
    said = cli("create", "/dev/sdb1", "--store", "ramdisk", *SIZE)
    assert said.status == 1
    assert "Module brd not found" in said.err
    same(cli.host, before)


def test_a_full_run(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    cli.host.fail_when(lambda argv: argv[0] == "tee", "No space left on device")
    said = cli("create", "/dev/sdb1", "--name", NAME, *SIZE)
    assert said.status == 1
    assert "No space left on device" in said.err
    same(cli.host, before)


def test_a_full_sandbox_says_so_and_goes(cli: CommandLine, engine: str) -> None:
    before = cli.host.snapshot()
    cli("create", "/dev/sdb1", "--name", NAME, "--size", "1M")
    words = ["dd", "if=/dev/urandom", f"of={WRITTEN[engine]}", "bs=1M", "count=2", "conv=fsync"]
    with suppress(CommandFailed):
        cli.host.run(words)
    assert cli("list", "--json").json["sandboxes"][0]["state"] == "FULL"
    assert ADVICE[engine] in cli("show", NAME).out
    grown = cli("grow", NAME, "+1M")
    assert grown.status == 0
    assert ("made again over its larger store" in grown.err) == (engine == "snapshot")
    assert cli("list", "--json").json["sandboxes"][0]["state"] != "FULL"
    assert cli("remove", NAME).status == 0
    same(cli.host, before)


def test_a_taken_name(cli: CommandLine) -> None:
    cli.make()
    said = cli("create", f"{IMAGES}/sdcard.img", "--name", NAME, *SIZE)
    assert said.status == REFUSED
    assert "taken" in said.err


def test_a_name_that_another_map_has(cli: CommandLine) -> None:
    assert cli("create", "/dev/sdb1", "--name", "vg0-srv", *SIZE).status == REFUSED


def test_a_sandbox_in_use_is_refused_with_who_uses_it(cli: CommandLine) -> None:
    cli.make()
    cli.host.world.processes[4242] = Process(
        4242, "sh", "root", [("works in", f"/run/sandbox-tui/{NAME}/mnt")]
    )
    before = cli.host.snapshot()
    for verb in ("remove", "unmount"):
        said = cli(verb, NAME)
        assert said.status == REFUSED
        assert "process 4242" in said.err
    assert cli("show", NAME, "--json").json["blockers"][0]["pid"] == 4242
    same(cli.host, before)


def test_text_of_devices_is_data(cli: CommandLine) -> None:
    add_strange_disk(cli.host.world)
    said = cli("devices")
    assert said.status == 0
    assert "[red]bold[/red]?[31~" in said.out
    for bad in ("\x1b", "\u202e", "\x07"):
        assert bad not in said.out
        assert bad not in cli("devices", "--json").out
    assert len(next(line for line in said.out.splitlines() if "[red]" in line)) < 80


def test_a_damaged_record_is_survived(cli: CommandLine, engine: str) -> None:
    cli.make()
    for text in ("", "{", "[]", '{"name": 1}', "\x00\xff"):
        cli.host.run(["tee", f"/run/sandbox-tui/{NAME}/sandbox.json"], input=text)
        assert cli("list").status == 0
        assert cli("list", "--json").json["sandboxes"][0]["store"] is None
        assert cli("show", NAME).status == 0
        assert cli("grow", NAME, "+1M").status == (REFUSED if engine == "snapshot" else 0)
    assert cli("remove", NAME).status == 0


@pytest.mark.once
def test_a_status_from_a_future_kernel(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.make()
    run = cli.host.run

    def future(argv: list[str], **options: object) -> str:
        if argv[:2] == ["dmsetup", "status"]:
            return f"{NAME}: 0 204800 snapshot Hibernating 7\n"
        return run(argv, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(cli.host, "run", future)
    shown = cli("list", "--json").json["sandboxes"][0]
    assert (shown["state"], shown["used"], shown["status"]) == ("unknown", None, "Hibernating 7")
    assert "unknown" in cli("list").out
    assert cli("grow", NAME, "+1M").status == REFUSED


@pytest.mark.parametrize("program", ["losetup", "mount", "lsblk"])
def test_a_missing_program_is_named_and_nothing_touched(cli: CommandLine, program: str) -> None:
    before = cli.host.snapshot()
    cli.host.absent.add(program)
    origin = "/dev/sdb1" if program == "lsblk" else f"{IMAGES}/debian-12.img"  # images need no devices
    said = cli("create", origin, "--name", NAME, *SIZE)
    assert said.status == REFUSED
    assert re.search(rf"(The program {program} is missing|missing: {program} \(package)", said.err)
    assert "apt-get install" in said.err
    same(cli.host, before)


def test_without_lsblk(cli: CommandLine) -> None:
    cli.host.absent.add("lsblk")
    said = cli("devices")
    assert said.status == REFUSED
    assert "apt-get install util-linux" in said.err


def test_a_device_that_vanishes_between_plan_and_step(cli: CommandLine) -> None:
    before = cli.host.snapshot()
    cli.host.fail_when(lambda argv: argv[0] == "blockdev", "/dev/sdb1: No such device or address")
    assert cli("create", "/dev/sdb1", "--name", NAME, *SIZE).status == 1
    same(cli.host, before)


def test_another_program_holds_the_lock(cli: CommandLine) -> None:
    cli.host.locks.holder = "process 7, to create x"
    said = cli("create", "/dev/sdb1", "--name", NAME, *SIZE)
    assert said.status == REFUSED
    assert "process 7" in said.err


@pytest.mark.parametrize(
    "argv",
    [
        ["create", f"{IMAGES}/sdcard.img", *SIZE],
        ["grow", NAME, "1G"],
        ["mount", NAME],
        ["unmount", NAME],
        ["remove", NAME],
        ["recover"],
    ],
)
def test_without_root_nothing_is_changed(cli: CommandLine, argv: list[str]) -> None:
    cli.make()
    cli.host.world.root = False
    before = cli.host.snapshot()
    said = cli(*argv)
    assert said.status == NEEDS_ROOT
    assert "sudo" in said.err
    same(cli.host, before)


def test_without_root_one_can_look(cli: CommandLine) -> None:
    cli.make()
    cli.host.world.root = False
    assert cli("devices").status == 0
    listed = cli("list", "--json").json["sandboxes"][0]
    assert (listed["name"], listed["state"], listed["used"]) == (NAME, "unknown", None)
    assert "unknown" in cli("list").out
    assert cli("show", NAME).status == 0


def test_without_root_a_dry_run_works(cli: CommandLine, engine: str) -> None:
    cli.host.world.root = False
    said = cli("create", "/dev/sdb1", "--name", NAME, *SIZE, "--dry-run")
    assert said.status == 0, said.err
    assert MAKES[engine] in said.out


def test_a_bug_is_a_sentence_too(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_it() -> None:
        raise ZeroDivisionError("ouch")

    monkeypatch.setattr(cli.host, "memory", break_it)
    said = cli("create", "/dev/sdb1", "--dry-run")
    assert said.status == 1
    assert said.err.startswith("sandbox-tui: This should not have happened: ZeroDivisionError: ouch\n")
    assert "Traceback" not in said.err
