"""A list of rows with a cursor: only what is seen is drawn, only what changed is painted."""

from collections.abc import Hashable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.widgets.line import TONES, Line, Span

Item = TypeVar("Item", bound=Hashable)


class Rows(ScrollView, Generic[Item], can_focus=True):
    """The base of all lists. A subclass says how an item is drawn and what tells it from others.

    Items are frozen values: giving the same ones again paints nothing.
    """

    ROW_HEIGHT: ClassVar[int] = 1
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "rows--head",
        "rows--cursor",
        "rows--chosen",
        *(f"rows--{tone}" for tone in TONES),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "first", "First", show=False),
        Binding("end", "last", "Last", show=False),
    ]

    # A list whose items can be chosen adds Binding("enter", "choose", …) with its own word.

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message):
        """The cursor is on another item (None: the list is empty)."""

        def __init__(self, rows: "Rows[Any]", item: Any) -> None:  # noqa: ANN401
            super().__init__()
            self.rows, self.item = rows, item

        @property
        def control(self) -> "Rows[Any]":
            """The list."""
            return self.rows

    class Chosen(Moved):
        """Enter or a second click on an item."""

    def __init__(
        self, items: Sequence[Item] = (), *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.empty = ""
        self.items: tuple[Item, ...] = tuple(items)
        self._strips: dict[tuple[int, int, bool], list[Strip]] = {}
        self._drawn: dict[int, tuple[Line, ...]] = {}

    # What a subclass says.

    def draw(self, item: Item, width: int) -> tuple[Line, ...]:
        """The lines of an item, ROW_HEIGHT of them, each at most `width` cells."""
        raise NotImplementedError

    def name_of(self, item: Item) -> Hashable:
        """What stays the same when an item changes; the cursor follows it."""
        return item

    def head(self, width: int) -> Line:  # noqa: ARG002
        """The line of column titles, empty for none."""
        return ()

    # What others use.

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.cursor] if 0 <= self.cursor < len(self.items) else None

    def show(self, items: Sequence[Item]) -> None:
        """Show other items; the cursor stays on what it was on, or near it."""
        new = tuple(items)
        if new == self.items:
            return
        before, old = self.current, self.items
        self.items = new
        self._refresh_changed(old)
        place = self._place_of(before)
        moved = place != self.cursor
        self.cursor = place
        if not moved and self.current != before:
            self.post_message(self.Moved(self, self.current))

    def go_to(self, name: Hashable) -> None:
        """Put the cursor on the item of a name, if there is one."""
        for index, item in enumerate(self.items):
            if self.name_of(item) == name:
                self.cursor = index

    # How it is done.

    def _place_of(self, before: Item | None) -> int:
        last = max(len(self.items) - 1, 0)
        if before is not None:
            name = self.name_of(before)
            for index, item in enumerate(self.items):
                if self.name_of(item) == name:
                    return index
        return min(self.cursor, last)

    def _refresh_changed(self, old: tuple[Item, ...]) -> None:
        """Forget the rows that look different now, and paint them again if they can be seen."""
        if len(old) != len(self.items):
            self._forget()
            self._measure()
            return
        width = self._width
        for index, (was, item) in enumerate(zip(old, self.items, strict=True)):
            if was == item or index not in self._drawn:
                continue
            lines = self.draw(item, width)
            if lines != self._drawn.pop(index):
                self._strips = {key: value for key, value in self._strips.items() if key[0] != index}
                self._refresh_row(index)

    def redraw(self) -> None:
        """Draw all rows anew, for their columns have other widths."""
        self._forget()

    def _forget(self) -> None:
        self._strips.clear()
        self._drawn.clear()
        self.refresh()

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _head_height(self) -> int:
        return 1 if self.head(self._width) else 0

    def _measure(self) -> None:
        rows = len(self.items) * self.ROW_HEIGHT
        self.virtual_size = Size(self._width, rows + self._head_height)

    def _refresh_row(self, index: int) -> None:
        top = index * self.ROW_HEIGHT - self.scroll_offset.y + self._head_height
        self.refresh(Region(0, top, self.size.width, self.ROW_HEIGHT))

    def on_resize(self) -> None:
        """Measure anew: rows are as wide as the window."""
        self._forget()
        self._measure()
        self._reveal()

    def notify_style_update(self) -> None:
        """Colours are part of what is kept."""
        super().notify_style_update()
        self._strips.clear()

    def watch_has_focus(self, focused: bool) -> None:
        """The cursor row looks different in the list that has the focus."""
        super().watch_has_focus(focused)
        self._refresh_row(self.cursor)

    def validate_cursor(self, cursor: int) -> int:
        """Within the list."""
        return max(0, min(cursor, len(self.items) - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        """Paint both rows and tell who listens."""
        self._refresh_row(old)
        self._refresh_row(new)
        self._reveal()
        self.post_message(self.Moved(self, self.current))

    def _reveal(self) -> None:
        """Scroll so that the cursor can be seen."""
        height = self.scrollable_content_region.height - self._head_height
        top = self.cursor * self.ROW_HEIGHT
        if height <= 0:
            return
        if top < self.scroll_offset.y:
            self.scroll_to(y=top, animate=False)
        elif top + self.ROW_HEIGHT > self.scroll_offset.y + height:
            self.scroll_to(y=top + self.ROW_HEIGHT - height, animate=False)

    def action_move(self, by: int) -> None:
        """One row up or down."""
        self.cursor += by

    def action_page(self, by: int) -> None:
        """As many rows as can be seen."""
        seen = (self.scrollable_content_region.height - self._head_height) // self.ROW_HEIGHT
        self.cursor += by * max(seen - 1, 1)

    def action_first(self) -> None:
        """The first row."""
        self.cursor = 0

    def action_last(self) -> None:
        """The last row."""
        self.cursor = len(self.items) - 1

    def action_choose(self) -> None:
        """Tell who listens that this one is meant."""
        if self.current is not None:
            self.post_message(self.Chosen(self, self.current))

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there; a click on the cursor chooses."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y < self._head_height:
            return
        index = (offset.y - self._head_height + self.scroll_offset.y) // self.ROW_HEIGHT
        if index >= len(self.items):
            return
        if index == self.cursor and event.chain > 1:
            self.action_choose()
        self.cursor = index

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        width = self._width
        if y < self._head_height:
            return self._strip(self.head(width), width, "rows--head")
        index, part = divmod(y - self._head_height + self.scroll_offset.y, self.ROW_HEIGHT)
        if index >= len(self.items):
            empty = self.empty if not self.items and y == self._head_height else ""
            return self._strip((Span(f" {empty}", "muted"),), width)
        if index == self.cursor and self.has_focus and not part:
            self._place_terminal_cursor(y)
        return self._row(index, width)[part]

    def _place_terminal_cursor(self, y: int) -> None:
        """Screen readers and braille displays follow the terminal's own cursor."""
        region = self.content_region
        self.app.cursor_position = Offset(region.x, region.y + y)

    def _row(self, index: int, width: int) -> list[Strip]:
        here = index == self.cursor
        key = (index, width, here and self.has_focus)
        look = "rows--cursor" if here and self.has_focus else "rows--chosen" if here else ""
        if here or key not in self._strips:
            lines = self._drawn[index] = self.draw(self.items[index], width)
            self._strips[key] = [self._strip(line, width, look) for line in lines]
            if here:
                return self._strips.pop(key)
        return self._strips[key]

    def _strip(self, line: Line, width: int, look: str = "") -> Strip:
        base = self.rich_style + (self.get_component_rich_style(look, partial=True) if look else Style.null())
        plain = look == "rows--cursor"
        segments = [
            Segment(span.text, base if plain or not span.tone else base + self._tone(span.tone))
            for span in line
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _tone(self, tone: str) -> Style:
        return self.get_component_rich_style(f"rows--{tone}", partial=True)
