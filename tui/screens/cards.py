"""From a reading to what is shown of one sandbox. Pure."""

from tui.backend.gauge import State
from tui.backend.inventory.sandbox import Condition, Sandbox
from tui.screens.reading import Reading
from tui.widgets.cards import Card


def card(reading: Reading, sandbox: Sandbox) -> Card:
    """The card of a sandbox."""
    history = reading.history(sandbox.name)
    gauge = reading.gauge(sandbox)
    over = gauge.state in (State.FULL, State.BROKEN)
    return Card(
        name=sandbox.name,
        origin=short_origin(sandbox),
        gauge=gauge,
        rate=None if over else history.rate,
        seconds_left=history.seconds_left,
        place=place(sandbox),
        condition=sandbox.condition,
        note=_note(sandbox),
    )


def _note(sandbox: Sandbox) -> str:
    """What is being done with it, or was not done to its end."""
    if sandbox.condition is Condition.UNFINISHED:
        return f"{sandbox.unfinished} was interrupted"
    return sandbox.word if sandbox.condition is Condition.CHANGING else ""


def short_origin(sandbox: Sandbox) -> str:
    """The origin as people know it, without /dev."""
    path = sandbox.record.origin if sandbox.record else sandbox.origin or "unknown"
    if sandbox.record is not None and (sandbox.record.image or sandbox.record.tree):
        return path.rsplit("/", 1)[-1]
    return path.removeprefix("/dev/mapper/").removeprefix("/dev/")


def place(sandbox: Sandbox) -> str:
    """Where it can be worked on."""
    if sandbox.foreign is not None:
        return f"{sandbox.foreign.words} holds it"
    if not sandbox.whole and sandbox.running:
        return "not ready yet"
    if not sandbox.whole:
        return "only remains are left"
    return sandbox.mountpoint or (f"not mounted: {sandbox.device}" if sandbox.device else "not mounted")
