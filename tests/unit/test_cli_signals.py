"""Signals while a plan runs: the running step ends, then everything is undone."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.command_line import NAME, CommandLine
from tests.unit.practice_verbs import same
from tui.backend.practice import PracticeHost


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """As a program has it at a terminal: tests may run in the background, where it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def _signal_when(
    host: PracticeHost, monkeypatch: pytest.MonkeyPatch, word: str, number: signal.Signals
) -> None:
    run = host.run

    def interrupted(argv: list[str], **options: object) -> str:
        if word in argv:
            signal.raise_signal(number)
        return run(argv, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(host, "run", interrupted)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_undoes_create(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before, handlers = cli.host.snapshot(), [signal.getsignal(entry) for entry in signal.Signals]
    _signal_when(cli.host, monkeypatch, "tmpfs", number)
    said = cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M", "--store", "tmpfs")
    assert (said.status, said.out) == (1, "")
    assert "Reserve memory for the changes ... ok" in said.err
    assert "Stopped before" in said.err
    same(cli.host, before)
    assert handlers == [signal.getsignal(entry) for entry in signal.Signals]


def test_a_signal_past_the_point_of_no_return_is_too_late(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cli.host.snapshot()
    cli.make()
    _signal_when(cli.host, monkeypatch, "remove", signal.SIGTERM)
    assert cli("remove", NAME).status == 0
    same(cli.host, before)


@pytest.mark.usefixtures("ctrl_c")
def test_ctrl_c_while_looking(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    _signal_when(cli.host, monkeypatch, "lsblk", signal.SIGINT)
    said = cli("devices")
    assert (said.status, said.out) == (1, "")
    assert "Traceback" not in said.err


def test_a_terminal_that_goes_away_does_not_stop_the_undoing(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cli.host.snapshot()

    def gone(_text: str) -> int:
        raise OSError(5, "Input/output error")

    cli.host.fail_when(lambda argv: argv[:2] == ("dmsetup", "create"))
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr.write", gone)
        status = cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M").status
    assert status == 1
    same(cli.host, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_further_signals_do_not_kill_the_undo(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    before, run = cli.host.snapshot(), cli.host.run
    undoing: list[str] = []

    def hammered(argv: list[str], **options: object) -> str:
        if "configfs" in argv or undoing:
            undoing.append(argv[0])
            signal.raise_signal(number)
        return run(argv, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(cli.host, "run", hammered)
    said = cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M")
    assert said.status == 1
    assert "Stopped before" in said.err
    assert len(undoing) > 4
    same(cli.host, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_is_ignored_stays_ignored(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """nohup ignores hang-ups; a shell's `&` may ignore Ctrl-C."""
    _signal_when(cli.host, monkeypatch, "tmpfs", number)
    earlier = signal.signal(number, signal.SIG_IGN)
    try:
        said = cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M")
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, earlier)
    assert said.status == 0


def test_before_anything_was_done_a_signal_ends_it_at_once(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cli.host.snapshot()
    _signal_when(cli.host, monkeypatch, "lsblk", signal.SIGINT)
    calls = len(cli.host.calls)
    said = cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M")
    assert said.status == 1
    assert "Interrupted" in said.err
    assert len(cli.host.calls) - calls < 3
    same(cli.host, before)


GONE = """
import os, sys
sys.argv = ["sandbox-tui", *sys.argv[1:]]
from tui.__main__ import main
from tui.backend.practice import PracticeHost
class Closing(PracticeHost):
    def run(self, argv, **more):
        if argv[0] == "mount" and "--types" not in argv:
            sys.stdin.readline()
        return super().run(argv, **more)
sys.exit(main(host=Closing()))
"""


@pytest.mark.parametrize("streams", ["both", "stdout"])
def test_a_terminal_that_goes_away_is_no_status_of_python(streams: str) -> None:
    """Python itself would end with 120 when it cannot write what is left."""
    master, slave = pty.openpty()
    argv = [sys.executable, "-c", GONE, "create", "/dev/sdb1", "--name", NAME, "--size", "64M"]
    errors = slave if streams == "both" else subprocess.PIPE
    root = str(Path(__file__).resolve().parents[2])
    process = subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=slave, stderr=errors, cwd=root, start_new_session=True
    )
    os.close(slave)
    os.close(master)
    _out, words = process.communicate(b"\n" * 100)
    assert process.returncode == 0, words
