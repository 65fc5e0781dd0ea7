"""What a sandbox is made of, as lines. Pure."""

from tui.backend import sizes
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.present import numbers
from tui.backend.sandboxes import engines
from tui.backend.text import clean
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
    facts = facts or [_unmounted(sandbox)]
    facts += engines.of(sandbox.engine).made_of(sandbox)
    if record is None:
        return [
            *facts,
            ("Origin", f"/dev/{sandbox.origin or '?'}", "only read"),
            ("Made", "its record is missing or damaged", ""),
        ]
    size = "" if record.origin_size is None else f"{sizes.show(record.origin_size)}, "
    facts.append(("Origin", record.origin, f"{size}only read"))
    return [*facts, ("Made", numbers.age(now, record.created), "")]


def _unmounted(sandbox: Sandbox) -> tuple[str, str, str]:
    if sandbox.foreign is None:
        return "Mount", "not mounted", ""
    return "Mount", "not here", f"{sandbox.foreign.words} holds it"
