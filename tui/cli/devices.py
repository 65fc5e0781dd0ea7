"""`devices`: what can be an origin, and why not."""

import argparse

from tui.backend import inventory, sizes
from tui.backend.host import Host
from tui.backend.inventory import tree
from tui.backend.inventory.devices import Device
from tui.backend.text import clean
from tui.cli import narration, output
from tui.cli.json_keys import device_json


def run(options: argparse.Namespace, host: Host) -> int:
    """List all block devices."""
    found = inventory.read_devices(host)
    if options.json:
        output.print_json({"devices": [device_json(device) for device in found]})
    elif found:
        lines = tree.LINES if output.can_draw() else tree.ASCII_LINES
        rows = [_row(before, device) for before, device in tree.draw(found, lines)]
        output.print_table(("NAME", "SIZE", "TYPE", "FSTYPE", "LABEL", "CAN BE AN ORIGIN"), rows, right=(1,))
    else:
        narration.say("There are no block devices. Image files can be origins too.")
    return 0


def _row(before: str, device: Device) -> tuple[str, ...]:
    name = device.path.rsplit("/", 1)[-1]
    label = clean(device.label, output.LABEL_WIDTH)
    verdict = device.verdict.reason if device.verdict.ready else f"no, {device.verdict.reason}"
    return (before + name, sizes.show(device.size), device.type, device.fstype, label, verdict)
