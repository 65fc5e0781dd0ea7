"""No verb: the terminal user interface. The one door from the command line to Textual."""

from tui.backend.host import Host


def start(host: Host, *, interval: float, notice: str = "", origin: str | None = None) -> int:
    """Start the TUI, on an origin, with a sentence for people to see."""
    from tui import app

    return app.start(host, interval=interval, notice=notice, origin=origin)
