"""Devices in the order and with the lines of a tree, as lsblk draws it."""

from collections.abc import Iterator, Sequence

from tui.backend.inventory.devices import Device

LINES = ("├─", "└─", "│ ", "  ")
"""Branch, last branch, beside a branch, below a last one."""


def draw(devices: Sequence[Device]) -> Iterator[tuple[str, Device]]:
    """Every device once with the lines that go before its name; one of several parents
    comes below the first.
    """
    known = {device.kname: device for device in devices}
    for device in devices:
        if not any(parent in known for parent in device.parents):
            yield "", device
            yield from _below(device, known, "")


def _below(parent: Device, known: dict[str, Device], indent: str) -> Iterator[tuple[str, Device]]:
    children = [
        known[name]
        for name in parent.children
        if name in known and next(p for p in known[name].parents if p in known) == parent.kname
    ]
    for number, child in enumerate(children, start=1):
        last = number == len(children)
        yield indent + LINES[1 if last else 0], child
        yield from _below(child, known, indent + LINES[3 if last else 2])
