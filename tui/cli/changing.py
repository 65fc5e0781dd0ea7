"""A verb that changes something, from the command line: run, and told what came of it; or its plan only."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tui.backend.errors import CommandFailed, ExitCode
from tui.backend.present import results
from tui.cli import narration, output
from tui.cli.running import carry_out, show_only

if TYPE_CHECKING:
    from tui.backend.host import Host
    from tui.backend.verbs.verb import Verb


def run(verb: Verb, request: object, host: Host, *, dry_run: bool, as_json: bool) -> int:
    """Run it, or print how."""
    work: Any = verb.work
    if dry_run:
        show_only(host, work, request, as_json=as_json)
        return ExitCode.DONE
    result = carry_out(host, work, request)
    try:
        tell(result, as_json=as_json)
        sys.stdout.flush()
    except OSError as error:
        if output.reader_gone(error):
            raise
        raise CommandFailed(
            f"It is done, but what came of it could not be printed ({error.strerror}).",
            "`sandbox-tui list` tells how things are now.",
        ) from error
    status: int = work.status(result)
    return status


def tell(result: object, *, as_json: bool) -> None:
    """On stdout what a program wants of it, on stderr what people want to know beside that."""
    if as_json:
        output.print_json(result)
    elif found := results.data(result):
        output.print_data(*found)
    for sentence in results.beside(result):
        narration.say(sentence)
