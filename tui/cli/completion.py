"""`completion SHELL`: what a shell needs to complete our command line, made from the parser."""

import argparse
from typing import Any

import shtab

from tui.backend import paths
from tui.backend.host import Host
from tui.cli import output
from tui.cli.parser import build

_NAMES = f"ls {paths.RUN_DIR} 2>/dev/null"
"""Each sandbox has a directory of its name there, and no name has a character that a shell minds."""

_PREAMBLE: Any = {
    "bash": f'_sandbox_tui_names() {{ compgen -W "$({_NAMES})" -- "$1"; }}\n',
    "zsh": f"_sandbox_tui_names() {{ compadd -- $({_NAMES}) }}\n",
    "tcsh": "",
}

_COMPLETE: dict[str, dict[str, Any]] = {
    "name": {"bash": "_sandbox_tui_names", "zsh": "_sandbox_tui_names", "tcsh": ""},
    "names": {"bash": "_sandbox_tui_names", "zsh": "_sandbox_tui_names", "tcsh": ""},
    "origin": shtab.FILE,
    "root": shtab.FILE,
    "output": shtab.FILE,
    "kernel": shtab.FILE,
    "modules": shtab.DIRECTORY,
    "iso": shtab.FILE,
    "device": shtab.FILE,
    "mount": shtab.DIRECTORY,
    "directory": shtab.DIRECTORY,
}
"""What completes an argument, by its destination."""


def run(options: argparse.Namespace, host: Host) -> int:  # noqa: ARG001 - every verb has a machine
    """Print the completions."""
    parser = build()
    _mark(parser)
    output.print_text(shtab.complete(parser, shell=options.shell, preamble=_PREAMBLE))
    return 0


def _mark(parser: argparse.ArgumentParser) -> None:
    """Tell shtab what completes the arguments; a new sandbox's name completes with nothing."""
    for action in parser._actions:  # noqa: SLF001 - argparse has no public way to walk a parser
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for sub in action.choices.values():
                _mark(sub)
        elif action.dest in _COMPLETE and not (action.option_strings and action.dest == "name"):
            action.complete = _COMPLETE[action.dest]  # type: ignore[attr-defined]
