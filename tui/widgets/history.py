"""A sandbox's gauge, large: bar, words, and a graph of what came before."""

from rich.text import Text

from tui.backend.present import numbers
from tui.backend.text import clean
from tui.widgets import bar
from tui.widgets.cards import Card
from tui.widgets.line import Line, Span, width
from tui.widgets.lines import Lines


class HistoryGraph(Lines):
    """One line with the bar, one with words, the rest for the graph."""

    card: Card | None = None
    fills: tuple[float, ...] = ()
    _title = ""

    def put(self, card: Card, fills: tuple[float, ...]) -> None:  # type: ignore[override]
        """Show another reading."""
        self.card, self.fills = card, fills
        self._compute()

    def on_resize(self) -> None:
        """As much of the past as there is room for."""
        self._compute()

    def _compute(self) -> None:
        room = self.content_size
        if self.card is None or room.width < 20:
            return
        title = clean(f"{self.card.name} of {self.card.origin}", max(room.width - 4, 1))
        if title != self._title:
            self._title = title
            self.border_title = Text(title).markup
        super().put(
            (
                self._bar(self.card, room.width),
                self._words(self.card, room.width),
                *self._graph(room.width, room.height - 2),
            )
        )

    @staticmethod
    def _bar(card: Card, room: int) -> Line:
        after = f" {numbers.percent(card.gauge.fill):>5} "
        full, empty = bar.bar(card.gauge.fill, room - len(after) - 1)
        return (
            Span(" "),
            Span(full, bar.TONES[card.gauge.state]),
            Span(empty, "muted"),
            Span(after, "strong"),
        )

    @staticmethod
    def _words(card: Card, room: int) -> Line:
        state = Span(f" {card.gauge.state.value}", bar.TONES[card.gauge.state])
        parts = (card.gauge.amount, numbers.rate(card.rate), numbers.forecast(card.seconds_left))
        said = "   ".join(part for part in parts if part)
        return (state, Span(f"{said} ".rjust(room - width((state,)))))

    def _graph(self, room: int, height: int) -> tuple[Line, ...]:
        if height < 1 or self.card is None:
            return ()
        tone = bar.TONES[self.card.gauge.state]
        labels = ["100%", *[""] * (height - 2), "0%"][:height]
        drawn = bar.graph(self.fills, room - 8, height)
        return tuple(
            (Span(f" {label:>4} ", "muted"), Span("│" if label == "" else "┤", "muted"), Span(line, tone))
            for label, line in zip(labels, drawn, strict=True)
        )
