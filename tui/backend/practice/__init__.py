"""The practice host: a machine in memory, for `demo --simulated`, tests and screenshots."""

from tui.backend.practice.clock import PracticeClock
from tui.backend.practice.faults import Killed
from tui.backend.practice.host import PracticeHost
from tui.backend.practice.traffic import Traffic

__all__ = ["Killed", "PracticeClock", "PracticeHost", "Traffic"]
