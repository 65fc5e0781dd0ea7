"""`devices` for people. Pure."""

from tui.backend import sizes
from tui.backend.inventory import tree
from tui.backend.present.table import Table
from tui.backend.text import clean
from tui.backend.verbs.devices import Devices

LABEL_WIDTH = 20
"""Terminal cells that a text of a device's choosing (a label) may take in a table."""


def shown(reading: Devices) -> Table:
    """A tree of the devices."""
    header = ("NAME", "SIZE", "TYPE", "FSTYPE", "LABEL", "CAN BE AN ORIGIN")
    rows = []
    for before, device in tree.draw(reading.devices):
        name, label = before + device.path.rsplit("/", 1)[-1], clean(device.label, LABEL_WIDTH)
        verdict = device.verdict.reason if device.verdict.ready else f"no, {device.verdict.reason}"
        rows.append((name, sizes.show(device.size), device.type, device.fstype, label, verdict))
    return Table(header, tuple(rows), (1,), "There are no block devices. Image files can be origins too.")
