"""Fields of a form that show their state by a character, not by colour alone."""

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input


class TextField(Input):
    """One line to type in; Enter goes on, and the footer says so."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Next", key_display="Enter", tooltip="Go on.")
    ]

    def __init__(self, placeholder: str = "", *, id: str) -> None:
        super().__init__(placeholder=placeholder, id=id, compact=True, select_on_focus=False)


class Toggle(Widget, can_focus=True):
    """`[x] label` or `[ ] label`; space or a click turns it over."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "turn", "Turn over", show=False)]

    value: reactive[bool] = reactive(False)

    def __init__(self, label: str, *, value: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.label = label
        self.set_reactive(Toggle.value, value)

    def render(self) -> Text:
        """The box and its label."""
        return Text(f"[{'x' if self.value else ' '}] {self.label}", no_wrap=True)

    def action_turn(self) -> None:
        """Turn it over."""
        self.value = not self.value

    def on_click(self, event: events.Click) -> None:
        """The mouse does the same."""
        event.stop()
        self.action_turn()


class Pick(Widget, can_focus=True):
    """`(•) one  ( ) other`: one of a few words; left, right, space or a click choose."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "Before", show=False),
        Binding("right,space,enter", "step(1)", "Next", show=False),
    ]

    index: reactive[int] = reactive(0)

    class Changed(Message):
        """Another word was chosen."""

        def __init__(self, pick: "Pick") -> None:
            super().__init__()
            self.pick = pick

        @property
        def control(self) -> "Pick":
            """The field."""
            return self.pick

    def __init__(self, options: tuple[tuple[str, str], ...], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.options = options

    @property
    def value(self) -> str:
        """What the chosen word stands for."""
        return self.options[self.index][0]

    def render(self) -> Text:
        """All words in one line."""
        return Text("  ".join(self._words()), no_wrap=True)

    def _words(self) -> list[str]:
        return [
            f"({'•' if number == self.index else ' '}) {word}"
            for number, (_value, word) in enumerate(self.options)
        ]

    def action_step(self, by: int) -> None:
        """The word beside it."""
        self._set((self.index + by) % len(self.options))

    def _set(self, index: int) -> None:
        if index != self.index:
            self.index = index

    def on_click(self, event: events.Click) -> None:
        """The word that was clicked."""
        event.stop()
        offset = event.get_content_offset(self)
        start = 0
        for number, word in enumerate(self._words()):
            if offset is not None and start <= offset.x < start + len(word) + 2:
                self._set(number)
            start += len(word) + 2
