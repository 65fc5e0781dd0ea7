"""`completion`: what a shell needs to ask this program what completes a command line, and the answers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import argcomplete
import argcomplete.shell_integration

from tui.backend import lenient, paths, verbs
from tui.backend.argument import Complete, absolute
from tui.backend.host import FileKind
from tui.cli import output
from tui.cli.parser import PROGRAM, build

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from tui.backend.host import Host
    from tui.backend.verbs.completion import CompletionRequest

_TAGS = ("LABEL=", "UUID=", "PARTLABEL=", "PARTUUID=")


def run(request: CompletionRequest, host: Host) -> int:  # noqa: ARG001 - every verb has a machine
    """Print what the shell reads."""
    output.print_text(argcomplete.shell_integration.shellcode([PROGRAM], shell=request.shell))
    return 0


def answer(host: Host) -> None:
    """Answer a shell that asks, by the variables of its environment, and leave the program."""
    parser = build(os.environ.get("COMP_LINE", "").split(" ")[1:])
    prepare(parser, host)
    argcomplete.autocomplete(parser, always_complete_options="long")


def prepare(parser: argparse.ArgumentParser, host: Host) -> None:
    """Say of every argument what completes it."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to walk a parser
        if isinstance(action.choices, dict):
            for sub in action.choices.values():
                prepare(sub, host)
        elif not action.choices:
            kind = getattr(action, "complete", Complete.NOTHING)
            action.completer = _COMPLETERS[kind](host)  # type: ignore[attr-defined]


def _words(*words: str) -> Callable[[Host], Any]:
    return lambda _host: lambda **_asked: list(words)


def _sandboxes(host: Host) -> Any:  # noqa: ANN401 - a completer of argcomplete
    return lambda **_asked: [name for name in lenient.names(host, paths.RUN_DIR) if not name.startswith(".")]


def _origins(host: Host) -> Any:  # noqa: ANN401
    files = _files(host)
    return lambda prefix, **_asked: [*_nodes(host, "/sys/class/block"), *_TAGS, *files(prefix)]


def _directories(host: Host) -> Any:  # noqa: ANN401
    files = _files(host)
    return lambda prefix, **_asked: [path for path in files(prefix) if path.endswith("/")]


def _files(host: Host) -> Any:  # noqa: ANN401
    """Looked up here and not by the completers of argcomplete: those ask a shell, which runs what stands in
    the name of a directory that anybody may have made.
    """
    return lambda prefix, **_asked: [
        f"{path}/" if host.kind(absolute(path)) is FileKind.DIRECTORY else path
        for path in _paths(host, prefix)
    ]


def _paths(host: Host, prefix: str) -> list[str]:
    above, slash, begun = prefix.rpartition("/")
    found = lenient.names(host, absolute(f"{above}{slash}") or os.getcwd())
    shown = (name for name in found if begun or not name.startswith("."))
    return [f"{above}{slash}{name}" for name in shown if name.startswith(begun)]


def _disks(host: Host) -> Any:  # noqa: ANN401
    return lambda **_asked: _nodes(host, "/sys/block")


def _nodes(host: Host, directory: str) -> list[str]:
    return [f"/dev/{name.replace('!', '/')}" for name in lenient.names(host, directory)]


_COMPLETERS: dict[Complete, Callable[[Host], Any]] = {
    Complete.NOTHING: _words(),
    Complete.FILE: _files,
    Complete.DIRECTORY: _directories,
    Complete.SANDBOX: _sandboxes,
    Complete.ORIGIN: _origins,
    Complete.DISK: _disks,
    Complete.SIZE: _words("256M", "512M", "1G", "10%origin", "25%ram", "max"),
    Complete.GROWTH: _words("+256M", "+512M", "+1G", "max"),
    Complete.VERB: _words(*verbs.TABLE),
}
