"""`completion`: what a shell needs to complete our command line."""

from dataclasses import dataclass

from tui.backend.argument import argument
from tui.backend.verbs.verb import Verb

SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """The shell."""

    shell: str = argument("one of bash, zsh, fish", metavar="SHELL", choices=SHELLS)


VERB = Verb(
    name="completion",
    summary="print the completions for a shell",
    examples=(
        ("completion bash > /etc/bash_completion.d/sandbox-tui", "for all users of bash"),
        ("completion fish > ~/.config/fish/completions/sandbox-tui.fish", "for yourself, in fish"),
    ),
    request=CompletionRequest,
)
