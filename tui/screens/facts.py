"""What a sandbox is made of, as lines. Pure."""

from tui.backend import sizes
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.text import clean
from tui.widgets import words
from tui.widgets.line import Line, Span, fit


def stack(sandbox: Sandbox, now: float) -> tuple[Line, ...]:
    """From the mount at the top down to the origin, then how it was made. `now` in seconds."""
    return tuple((Span(f" {fit(label, 8)} ", "muted"), Span(clean(value))) for label, value in _facts(sandbox, now))


def _facts(sandbox: Sandbox, now: float) -> list[tuple[str, str]]:
    record = sandbox.record
    size = sizes.show(sandbox.map.size) if sandbox.map else "gone"
    facts = [("Mount", mount.mountpoint) for mount in sandbox.mounts] or [("Mount", "not mounted")]
    facts += [("", f"{mount.fstype}, {mount.options}") for mount in sandbox.mounts[:1]]
    facts += [("Device", sandbox.device), ("", f"{size}, writable")]
    facts += [("COW", _cow(sandbox)), ("Origin", record.origin if record else f"/dev/{sandbox.origin or '?'}")]
    facts.append(("", f"{sizes.show(record.origin_size)}, only read" if record else "only read"))
    if record is None:
        return [*facts, ("Record", "missing or damaged: it cannot be grown")]
    recipe = f"{record.policy}, chunks of {sizes.show(record.chunk)}"
    return [*facts, ("Recipe", recipe), ("Made", f"{words.duration(max(now - record.created, 0))} ago")]


def _cow(sandbox: Sandbox) -> str:
    kind = sandbox.record.store if sandbox.record else "unknown"
    return f"/dev/{sandbox.cow}, {kind}" if sandbox.cow else "gone"
