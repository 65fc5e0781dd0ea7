"""Lists paint what their present items are, whatever they showed before, and nothing twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from rich.segment import Segment
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests import soak
from tests.screens.idle import drawn
from tests.screens.items import KINDS, Kind
from tui.app import styles, themes
from tui.app.terminal import Look
from tui.widgets.rows import Rows
from tui.widgets.steps import StepRows

Items = Sequence[tuple[int, int]]


class Window(App[None]):
    """One list in a window, and another one to which the focus can go."""

    CSS = "#list { width: 1fr; height: 1fr; border: solid; } #other { height: 3; }"

    def __init__(self, kind: Kind) -> None:
        super().__init__(css_path=list(styles.sheets(Look())))
        self.kind, self.paints = kind, 0
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = "dark"

    def compose(self) -> ComposeResult:
        self.rows = self.kind.make()
        self.rows.id = "list"
        yield self.rows
        yield StepRows(id="other")

    def _display(self, screen: Any, renderable: Any) -> None:
        self.paints += renderable is not None
        super()._display(screen, renderable)

    def seen(self) -> list[list[Segment]]:
        """What is on the screen, with its colours."""
        return [list(strip.simplify()) for strip in self.screen._compositor.render_strips()]


@dataclass(frozen=True)
class Step:
    """Something that happens to a list: `what`, with a number or with items."""

    what: str
    number: int = 0
    items: tuple[tuple[int, int], ...] = ()

    async def happen(self, pilot: Pilot[None], rows: Rows[Any], kind: Kind) -> None:
        if self.what == "show":
            kind.show(rows, self.items)
        elif self.what == "cursor":
            rows.cursor = self.number
        elif self.what == "focus":
            pilot.app.screen.query_one("#list" if self.number % 2 else "#other").focus()
        elif self.what == "scroll":
            rows.scroll_to(y=self.number, animate=False, immediate=True)
        elif self.what == "theme":
            pilot.app.theme = ("dark", "light")[self.number % 2]
        else:
            await pilot.resize_terminal(40 + 4 * self.number, 8 + self.number)


def _varied(shown: Items, number: int) -> tuple[tuple[int, int], ...]:
    """The same items, some of them changed: by what can be seen, or only by what cannot."""
    by = 1 if number % 2 else 2
    return tuple(
        (name, (variant + by * (number >> place % 4 & 1)) % 6) for place, (name, variant) in enumerate(shown)
    )


def _unique(items: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(dict(items).items())


ITEMS = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 5)), max_size=14).map(_unique)
NUMBERS = st.integers(0, 20)
STEPS = st.lists(
    st.one_of(
        st.builds(Step, st.just("show"), st.just(0), ITEMS),
        st.builds(Step, st.just("vary"), NUMBERS),
        st.builds(Step, st.just("vary"), NUMBERS),
        st.builds(Step, st.sampled_from(["cursor", "focus", "scroll", "size", "theme"]), NUMBERS),
    ),
    min_size=8,
    max_size=20,
)
PHASES = [Phase.explicit, Phase.generate]
"""Each example is a running app: shrinking one would take minutes."""


async def _play(kind: Kind, steps: Sequence[Step]) -> None:
    app = Window(kind)
    shown: Items = ()
    async with app.run_test(size=(60, 12)) as pilot:
        for one in steps:
            step = Step("show", 0, _varied(shown, one.number)) if one.what == "vary" else one
            await step.happen(pilot, app.rows, kind)
            await drawn(pilot)
            shown = step.items if step.what == "show" else shown
            seen, rows = app.seen(), app.rows
            await _nothing_twice(app, pilot, shown)
            for widget in (rows, rows.vertical_scrollbar):
                widget._styles_cache.clear()
            assert seen == app.seen(), step
        fresh = await _fresh(app, shown)
        assert fresh == seen


async def _nothing_twice(app: Window, pilot: Pilot[None], shown: Items) -> None:
    """The same reading once more is no paint."""
    app.paints = 0
    app.kind.show(app.rows, shown)
    await drawn(pilot)
    assert not app.paints


async def _fresh(app: Window, shown: Items) -> list[list[Segment]]:
    """What a list shows that has never shown anything else."""
    rows, other = app.rows, Window(app.kind)
    other.theme = app.theme
    async with other.run_test(size=app.size) as pilot:
        other.kind.show(other.rows, shown)
        await drawn(pilot)
        other.rows.cursor = rows.cursor
        other.screen.query_one("#list" if rows.has_focus else "#other").focus()
        await drawn(pilot)
        other.rows.scroll_to(y=rows.scroll_offset.y, animate=False, immediate=True)
        await drawn(pilot)
        return other.seen()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_is_painted_follows_from_what_is_there(kind: Kind) -> None:
    @settings(
        max_examples=soak.times(8, 80),
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        report_multiple_bugs=False,
    )
    @given(STEPS)
    def check(steps: list[Step]) -> None:
        asyncio.run(_play(kind, steps))

    check()


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
async def test_a_change_that_cannot_be_seen_does_not_stop_later_ones(kind: Kind) -> None:
    readings = [tuple((name, variant) for name in range(3)) for variant in (0, 1, 0, 2, 3, 4)]
    await _play(kind, [Step("show", 0, items) for items in readings])
