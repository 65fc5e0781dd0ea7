"""The sandboxes of the machine, each with its gauge."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.backend.gauge import Gauge
from tui.backend.inventory.sandbox import Condition
from tui.backend.present import numbers
from tui.widgets import bar
from tui.widgets.line import Line, Span, fit, fit_path, right
from tui.widgets.rows import Rows


@dataclass(frozen=True, slots=True)
class Card:
    """What is shown of one sandbox. `place` says where it is mounted; `note` is said of one that is not
    whole, in place of its rate.
    """

    name: str
    origin: str
    gauge: Gauge
    rate: float | None
    seconds_left: float | None
    place: str
    condition: Condition = Condition.WHOLE
    note: str = ""


class CardRows(Rows[Card]):
    """Two lines a sandbox: how full it is; where it is, how fast it fills, and its state."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "choose", "Open", key_display="Enter", tooltip="Look into the sandbox under the cursor."
        )
    ]
    ROW_HEIGHT = 2
    HELP = (
        "The sandboxes of this machine, whoever made them. The bar shows how much of the promised RAM is "
        "taken by changes.\n\n"
        "ok: below 70 %. filling: from 70 %. nearly full: from 90 %, grow it now. FULL: nothing more can be "
        "written until it is grown; what was saved is kept. BROKEN: its contents are gone.\n\n"
        "Enter opens the sandbox under the cursor."
    )

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.empty = "None yet. Put the cursor on a device that is ready and press Enter."

    def name_of(self, item: Card) -> Hashable:
        """The sandbox's name."""
        return item.name

    def draw(self, item: Card, width: int) -> tuple[Line, ...]:
        """Both lines of a sandbox."""
        return _first(item, width), _second(item, width)


def _first(card: Card, width: int) -> Line:
    name = min(max(16, width // 4), 30)
    left = f" {fit(card.name, name)} "
    origin = f"{fit(f'of {card.origin}', 12 if width < 100 else 24)} "
    after = f" {right(numbers.percent(card.gauge.fill), 4)}  {right(card.gauge.amount, 22)} "
    full, empty = bar.bar(card.gauge.fill, max(width - len(left) - len(origin) - len(after), 4))
    tone = bar.TONES[card.gauge.state]
    return (Span(left, "strong"), Span(origin), Span(full, tone), Span(empty, "muted"), Span(after))


def _second(card: Card, width: int) -> Line:
    known = (numbers.rate(card.rate), numbers.forecast(card.seconds_left))
    state, tone = card.gauge.state.value, bar.TONES[card.gauge.state]
    if card.condition is not Condition.WHOLE:
        known, state = (card.note, ""), card.condition.value
        tone = "accent" if card.condition is Condition.CHANGING else "warn"
    tail = "".join(f"  {part}" for part in known if part)
    place = fit_path(card.place, width - len(tail) - 3 - 15)
    return (Span(f"   {place}", "muted"), Span(tail), Span(f"  {right(state, 12)} ", tone))
