"""`livecd test` on machines that really boot, or really do not."""

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.livecd import small_iso
from tests.patience import PATIENCE
from tui.backend.livecd import qemu
from tui.backend.livecd.qemu import BootFailed, Machine
from tui.backend.machine import RealHost

READY = "say ready, union, 2048 KiB for changes\n" + small_iso.WAIT
CASES = {"uefi CD": ("uefi", False), "BIOS stick": ("bios", True)}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_iso.make(tmp_path_factory.mktemp("good"), READY, uefi=True)


class Hourglass(RealHost):
    """A machine on which hours pass when a test says so: no test waits for a clock."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def turn(self) -> None:
        self.passed += 7200

    def clock(self) -> float:
        return super().clock() + self.passed


def machines(iso: Path) -> list[int]:
    """The processes that have the ISO in their command line and are QEMU."""
    name = str(iso).replace(",", ",,")
    found = psutil.process_iter(["name", "cmdline"])
    named = (p for p in found if p.info["name"].startswith("qemu"))
    return [p.pid for p in named if name in " ".join(p.info["cmdline"] or ())]  # None: it has just ended


def failed(iso: Path) -> BootFailed:
    with pytest.raises(BootFailed) as caught:
        qemu.boot(RealHost(), Machine(str(iso), accelerator="tcg", timeout=PATIENCE))
    return caught.value


@pytest.mark.parametrize("case", CASES)
def test_it_boots(good: Path, case: str) -> None:
    firmware, usb = CASES[case]
    before = hashlib.sha256(good.read_bytes()).digest()
    heard: list[str] = []
    machine = Machine(str(good), firmware=firmware, usb=usb, accelerator="tcg", timeout=PATIENCE)
    boot = qemu.boot(RealHost(), machine, heard.append)
    assert (boot.ready.way, boot.ready.room) == ("union", 2 << 20)
    assert boot.ready.seconds is not None
    assert 0 < boot.ready.seconds < boot.seconds
    assert "ready, union" in heard[-1]
    assert any(("BdsDxe" if firmware == "uefi" else "SeaBIOS") in line for line in heard)
    assert hashlib.sha256(good.read_bytes()).digest() == before


def test_command_line(good: Path) -> None:
    words = [sys.executable, "-m", "tui", "livecd", "test", str(good), "--timeout", str(PATIENCE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "union, 2.0 MiB for changes" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_machine_too(good: Path, number: signal.Signals) -> None:
    patient = ["--timeout", str(PATIENCE)]
    words = [sys.executable, "-m", "tui", "livecd", "test", str(good), *patient, "--verbose"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as started:
        assert started.stderr is not None
        assert any("SeaBIOS" in line for line in started.stderr)
        assert machines(good)
        started.send_signal(number)
        assert "Interrupted" in started.stderr.read()
        assert started.wait(PATIENCE) == 1
    assert not machines(good)


def test_it_says_that_it_cannot(tmp_path: Path) -> None:
    error = failed(small_iso.make(tmp_path, "say cannot boot: no medium here\n" + small_iso.WAIT))
    assert error.message == "It cannot boot: no medium here."
    assert "cannot boot" in error.console[-1]


def test_it_panics(tmp_path: Path) -> None:
    error = failed(small_iso.make(tmp_path, "exit 1\n"))
    assert error.message.startswith("The kernel panicked: Attempted to kill init!")


def test_it_is_never_ready(tmp_path: Path) -> None:
    iso = small_iso.make(tmp_path, "say almost\n" + small_iso.WAIT)
    host = Hourglass()
    machine = Machine(str(iso), accelerator="tcg", timeout=3600)
    with pytest.raises(BootFailed) as caught:
        qemu.boot(host, machine, lambda line: host.turn() if "almost" in line else None)
    assert caught.value.message == "It was not ready after 3600 seconds."
    assert any("almost" in line for line in caught.value.console)


def test_it_goes_off(tmp_path: Path) -> None:
    error = failed(small_iso.make(tmp_path, "/bin/busybox reboot -f\n"))
    assert error.message == "The machine went off before the CD was ready."


def test_nothing_to_boot(tmp_path: Path) -> None:
    empty = tmp_path / "empty.iso"
    empty.write_bytes(bytes(1 << 20))
    error = failed(empty)
    assert "No bootable device" in error.message


def test_what_is_no_machine(good: Path) -> None:
    with pytest.raises(Exception, match="no-such-option"):
        qemu.boot(RealHost(), Machine(str(good), accelerator="tcg", more=("-no-such-option",)))
