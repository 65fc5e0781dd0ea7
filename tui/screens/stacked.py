"""Screens that come and go in order: keys come in bursts, and answers when something else is on top."""

from collections.abc import Callable
from typing import Any, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import Screen

Result = TypeVar("Result")
Other = TypeVar("Other")


class StackedScreen(Screen[Result]):
    """The base of all screens and dialogs: only the one on top closes itself or opens another."""

    _waiting: tuple[Callable[[], Any], ...] = ()

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Close the screen with a result. Does nothing when it is not on top: Textual would close what
        is, and a key of a burst may arrive when the screen has been closed by the one before.
        """
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def open(self, screen: Screen[Other], closed: Callable[[Other | None], None] | None = None) -> None:
        """Open another screen; `closed` gets its result. Does nothing when this one is not on top."""
        if self.is_active:
            self.app.push_screen(screen, closed)

    def when_on_top(self, action: Callable[[], Any]) -> None:
        """Do something that opens or closes screens: now, or as soon as nothing is on top of this one;
        never, when it is gone.
        """
        if self.is_active:
            action()
        elif self in self.app.screen_stack:
            self._waiting = (*self._waiting, action)

    def on_screen_resume(self) -> None:
        """On top again: do what had to wait."""
        waiting, self._waiting = self._waiting, ()
        for action in waiting:
            self.when_on_top(action)
