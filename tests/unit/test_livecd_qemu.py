"""Booting: QEMU's command line, and what is made of what it says."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from tests.unit.command_line import IMAGES, CommandLine
from tests.unit.sticks import ISO, with_stick
from tui.backend.errors import NotFound, Refused
from tui.backend.host import FileKind, Running, Said
from tui.backend.livecd import qemu
from tui.backend.livecd.console import Ready
from tui.backend.livecd.qemu import BootFailed, Machine
from tui.backend.practice import PracticeHost, demo_world, tree
from tui.backend.practice.nodes import Directory, Special
from tui.backend.practice.programs.recital import Recital

READY = "[    2.141240] sandbox-tui: ready, dm, 2048 KiB for changes\r\n"


class Scripted(PracticeHost):
    """A host whose QEMU says what it is told to, at one line a second; `ran` are its command lines."""

    def __init__(self, *lines: str, kvm: str = "") -> None:
        super().__init__(demo_world())
        self.lines, self.kvm = lines, kvm
        self.ran: list[tuple[str, ...]] = []

    def kind(self, path: str) -> FileKind | None:
        return FileKind.FILE if path == ISO else super().kind(path)

    @contextmanager
    def stream(
        self, argv: Sequence[str], *, output: str | None = None, tick: float | None = None
    ) -> Iterator[Running]:
        self.ran.append(tuple(argv))
        lines = (self.kvm,) if "medium" not in " ".join(argv) else self.lines
        yield Slow(self, lines)


class Slow(Recital):
    """A program that takes a second for each line; one that is empty is silence."""

    def __init__(self, host: Scripted, lines: Sequence[str]) -> None:
        super().__init__(lambda: "")
        self.host, self.script = host, lines

    def __iter__(self) -> Iterator[Said]:
        for line in self.script:
            self.host.time.advance(1)
            yield Said(line)
        self.status = 0


def failed(host: Scripted, **options: float) -> BootFailed:
    with pytest.raises(BootFailed) as caught:
        qemu.boot(host, Machine(ISO, accelerator="tcg", **options))  # type: ignore[arg-type]
    return caught.value


def test_it_has_as_much_memory_as_most_machines() -> None:
    """With less the boot would not meet what needs more than 32 bits."""
    assert Machine(ISO).memory == 2 << 30
    argv = qemu.argv(Machine(ISO), None)
    assert argv[argv.index("-m") + 1] == "2048M"


def test_ready() -> None:
    heard: list[str] = []
    boot = qemu.boot(Scripted("SeaBIOS\r\n", "", "\n", READY, "more\n"), Machine(ISO), heard.append)
    assert boot.ready == Ready("dm", 2 << 20, 2.14124)
    assert (boot.seconds, boot.accelerator) == (4.0, "tcg")
    assert heard == ["SeaBIOS", READY.strip()]


def test_cannot_boot_tells_why_and_what_was_said() -> None:
    error = failed(Scripted("one\n", "two\n", "sandbox-tui: cannot boot: no medium\n", READY))
    assert error.message == "It cannot boot: no medium."
    assert error.console == ("one", "two", "sandbox-tui: cannot boot: no medium")


def test_only_the_last_lines_are_kept() -> None:
    error = failed(Scripted(*(f"line {number}\n" for number in range(100)), "No bootable device.\n"))
    assert len(error.console) == 40
    assert error.console[0] == "line 61"


def test_time_passes_in_silence_too() -> None:
    error = failed(Scripted(*[""] * 100), timeout=10)
    assert error.message == "It was not ready after 10 seconds."
    assert "--timeout" in error.hint


def test_a_machine_that_goes_off() -> None:
    assert failed(Scripted("SeaBIOS\n")).message == "The machine went off before the CD was ready."


def test_it_can_be_stopped() -> None:
    with pytest.raises(BootFailed, match="Stopped, as asked"):
        qemu.boot(Scripted(*[""] * 100), Machine(ISO), stop=lambda: True)


def test_no_file() -> None:
    with pytest.raises(NotFound, match="There is no file /none"):
        qemu.boot(PracticeHost(), Machine("/none"))


@pytest.mark.parametrize(
    ("device", "says", "accelerator"),
    [(True, "SeaBIOS (version 1.16)\r\n", "kvm"), (True, "", "tcg"), (False, "SeaBIOS\r\n", "tcg")],
)
def test_kvm_only_where_it_runs(device: bool, says: str, accelerator: str) -> None:
    host = Scripted(READY, kvm=says)
    if device:
        for mount in host.world.mounts:
            if mount.point == "/dev":
                nodes = Directory({"kvm": Special(FileKind.CHARACTER)})
                host.world.mount(host.world.tmpfs(nodes), "/dev", "kvm")
                break
    assert qemu.boot(host, Machine(ISO)).accelerator == accelerator
    assert len(host.ran) == 1 + device


@pytest.mark.parametrize("words", ["KVM internal error. Suberror: 1", "error: kvm run failed Bad address"])
def test_where_kvm_gives_up_it_is_booted_in_software(words: str) -> None:
    """Some run the firmware, and not the boot loader; QEMU then only stands still."""

    class GivesUp(Scripted):
        @contextmanager
        def stream(
            self, argv: Sequence[str], *, output: str | None = None, tick: float | None = None
        ) -> Iterator[Running]:
            self.ran.append(tuple(argv))
            yield Slow(self, ("SeaBIOS", f"{words}\r\n", "EAX=0") if "kvm" in argv else (words, READY))

    host, heard = GivesUp(), list[str]()
    boot = qemu.boot(host, Machine(ISO, accelerator="kvm"), heard.append)
    assert boot.accelerator == "tcg"
    assert [argv[argv.index("-accel") + 1] for argv in host.ran] == ["kvm", "tcg"]
    assert f"KVM cannot run this machine ({words}): once more, in software." in heard


def test_the_medium_is_read_only_and_alone() -> None:
    words = qemu.argv(Machine("/a,b.iso", memory=1 << 30), None)
    drives = [words[n + 1] for n, word in enumerate(words) if word == "-drive"]
    assert drives == ["if=none,id=medium,format=raw,readonly=on,file=/a,,b.iso,media=cdrom"]
    assert {"-nodefaults", "1024M", "tcg", "pc,graphics=off", "-no-reboot"} <= set(words)


def test_a_stick() -> None:
    words = " ".join(qemu.argv(Machine(ISO, usb=True), None))
    assert "usb-storage" in words
    assert "cdrom" not in words


def test_uefi_writes_to_a_copy_of_its_variables() -> None:
    words = qemu.argv(Machine(ISO, firmware="uefi"), ("/code,1", "/vars"))
    assert "if=pflash,format=raw,unit=0,readonly=on,file=/code,,1" in words
    assert "if=pflash,format=raw,unit=1,snapshot=on,file=/vars" in words
    assert "q35,graphics=off" in words


def test_uefi_without_firmware() -> None:
    host = Scripted(READY)
    tree.unlink(host.world, "/usr/share/OVMF/OVMF_VARS_4M.fd")
    with pytest.raises(Refused) as caught:
        qemu.boot(host, Machine(ISO, firmware="uefi"))
    assert caught.value.hint == "Install it: apt-get install ovmf."


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(with_stick(), capsys)


def test_command_line(cli: CommandLine) -> None:
    said = cli("livecd", "test", ISO)
    assert said.status == 0, said.err
    assert [line.split(maxsplit=1)[0] for line in said.out.splitlines()] == ["ready", "kernel", "in"]
    assert "dm, 256.0 MiB for changes" in said.out
    assert "2.1 s" in said.out
    assert "ISOLINUX" not in said.err
    assert "ISOLINUX" in cli("livecd", "test", ISO, "--verbose").err


def test_failure_shows_the_console(cli: CommandLine) -> None:
    said = cli("livecd", "test", f"{IMAGES}/raw.img")
    assert said.status == 1
    assert "No bootable device." in said.err
    assert said.err.splitlines()[-1].startswith("sandbox-tui: The firmware found nothing to boot")
    assert said.out == ""


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("/none.iso",), 5),
        (("/etc",), 5),
        ((ISO, "--memory", "much"), 2),
        ((ISO, "--memory", "1M"), 2),
        ((ISO, "--timeout", "-1"), 2),
        ((ISO, "--timeout", "nan"), 2),
        ((ISO, "--firmware", "none"), 2),
        ((), 2),
    ],
)
def test_bad_input(cli: CommandLine, words: tuple[str, ...], status: int) -> None:
    said = cli("livecd", "test", *words)
    assert (said.status, said.out) == (status, "")
    assert said.err.startswith("sandbox-tui: ")


def test_qemu_missing(cli: CommandLine) -> None:
    cli.host.absent.add("qemu-system-x86_64")
    said = cli("livecd", "test", ISO)
    assert said.status == 3
    assert "apt-get install qemu-system-x86)" in said.err
