"""Whether a sandbox may be changed from here."""

from tui.backend.errors import Refused
from tui.backend.inventory.sandboxes import Sandbox


def check(sandbox: Sandbox) -> Sandbox:
    """The sandbox itself; Refused for one of another mount namespace."""
    holder = sandbox.foreign
    if holder is None:
        return sandbox
    there = f"nsenter --mount --target {holder.pid}" if holder.pid is not None else "the container, say"
    raise Refused(
        f"{sandbox.name} is foreign: {holder.words} holds it in another mount namespace. Changing it from"
        " here would destroy it there.",
        f"Change it where it was made ({there}), or end that process first.",
    )
