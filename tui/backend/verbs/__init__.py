"""The verbs, each written once, in a module of its own: what it takes, how it is done, what comes of it.
Both front ends plan, show, run and conclude with these; `present` has the sentences. `verb.py` says what a
verb is, `change.py` how one that changes something is run.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.backend.verbs.verb import Verb

TABLE = {
    "devices": "devices",
    "create": "create",
    "list": "listing",
    "show": "show",
    "watch": "watch",
    "grow": "grow",
    "mount": "mount",
    "unmount": "unmount",
    "remove": "remove",
    "recover": "recover",
    "livecd build": "livecd_build",
    "livecd test": "livecd_test",
    "livecd write": "livecd_write",
    "livecd info": "livecd_info",
    "demo": "demo",
    "doctor": "doctor",
    "completion": "completion",
    "schema": "schema",
}
"""The module of each verb, in the order of the help. Imported only when it is used: `list` does not wait for
what `create` needs.
"""

GROUPS = {"livecd": "make a Live CD whose root is a sandbox, try it, write it to a stick"}
"""What those have in common whose names begin with the same word."""


def load(name: str) -> Verb:
    """The verb of a name in TABLE."""
    verb: Verb = importlib.import_module(f"{__name__}.{TABLE[name]}").VERB
    return verb


def all_verbs() -> tuple[Verb, ...]:
    """Every verb, in the order of the help."""
    return tuple(map(load, TABLE))
