"""`list` for people. Pure."""

from tui.backend import sizes
from tui.backend.present import numbers
from tui.backend.present.table import Table
from tui.backend.verbs.listing import Listed, Listing


def shown(reading: Listing) -> Table:
    """A line for each sandbox."""
    header = ("NAME", "ORIGIN", "SIZE", "USED", "FILL", "STATE", "MOUNTED ON")
    empty = "There are no sandboxes. `sandbox-tui create ORIGIN` makes one."
    return Table(header, tuple(map(_row, reading.sandboxes)), (2, 3, 4), empty)


def _row(box: Listed) -> tuple[str, ...]:
    used, total, fill = sizes.show(box.used), sizes.show(box.size), numbers.percent(box.fill)
    return (box.name, box.origin or "unknown", total, used, fill, box.word, next(iter(box.mounts), "-"))
