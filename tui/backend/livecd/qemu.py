"""Boot a Live CD in QEMU and wait until it is ready (options: qemu-system(1))."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.backend import packages, sizes
from tui.backend.argument import argument
from tui.backend.errors import CommandFailed, NotFound, Refused, SandboxError, UsageError
from tui.backend.host import FileKind, Host, Running
from tui.backend.livecd.console import Failed, Ready, shown, verdict
from tui.backend.livecd.request import iso_argument

QEMU = "qemu-system-x86_64"
BIOS, UEFI = "bios", "uefi"
FIRMWARES = (BIOS, UEFI)
KVM, TCG = "kvm", "tcg"
MEMORY = 2 << 30
"""Bytes of the guest's RAM where nothing else is asked for: as little as most machines have."""
TIMEOUT = 300.0
"""Seconds to wait for the ready line: software emulation is slow."""
KEPT = 40
"""Lines of the console that tell of a failure."""
OVMF = "/usr/share/OVMF/OVMF_CODE_4M.fd"
"""UEFI firmware, where Debian has it."""
_OVMF = (
    (OVMF, "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
    ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
)
"""That and its variables, where Debian, Fedora and Arch have them."""
_TICK = 0.5
_GAVE_UP = re.compile(r"KVM internal error|KVM: entry failed|error: kvm run failed")
"""What QEMU says (accel/kvm/kvm-all.c) where the host's KVM cannot go on; its machine stands still then."""
_PROOF = "SeaBIOS"
_PROBE_SECONDS = 3.0
"""A real KVM has SeaBIOS up in a tenth of that."""
_SMALLEST, _LARGEST = 64 << 20, 1 << 40
"""Bytes of RAM that a machine may have."""


def _memory(text: str) -> int:
    memory = sizes.parse_bytes(text)
    if not _SMALLEST <= memory <= _LARGEST:
        raise UsageError(f"No machine has {sizes.show(memory)} of RAM.", "Try --memory 512M.")
    return memory


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise UsageError(f"{text!r} seconds is not a time to wait.", "Try --timeout 300.")
    return seconds


@dataclass(frozen=True, slots=True)
class Machine:
    """What is booted. `iso` is an absolute path, `memory` in bytes, `timeout` in seconds;
    `usb`: as a USB stick, not as a CD. `accelerator` None: KVM where it works, else software
    emulation. `more` are further options of QEMU.
    """

    iso: str = iso_argument()
    firmware: str = argument("of the machine (default: bios)", BIOS, choices=FIRMWARES)
    usb: bool = argument("as a USB stick, not as a CD", default=False)
    memory: int = argument("RAM of the machine (default: 2G)", MEMORY, parse=_memory, metavar="SIZE")
    timeout: float = argument(
        f"to wait for the ready line (default: {TIMEOUT:g})", TIMEOUT, parse=_seconds, metavar="SECONDS"
    )
    accelerator: str | None = None
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Boot:
    """A boot that came to its end: what init said, and how many seconds passed since QEMU began."""

    ready: Ready
    seconds: float
    accelerator: str


class _KvmGaveUp(Exception):
    """The host's KVM cannot run this machine to its end, with the words of QEMU."""


class BootFailed(SandboxError):
    """A boot that did not; `console` are the last lines of the serial console."""

    def __init__(self, message: str, hint: str, console: tuple[str, ...]) -> None:
        super().__init__(message, hint)
        self.console = console


def boot(
    host: Host,
    machine: Machine,
    listener: Callable[[str], None] = lambda line: None,
    stop: Callable[[], bool] = lambda: False,
) -> Boot:
    """Boot and wait for the ready line; the machine is switched off then. Changes nothing. Where KVM gives up
    in the middle, it is booted once more in software.

    `listener` gets every line of the console, made fit to be shown; `stop` is asked at least
    twice a second. Raises BootFailed, NotFound, Refused without firmware, and CommandFailed where QEMU
    cannot be started.
    """
    machine = settled(host, machine)
    try:
        return _boot(_Watch(host, machine, listener, stop))
    except _KvmGaveUp as error:
        listener(f"KVM cannot run this machine ({error}): once more, in software.")
        return _boot(_Watch(host, replace(machine, accelerator=TCG), listener, stop))


def _boot(watch: _Watch) -> Boot:
    machine = watch.machine
    with watch.host.stream(argv(machine, firmware(watch.host, machine)), tick=_TICK) as running:
        ready = watch.wait(running)
    return Boot(ready, watch.seconds, machine.accelerator or TCG)


def settled(host: Host, machine: Machine) -> Machine:
    """The machine with an accelerator that works; NotFound where its ISO is not there."""
    if host.kind(machine.iso) is not FileKind.FILE:
        raise NotFound(f"There is no file {machine.iso}.", "`sandbox-tui livecd build` makes one.")
    if machine.accelerator is not None:
        return machine
    return replace(machine, accelerator=KVM if kvm_works(host) else TCG)


def kvm_works(host: Host) -> bool:
    """Whether KVM really runs a machine like ours.

    A /dev/kvm that opens proves little: some never run the guest, some lack what `-cpu max` wants.
    """
    if host.kind("/dev/kvm") is not FileKind.CHARACTER:
        return False
    end = host.clock() + _PROBE_SECONDS
    try:
        with host.stream(_board(BIOS, KVM, 64 << 20), tick=0.1) as running:
            for said in running:
                if _PROOF in said.text:
                    return True
                if host.clock() > end:
                    return False
    except CommandFailed:
        pass  # the boot itself will say what is missing
    return False


def firmware(host: Host, machine: Machine) -> tuple[str, str] | None:
    """The files of the UEFI firmware: code and variables; None for BIOS, which QEMU brings along."""
    if machine.firmware == BIOS:
        return None
    found = ovmf(host)
    if found is None:
        raise Refused("There is no UEFI firmware for QEMU here.", f"Install it: {packages.install(OVMF)}.")
    return found


def ovmf(host: Host) -> tuple[str, str] | None:
    """The files of the UEFI firmware that is installed, None where there is none."""
    found = (pair for pair in _OVMF if all(host.kind(file) is FileKind.FILE for file in pair))
    return next(found, None)


def argv(machine: Machine, pflash: tuple[str, str] | None) -> tuple[str, ...]:
    """The command line. The ISO is attached read-only, and no network, disk or screen at all."""
    return (
        *_board(machine.firmware, machine.accelerator or TCG, machine.memory),
        *(_pflash(*pflash) if pflash else ()),
        *_medium(machine),
        *machine.more,
    )


def _board(kind: str, accelerator: str, memory: int) -> tuple[str, ...]:
    # graphics=off: SeaBIOS speaks on the serial port too
    board = "q35" if kind == UEFI else "pc"
    return (
        *(QEMU, "-accel", accelerator, "-cpu", "max", "-machine", f"{board},graphics=off"),
        *("-m", f"{memory >> 20}M", "-nodefaults", "-display", "none", "-serial", "stdio", "-no-reboot"),
    )


def _pflash(code: str, variables: str) -> tuple[str, ...]:
    """The firmware in flash memory; what it writes to its variables goes to a copy that QEMU makes."""
    drive = "if=pflash,format=raw,unit"
    return (
        *("-drive", f"{drive}=0,readonly=on,file={_value(code)}"),
        *("-drive", f"{drive}=1,snapshot=on,file={_value(variables)}"),
    )


def _medium(machine: Machine) -> tuple[str, ...]:
    drive = f"if=none,id=medium,format=raw,readonly=on,file={_value(machine.iso)}"
    if not machine.usb:
        return ("-drive", f"{drive},media=cdrom", "-device", "ide-cd,drive=medium,bootindex=0")
    stick = "usb-storage,bus=usb.0,drive=medium,bootindex=0,removable=on"
    return ("-drive", drive, "-device", "qemu-xhci,id=usb", "-device", stick)


def _value(text: str) -> str:
    """A value among QEMU's suboptions: a comma in it is doubled."""
    return text.replace(",", ",,")


class _Watch:
    """Listens to a machine until its console decides, or time or people do."""

    def __init__(
        self, host: Host, machine: Machine, listener: Callable[[str], None], stop: Callable[[], bool]
    ) -> None:
        self.host, self.machine, self.listener, self.stop = host, machine, listener, stop
        self.start = host.clock()
        self.console: deque[str] = deque(maxlen=KEPT)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return self.host.clock() - self.start

    def wait(self, running: Running) -> Ready:
        """The ready line; BootFailed where none comes."""
        for said in running:
            found = self._hear(said.text)
            if isinstance(found, Ready):
                return found
            if isinstance(found, Failed):
                raise self._failed(found.reason)
            if self.stop():
                raise self._failed("Stopped, as asked.")
            if self.seconds > self.machine.timeout:
                raise self._failed(
                    f"It was not ready after {self.machine.timeout:g} seconds.", "Give it longer: --timeout."
                )
        running.check()
        raise self._failed("The machine went off before the CD was ready.")

    def _hear(self, text: str) -> Ready | Failed | None:
        line = shown(text)
        if not line:
            return None
        if self.machine.accelerator == KVM and _GAVE_UP.match(line):
            raise _KvmGaveUp(line)
        self.console.append(line)
        self.listener(line)
        return verdict(line)

    def _failed(self, reason: str, hint: str = "") -> BootFailed:
        return BootFailed(reason, hint, tuple(self.console))
