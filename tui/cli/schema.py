"""`schema`: what the JSON of a verb looks like, made from the types of its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.backend import verbs
from tui.backend.errors import NotFound
from tui.backend.verbs.change import Planned
from tui.backend.verbs.schema import PLAN, SchemaRequest
from tui.cli import output

if TYPE_CHECKING:
    from tui.backend.host import Host


def run(request: SchemaRequest, host: Host) -> int:  # noqa: ARG001 - every verb has a machine
    """Print a schema, or the names of all."""
    if request.words:
        output.print_json(of(" ".join(request.words)))
    else:
        output.print_data(*names())
    return 0


def names() -> tuple[str, ...]:
    """The verbs that print JSON, and PLAN."""
    return (*(verb.name for verb in verbs.all_verbs() if verb.result is not None), PLAN)


def of(name: str) -> dict[str, Any]:
    """The JSON Schema (json-schema.org, 2020-12) of one. NotFound where there is none."""
    import msgspec  # makes schemas from dataclasses; its import takes longer than `list`

    if name not in names():
        raise NotFound(f"`{name}` prints no JSON.", f"There are schemas of: {', '.join(names())}.")
    result = Planned if name == PLAN else verbs.load(name).result
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(result)}
