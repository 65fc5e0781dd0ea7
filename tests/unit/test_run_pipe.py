"""What programs print while they run: read to the end, or as much as is needed."""

import psutil
import pytest

from tui.backend import run, waiting
from tui.backend.errors import CommandFailed


@pytest.mark.parametrize(
    "line", ["yes", "cat /dev/zero", "yes | cat", "trap '' PIPE TERM; yes 2>/dev/null; sleep 1000"]
)
def test_who_has_read_enough_may_stop(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.2)
    with run.pipe(["bash", "-c", line]) as pipe:
        assert len(pipe.read(64)) == 64
    assert not psutil.Process().children()


def test_an_error_of_the_reader_is_not_the_programs() -> None:
    with pytest.raises(UnicodeError), run.pipe(["bash", "-o", "pipefail", "-c", "yes Ä | cat"]) as pipe:
        pipe.read(10).decode("ascii")


def test_whatever_stops_the_reader_ends_the_program() -> None:
    with pytest.raises(KeyboardInterrupt), run.pipe(["sleep", "infinity"]):
        raise KeyboardInterrupt
    assert not psutil.Process().children()


@pytest.mark.parametrize("amount", [-1, 64])
def test_a_program_that_fails_says_why(amount: int) -> None:
    with (
        pytest.raises(CommandFailed, match="no such thing") as failed,
        run.pipe(["sh", "-c", "echo some; echo no such thing >&2; exit 7"]) as pipe,
    ):
        assert pipe.read(amount) == b"some\n"
    assert failed.value.status == 7


def test_of_many_complaints_the_last_ones_count() -> None:
    script = "yes complaint | head --lines=100000 >&2; echo at last >&2; exit 1"
    with pytest.raises(CommandFailed, match="at last") as failed, run.pipe(["bash", "-c", script]) as pipe:
        pipe.read()
    assert len(failed.value.message) < 100_000


def test_a_line_without_an_end() -> None:
    with run.stream(["sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x"]) as child:
        pieces = [said.text for said in child]
    assert "".join(pieces) == "x" * 1_000_000
    assert max(map(len, pieces)) <= 1 << 18
