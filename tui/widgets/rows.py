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

from tui.backend.text import clean
from tui.widgets.line import TONES, Line, Span

Item = TypeVar("Item", bound=Hashable)

_HEAD = -1
"""Stands for the column titles where rows have their numbers."""


class Rows(ScrollView, Generic[Item], can_focus=True):
    """The base of all lists. A subclass says how an item is drawn and what tells it from others.

    What is painted follows from items, cursor, focus, scroll and size alone. The lines that were painted
    last are kept for one purpose: a row is painted again exactly when its lines differ from those.
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
        self._painted: dict[int, tuple[Line, ...]] = {}

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
        self._repaint(len(old))
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

    def _repaint(self, rows_before: int) -> None:
        """Paint what looks different now from what was painted, and nothing else."""
        width = self._width
        head = (self.head(width),)
        if len(self.items) != rows_before or bool(head[0]) != self._has_head:
            self.refresh()
            self._measure()
            return
        if head != self._painted.get(_HEAD):
            self.refresh(Region(0, 0, self.size.width, 1))
        for index in self._seen:
            if self.draw(self.items[index], width) != self._painted.get(index):
                self._refresh_row(index)

    @property
    def _seen(self) -> range:
        """The numbers of the rows that can be seen now, in part or whole."""
        first = self.scroll_offset.y // self.ROW_HEIGHT
        last = (self.scroll_offset.y + self.scrollable_content_region.height) // self.ROW_HEIGHT
        return range(first, min(last + 1, len(self.items)))

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _head_height(self) -> int:
        return 1 if self.head(self._width) else 0

    @property
    def _has_head(self) -> bool:
        """Whether a head was painted last."""
        return bool(self._painted.get(_HEAD, ((),))[0])

    def _measure(self) -> None:
        # Rows are as wide as the window, so 1 will do. The window's own width will not: where width and
        # height are those of the window, Textual sees no change and leaves a scroll bar that has gone.
        self.virtual_size = Size(1, len(self.items) * self.ROW_HEIGHT + self._head_height)
        # A scroll bar that is hidden does not follow: shown again, it would stand where it stood.
        self.vertical_scrollbar.position = self.scroll_y

    def _refresh_row(self, index: int) -> None:
        top = index * self.ROW_HEIGHT - self.scroll_offset.y + self._head_height
        self.refresh(Region(0, top, self.size.width, self.ROW_HEIGHT))

    def on_resize(self) -> None:
        """Measure again: rows are as wide as the window."""
        self.refresh()
        self._measure()
        self._reveal()

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
        head = self.head(width)
        if not y:
            self._painted[_HEAD] = (head,)
        if head and not y:
            return self._strip(head, width, "rows--head")
        y -= 1 if head else 0
        index, part = divmod(y + self.scroll_offset.y, self.ROW_HEIGHT)
        if index >= len(self.items):
            empty = self.empty if not self.items and not y else ""
            return self._strip((Span(f" {empty}", "muted"),), width)
        here = index == self.cursor
        if here and self.has_focus and not part:
            self._place_terminal_cursor(y + (1 if head else 0))
        lines = self._painted[index] = self.draw(self.items[index], width)
        look = "rows--cursor" if here and self.has_focus else "rows--chosen" if here else ""
        return self._strip(lines[part], width, look)

    def _place_terminal_cursor(self, y: int) -> None:
        """Screen readers and braille displays follow the terminal's own cursor."""
        region = self.content_region
        self.app.cursor_position = Offset(region.x, region.y + y)

    def _strip(self, line: Line, width: int, look: str = "") -> Strip:
        base = self.rich_style + (self.get_component_rich_style(look, partial=True) if look else Style.null())
        plain = look == "rows--cursor"
        segments = [
            Segment(clean(span.text), base if plain or not span.tone else base + self._tone(span.tone))
            for span in line
        ]
        return Strip(segments).adjust_cell_length(width, base)

    def _tone(self, tone: str) -> Style:
        return self.get_component_rich_style(f"rows--{tone}", partial=True)
