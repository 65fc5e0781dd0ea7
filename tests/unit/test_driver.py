"""What keys become of what a terminal sends."""

from __future__ import annotations

import pytest
from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from tui.app.driver import PatientDriver


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1b\r", ["escape", "enter"]),
        ("\r", ["enter"]),
        ("\x1b\x1b\r", ["escape", "escape", "enter"]),
        ("\x1b[A", ["up"]),
    ],
    ids=ascii,
)
def test_escape_before_enter_is_escape(sent: str, keys: list[str]) -> None:
    """A line that is slow, or gathers what it sends, has both in one piece."""
    assert issubclass(PatientDriver, LinuxDriver)  # whose module teaches the parser
    found = [event.key for event in XTermParser().feed(sent) if isinstance(event, events.Key)]
    assert found == keys
