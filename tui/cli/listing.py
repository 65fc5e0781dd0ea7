"""`list`: what there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend import gauge
from tui.backend.inventory import sandboxes
from tui.cli import narration, output
from tui.cli.json_keys import sandbox_json

if TYPE_CHECKING:
    import argparse

    from tui.backend.host import Host
    from tui.backend.inventory.sandboxes import Sandbox


def run(options: argparse.Namespace, host: Host) -> int:
    """List all sandboxes."""
    found = sandboxes.read(host)
    if options.json:
        output.print_json({"sandboxes": [sandbox_json(sandbox) for sandbox in found]})
    elif found:
        header = ("NAME", "ORIGIN", "SIZE", "USED", "FILL", "STATE", "MOUNTED ON")
        output.print_table(header, [_row(sandbox) for sandbox in found], right=(2, 3, 4))
    else:
        narration.say("There are no sandboxes. `sandbox-tui create ORIGIN` makes one.")
    return 0


def _row(sandbox: Sandbox) -> tuple[str, ...]:
    from tui.backend import sizes
    from tui.backend.present import numbers

    reading = gauge.read(sandbox)
    origin = sandbox_json(sandbox)["origin"] or "unknown"
    used, total = sizes.show(reading.used), sizes.show(reading.total)
    fill, state = numbers.percent(reading.fill), numbers.state(sandbox)
    return (sandbox.name, origin, total, used, fill, state, sandbox.mountpoint or "-")
