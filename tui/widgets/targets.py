"""Disks that an ISO could be written to."""

from collections.abc import Hashable
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.backend import sizes, text
from tui.backend.livecd.offers import Offer
from tui.widgets.line import Line, Span, fit, right
from tui.widgets.rows import Rows


class TargetRows(Rows[Offer]):
    """One line a disk: name, size, connection, model, and what speaks against it or what is on it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "Choose", key_display="Enter", tooltip="Take the disk under the cursor.")
    ]
    HELP = (
        "Every whole disk of this machine. Those that are in use, read-only or too small say so: they are "
        "never written to. Of the others it says what is on them, for that will be lost."
    )

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.empty = "No disks were found on this machine."

    def name_of(self, item: Offer) -> Hashable:
        """The kernel's name."""
        return item.target.device.kname

    def head(self, width: int) -> Line:
        """The column titles."""
        names, models = self._widths(width)
        return (
            Span(f" {fit('Disk', names)} {right('Size', 9)} {fit('By', 5)} {fit('Model', models)} On it"),
        )

    def draw(self, item: Offer, width: int) -> tuple[Line, ...]:
        """One disk."""
        device = item.target.device
        names, models = self._widths(width)
        front = f" {fit(device.path, names)}"
        middle = (
            f" {right(sizes.show(device.size), 9)} {fit(device.transport, 5)} {fit(device.model, models)} "
        )
        rest = max(width - text.width(front + middle) - 1, 4)
        verdict = (
            f"no: {item.refusal}" if item.refusal else "; ".join(item.target.contents) or "nothing known"
        )
        tone = "muted" if item.refusal else ""
        return ((Span(front, tone or "strong"), Span(middle, tone), Span(fit(verdict, rest), tone)),)

    def _widths(self, width: int) -> tuple[int, int]:
        """The widths of name and model."""
        names = max((text.width(offer.target.device.path) for offer in self.items), default=0)
        return max(8, min(names, 20)), 24 if width >= 100 else 18
