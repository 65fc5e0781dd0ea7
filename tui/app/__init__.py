"""The app: `start` is the one door to it. Textual is imported when it is opened, not before."""

from tui.app.start import start

__all__ = ["start"]
