"""Steps on a terminal: a percentage is written over, and nothing of it stays."""

import io
import re

import pytest

from tui.backend.command import command
from tui.backend.execute import Event, Phase
from tui.backend.plan import Step
from tui.cli.running import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def seen(text: str) -> str:
    """What a terminal shows of a line with backspaces."""
    cells: list[str] = []
    at = 0
    for character in text:
        if character == "\b":
            at -= 1
            continue
        cells[at : at + 1] = [character]
        at += 1
    return re.sub(r"\s+$", "", "".join(cells))


def tell(*fractions: float) -> None:
    step = Step("Copy", command("dd"), progress=True)
    progress(Event(0, step, Phase.STARTED))
    for fraction in fractions:
        progress(Event(0, step, Phase.PROGRESS, fraction=fraction))
    progress(Event(0, step, Phase.DONE))


@pytest.mark.parametrize("fractions", [(), (0.0, 0.5), (0.07, 1.0)])
def test_a_terminal(monkeypatch: pytest.MonkeyPatch, fractions: tuple[float, ...]) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    tell(*fractions)
    assert seen(terminal.getvalue()) == "Copy ... ok"
    assert all(f"{fraction:.0%}" in terminal.getvalue() for fraction in fractions)


def test_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    tell(0.5, 1.0)
    assert capsys.readouterr().err == "Copy ... ok\n"
