"""The last door to the terminal: whatever a widget may have been given, no control character leaves here."""

from rich.cells import get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui.backend import text


class DataFilter(LineFilter):
    """Makes text fit to be shown, each character as wide as it was measured."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        """The same segments, cleaned."""
        return [one if one.control or one.text.isprintable() else _cleaned(one) for one in segments]


def _cleaned(segment: Segment) -> Segment:
    kept = (
        one if one.isprintable() else text.clean(one) * get_character_cell_size(one) for one in segment.text
    )
    return Segment("".join(kept), segment.style)
