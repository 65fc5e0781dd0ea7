"""The practice host: a machine in memory, for `demo --simulated`, tests and screenshots.

host = PracticeHost()                        # the demo machine; practice time stands still
host.time.advance(10)                        # ten seconds later
PracticeHost(clock=time.monotonic, traffic=Traffic())   # lives by itself
PracticeHost(demo_world(udev=False))         # another machine
host.fail_at(3)                              # the fourth command from now on fails
events.write(host.world, "trial", 1 << 20)   # somebody writes into a sandbox
"""

from tui.backend.practice import events
from tui.backend.practice.clock import PracticeClock
from tui.backend.practice.demo_world import add_many_disks, add_strange_disk, demo_world
from tui.backend.practice.faults import Killed
from tui.backend.practice.host import PracticeHost
from tui.backend.practice.traffic import Traffic

__all__ = [
    "Killed",
    "PracticeClock",
    "PracticeHost",
    "Traffic",
    "add_many_disks",
    "add_strange_disk",
    "demo_world",
    "events",
]
