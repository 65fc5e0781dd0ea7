"""`livecd test`: boot an ISO in QEMU, and how long it takes."""

import argparse

from tui.backend import sizes
from tui.backend.errors import UsageError
from tui.backend.host import Host
from tui.backend.livecd import qemu
from tui.backend.livecd.qemu import Boot, BootFailed, Machine
from tui.cli import narration, output
from tui.cli.create import absolute
from tui.cli.running import interrupt_on_signals

_SMALLEST, _LARGEST = 64 << 20, 1 << 40
"""Bytes of RAM that a machine may have."""
_HOW = {qemu.KVM: "KVM", qemu.TCG: "software emulation: KVM does not work here"}


def run(options: argparse.Namespace, host: Host) -> int:
    """Boot and wait."""
    machine = qemu.settled(host, _machine(options))
    narration.say(f"Booting {machine.iso} in QEMU ({machine.firmware.upper()}, {_how(machine.accelerator)}).")
    try:
        with interrupt_on_signals():
            boot = qemu.boot(host, machine, narration.say if options.verbose else lambda line: None)
    except BootFailed as error:
        if not options.verbose:
            narration.say("\n".join(error.console))
        raise
    output.print_facts(_facts(boot))
    return 0


def _machine(options: argparse.Namespace) -> Machine:
    memory = qemu.MEMORY if options.memory is None else sizes.parse_bytes(options.memory)
    if not _SMALLEST <= memory <= _LARGEST:
        raise UsageError(f"No machine has {sizes.show(memory)} of RAM.", "Try --memory 512M.")
    if not 0 < options.timeout < float("inf"):
        raise UsageError(f"{options.timeout:g} seconds is no time to wait.", "Try --timeout 300.")
    return Machine(
        iso=absolute(options.iso) or "",
        firmware=options.firmware,
        usb=options.usb,
        memory=memory,
        timeout=options.timeout,
    )


def _how(accelerator: str | None) -> str:
    return _HOW[accelerator or qemu.TCG]


def _facts(boot: Boot) -> list[tuple[str, str]]:
    ready = boot.ready
    kernel = "unknown" if ready.seconds is None else f"{ready.seconds:.1f} s"
    return [
        ("ready", f"{ready.way}, {sizes.show(ready.room)} for changes"),
        ("kernel start to ready", kernel),
        ("in all", f"{boot.seconds:.1f} s ({_how(boot.accelerator)})"),
    ]
