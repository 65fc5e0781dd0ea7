"""What surrounds every screen: the top line with the mark and the memory."""

from typing import Any

from tui.screens.face import FaceScreen
from tui.widgets.topline import PRACTICE, READ_ONLY, TopLine


def top_line(screen: FaceScreen[Any]) -> None:
    """Bring the top line of a screen up to date."""
    reading = screen.face.reading
    mark = PRACTICE if screen.host.simulated else ""
    if reading is not None and not reading.inventory.root and not mark:
        mark = READ_ONLY
    screen.query_one(TopLine).put(mark=mark, memory=reading.inventory.memory if reading else None)
