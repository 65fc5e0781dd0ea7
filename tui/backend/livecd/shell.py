"""Pipelines as commands: a fixed line of bash, its data as arguments and never as text of the line."""

from tui.backend.command import Command, Word, command


def pipeline(line: str, *words: Word, input: str | None = None, output: str | None = None) -> Command:
    """A pipeline that fails when any part of it does; `$1`, `$2` … are the words."""
    return command("bash", "-euo", "pipefail", "-c", line, "bash", *words, input=input, output=output)


def inside(directory: str, *argv: Word, input: str | None = None) -> Command:
    """Run a program in a directory."""
    return pipeline('cd "$1"; shift; exec "$@"', directory, *argv, input=input)
