"""Who is in the way of removing a sandbox."""

from collections.abc import Hashable

from tui.backend.inventory.blockers import Blocker
from tui.widgets.line import Line, Span, fit, right
from tui.widgets.rows import Rows


class BlockerRows(Rows[Blocker]):
    """One line each: process number, program, user, and what it holds."""

    HELP = (
        "Programs, mounts and devices that use the sandbox; looked at again every second. Nothing is ended "
        "by itself: leave those programs, or put the cursor on a process and press e to end that one."
    )

    def __init__(self, *, id: str | None = None, classes: str | None = None, empty: str) -> None:
        super().__init__(id=id, classes=classes)
        self.empty = empty

    def name_of(self, item: Blocker) -> Hashable:
        """Process and words: one process can be in the way twice."""
        return (item.pid, item.what, item.how)

    def head(self, width: int) -> Line:
        """The column titles, while there is something below them."""
        if not self.items:
            return ()
        return (Span(fit(f" {right('Process', 8)}  {fit('Program', 14)} {fit('User', 10)} Holds", width)),)

    def draw(self, item: Blocker, width: int) -> tuple[Line, ...]:
        """One of them."""
        if item.pid is None:
            return ((Span(fit(f" {right('-', 8)}  {item.what}, {item.how}", width)),),)
        front = f" {right(str(item.pid), 8)}  "
        who = f"{fit(item.program, 14)} {fit(item.user, 10)} "
        return ((Span(front), Span(who, "strong"), Span(fit(item.how, width - len(front) - len(who)))),)
