"""Live CDs: a walk to an ISO, then what can be done with it."""

from tui.screens.livecd.screen import LiveCdScreen

__all__ = ["LiveCdScreen"]
