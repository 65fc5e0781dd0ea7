"""Shell completions and the man page, made from the parser."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.command_line import CommandLine
from tui.backend.practice import PracticeHost
from tui.cli.parser import _VERBS, build

MAN = "argparse-manpage --module tui.cli.parser --function build --project-name sandbox-tui"
"""As the README has it."""


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completions(capsys: pytest.CaptureFixture[str], shell: str, tmp_path: Path) -> None:
    said = CommandLine(PracticeHost(), capsys)("completion", shell)
    assert said.status == 0
    assert "sandbox-tui" in said.out
    assert "unmount" in said.out
    if shutil.which(shell):
        (tmp_path / "script").write_text(said.out)
        subprocess.run([shell, "-n", tmp_path / "script"], check=True)


def test_man_page() -> None:
    program, *words = MAN.split()
    script = Path(sys.executable).with_name(program)
    done = subprocess.run([script, *words], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(".TH SANDBOX\\-TUI")
    for verb in _VERBS:
        assert f"sandbox\\-tui {verb}" in done.stdout


@pytest.mark.parametrize("action", ["build", "test", "write", "info"])
def test_actions_of_livecd(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(PracticeHost(), capsys)
    said = cli("livecd", action, "--help")
    assert said.status == 0
    assert said.out.startswith(f"usage: sandbox-tui livecd {action} ")
    assert f"livecd_{action}" in cli("completion", "bash").out


@pytest.mark.parametrize("verb", _VERBS)
def test_the_quick_grammar_is_the_whole_one(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    for parser in (build(), build(verb)):
        with pytest.raises(SystemExit) as ending:
            parser.parse_args([verb, "--help"])
        assert ending.value.code == 0
    said = capsys.readouterr().out
    assert said[: len(said) // 2] == said[len(said) // 2 :]
