"""`livecd test`: boot an ISO in QEMU, and how long it takes."""

from tui.backend.host import Host
from tui.backend.livecd import qemu
from tui.backend.livecd.qemu import BootFailed
from tui.backend.present.livecd_test import accelerator, shown
from tui.backend.verbs.livecd_test import TestRequest
from tui.cli import narration, output
from tui.cli.running import interrupt_on_signals


def run(request: TestRequest, host: Host, *, as_json: bool) -> int:
    """Boot and wait."""
    machine = qemu.settled(host, request)
    how = f"{machine.firmware.upper()}, {accelerator(machine.accelerator)}"
    narration.say(f"Booting {machine.iso} in QEMU ({how}).")
    try:
        with interrupt_on_signals():
            boot = qemu.boot(host, machine, narration.say if request.verbose else lambda line: None)
    except BootFailed as error:
        if not request.verbose:
            narration.say("\n".join(error.console))
        raise
    if as_json:
        output.print_json(boot)
    else:
        output.print_shown(shown(boot))
    return 0
