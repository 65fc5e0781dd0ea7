"""What a sandbox is made of, as lines. Pure."""

from tui.backend import sizes
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.text import clean
from tui.widgets import words
from tui.widgets.line import Line, Span, fit, fit_path


def stack(sandbox: Sandbox, now: float, width: int) -> tuple[Line, ...]:
    """From the mount at the top down to the origin, then how it was made. `now` in seconds."""
    facts = _facts(sandbox, now)
    middle = min(max(len(value) for _label, value, _more in facts) + 2, max(width - 32, 20))
    return tuple(
        (Span(f" {fit(label, 7)} ", "muted"), Span(fit_path(value, middle)), Span(f" {clean(more)}", "muted"))
        for label, value, more in facts
    )


def _facts(sandbox: Sandbox, now: float) -> list[tuple[str, str, str]]:
    """Label, value, and what there is to say about it."""
    record = sandbox.record
    facts = [("Mount", mount.mountpoint, f"{mount.fstype} {mount.options}") for mount in sandbox.mounts]
    facts = facts or [("Mount", "not mounted", "")]
    size = f"{sizes.show(sandbox.map.size)}, writable" if sandbox.map else "gone"
    facts += [
        ("Device", sandbox.device, size),
        ("COW", f"/dev/{sandbox.cow}" if sandbox.cow else "gone", _recipe(sandbox)),
    ]
    if record is None:
        return [
            *facts,
            ("Origin", f"/dev/{sandbox.origin or '?'}", "only read"),
            ("Made", "its record is missing or damaged", ""),
        ]
    facts.append(("Origin", record.origin, f"{sizes.show(record.origin_size)}, only read"))
    return [*facts, ("Made", f"{words.duration(max(now - record.created, 0))} ago", "")]


def _recipe(sandbox: Sandbox) -> str:
    record = sandbox.record
    return f"{record.store}, {record.policy}, chunks of {sizes.show(record.chunk)}" if record else "unknown"
