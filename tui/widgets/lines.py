"""Plain text from anywhere: never markup, painted only when it changed."""

from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widget import Widget
from textual.widgets import Static

from tui.backend.text import clean, clean_lines
from tui.widgets.line import TONES, Line


class Note(Static):
    """A text that may hold anything; `put` paints only a change."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(_clean(text), id=id, classes=classes, markup=False)
        self.text = text
        self.set_class(not text, "-empty")

    def put(self, text: str) -> None:
        """Show another text; an empty one takes no room."""
        if text == self.text:
            return
        self.text = text
        self.update(_clean(text))
        self.set_class(not text, "-empty")


def _clean(text: str) -> Text:
    """Line by line fit to be shown."""
    return Text(clean_lines(text))


class Lines(Widget):
    """Lines with tones; `put` paints only a change."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{tone}" for tone in TONES}

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lines: tuple[Line, ...] = ()

    def put(self, lines: tuple[Line, ...]) -> None:
        """Show other lines."""
        if lines != self.lines:
            layout = len(lines) != len(self.lines)
            self.lines = lines
            self.refresh(layout=layout)

    def render(self) -> Text:
        """The lines, cut at the right."""
        text = Text(no_wrap=True, overflow="crop", end="")
        for number, line in enumerate(self.lines):
            text.append("\n" if number else "")
            for span in line:
                text.append(clean(span.text), self._style(span.tone))
        return text

    def _style(self, tone: str) -> Style:
        return self.get_component_rich_style(f"lines--{tone}", partial=True) if tone else Style.null()
