"""Making and removing a sandbox: by plan, and by the script of that plan, run by sh."""

from __future__ import annotations

from collections.abc import Callable

from tests.kernel.lab import PLACE, Lab, sh
from tui.backend import execute, inventory
from tui.backend.plan import Plan
from tui.backend.sandboxes import create, remove
from tui.backend.sandboxes.request import CreateRequest


def plans(lab: Lab, request: CreateRequest, name: str) -> dict[str, Plan]:
    """The plan that makes a sandbox of this name, and the one that removes it, each tried once."""
    made = create.prepare(lab.host, inventory.read(lab.host), request).plan
    execute.run(made, lab.host)
    removed = remove.prepare(lab.host, inventory.read(lab.host), (name,)).plan
    execute.run(removed, lab.host)
    return {"create": made, "remove": removed}


def script(text: str) -> Callable[[], object]:
    """What runs a script from a file, as people do it."""
    file = PLACE / "script.sh"

    def run() -> None:
        sh("sh", str(file))

    file.write_text(text)
    return run
