"""`schema`: what the JSON of a verb looks like."""

from dataclasses import dataclass

from tui.backend.argument import Complete, argument
from tui.backend.verbs.verb import Verb

PLAN = "plan"
"""The name of what `--dry-run --json` prints, whatever the verb."""


@dataclass(frozen=True, slots=True)
class SchemaRequest:
    """The words of the verb, or PLAN."""

    words: tuple[str, ...] = argument(
        f"a verb, or `{PLAN}` for what --dry-run --json prints (default: what has one)",
        (),
        metavar="VERB",
        positional=True,
        complete=Complete.VERB,
    )


VERB = Verb(
    name="schema",
    summary="print the JSON Schema of what a verb prints with --json",
    examples=(
        ("schema list", "the keys of `list --json`, with their types and what they mean"),
        ("schema plan", "those of any verb with --dry-run --json"),
    ),
    request=SchemaRequest,
)
