"""The block devices of the machine, as the tree that lsblk draws."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.backend import sizes, text
from tui.backend.inventory import tree
from tui.backend.inventory.devices import Device
from tui.widgets.line import Line, Span, fit, right
from tui.widgets.rows import Rows

_ROOMY = 100
"""From this width on there is room for model and connection."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A device with its place in the tree: the branches drawn before its name."""

    device: Device
    branch: str = ""


class DeviceRows(Rows[Leaf]):
    """One line a device: name, size, type, file system, label, and whether it can be an origin."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "choose",
            "Sandbox it",
            key_display="Enter",
            tooltip="Make a sandbox of the device under the cursor.",
        )
    ]
    HELP = (
        "Every disk of this machine and what is on it. A device marked ready can be the origin of a "
        "sandbox: it is only ever read. The others say what stands against it.\n\n"
        "Enter makes a sandbox of the device under the cursor."
    )

    _names, _labels = 0, 0
    _shown = False

    def show_devices(self, devices: Sequence[Device]) -> None:
        """Show a new reading; columns are as wide as what is in them."""
        leaves = tuple(Leaf(device, branch) for branch, device in tree.draw(devices))
        names = max((text.width(leaf.branch + _short(leaf.device)) for leaf in leaves), default=0)
        labels = max((text.width(text.clean(leaf.device.label)) for leaf in leaves), default=0)
        self._names, self._labels = names, labels
        self.show(leaves)
        if leaves and not self._shown:
            self._shown = True
            self.go_to(next((leaf.device.kname for leaf in leaves if leaf.device.verdict.ready), None))

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.empty = "No block devices were found on this machine."

    def name_of(self, item: Leaf) -> Hashable:
        """The kernel's name."""
        return item.device.kname

    def head(self, width: int) -> Line:
        """The column titles."""
        model = f" {fit('Model', _model(width))}" if _model(width) else ""
        name, label = self._widths(width)
        return (
            Span(
                f" {fit('Device', name)} {right('Size', 9)} {fit('Type', 5)} {fit('Holds', 7)}"
                f" {fit('Label', label)}{model} Origin?"
            ),
        )

    def draw(self, item: Leaf, width: int) -> tuple[Line, ...]:
        """One device."""
        device = item.device
        name, label = self._widths(width)
        model = f" {fit(device.model or device.transport, _model(width))}" if _model(width) else ""
        front = f" {fit(item.branch + _short(device), name)}"
        middle = f" {right(sizes.show(device.size), 9)} {fit(device.type, 5)} {fit(_holds(device), 7)}"
        middle += f" {fit(device.label, label)}{model} "
        verdict = fit(device.verdict.reason, max(width - text.width(front + middle) - 1, 4))
        ready = device.verdict.ready
        return (
            (
                Span(front, "strong" if ready else ""),
                Span(middle),
                Span(verdict, "good" if ready else "muted"),
            ),
        )

    def _widths(self, width: int) -> tuple[int, int]:
        """The widths of name and label."""
        most = (26, 20) if width >= _ROOMY else (18, 12)
        return max(8, min(self._names, most[0])), max(5, min(self._labels, most[1]))


def _short(device: Device) -> str:
    return device.path.removeprefix("/dev/mapper/").removeprefix("/dev/")


def _holds(device: Device) -> str:
    """The file system, in the few letters that fit."""
    return {"LVM2_member": "LVM", "crypto_LUKS": "LUKS", "linux_raid_member": "RAID"}.get(
        device.fstype, device.fstype
    )


def _model(width: int) -> int:
    return 20 if width >= _ROOMY else 0
