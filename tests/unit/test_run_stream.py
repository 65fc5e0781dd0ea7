"""The streaming door: lines as they come, and nothing left running."""

import os
from pathlib import Path

import pytest

from tests.patience import PATIENCE, until
from tui.backend import run, waiting
from tui.backend.errors import CommandFailed
from tui.backend.host import Said
from tui.backend.machine import RealHost
from tui.backend.practice import PracticeHost

TALK = r"""printf 'one\ntwo\r'; printf 'wrong\n' >&2; sleep 0.1; printf 'three\0\r\nrest'; exit 3"""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who ends when asked to is never killed for being slow."""
    monkeypatch.setattr(waiting, "PATIENCE", PATIENCE)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()


def test_lines_of_both_streams_and_the_status() -> None:
    with run.stream(["sh", "-c", TALK]) as child:
        said = list(child)
    assert [piece.text for piece in said if not piece.error] == ["one\n", "two\r", "three\0\r\n", "rest"]
    assert Said("wrong\n", error=True) in said
    assert child.status == 3
    with pytest.raises(CommandFailed, match="wrong") as caught:
        child.check()
    assert caught.value.status == 3


def test_a_good_end_is_no_error() -> None:
    with run.stream(["true"]) as child:
        assert list(child) == []
        child.check()


def test_they_come_while_it_runs() -> None:
    with run.stream(["sh", "-c", "echo now; sleep infinity"]) as child:
        assert next(iter(child)) == Said("now\n")
        assert child.status is None
    assert child.status == -15


def test_silence_is_told() -> None:
    with run.stream(["sleep", "infinity"], tick=0.05) as child:
        assert next(iter(child)) == Said("")


def test_what_it_started_ends_with_it() -> None:
    with run.stream(["sh", "-c", "sleep infinity & echo $!; wait"]) as child:
        pid = int(next(iter(child)).text)
        assert not gone(pid)
    until(lambda: gone(pid), "its end")


def test_one_that_does_not_want_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.2)
    with run.stream(["sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 0.1; done"]) as child:
        next(iter(child))
    assert child.status == -9


def test_an_error_of_ours_ends_it_too() -> None:
    with pytest.raises(KeyboardInterrupt), run.stream(["sleep", "infinity"]) as child:
        raise KeyboardInterrupt
    assert child.status == -15


def test_input_and_output(tmp_path: Path) -> None:
    with run.stream(["cat"], input="words\n", output=str(tmp_path / "said")) as child:
        assert list(child) == []
    assert (tmp_path / "said").read_text() == "words\n"


def test_no_such_program() -> None:
    with pytest.raises(CommandFailed, match="not-a-program is missing"), run.stream(["not-a-program"]):
        pass


def test_it_is_in_a_session_of_its_own() -> None:
    with run.stream(["sh", "-c", "cut -d' ' -f6 /proc/self/stat; echo $$"]) as child:
        session, pid = (piece.text for piece in child)
    assert session == pid


def test_hosts_have_the_door() -> None:
    with RealHost().stream(["echo", "here"]) as running:
        assert [piece.text for piece in running] == ["here\n"]
    host = PracticeHost()
    with host.stream(["cat", "/etc/hostname"]) as running:
        assert (list(running), running.status) == ([Said("practice\n")], 0)
        running.check()
    with host.stream(["cat", "/none"]) as running:
        assert list(running) == []
        with pytest.raises(CommandFailed, match="No such file"):
            running.check()
