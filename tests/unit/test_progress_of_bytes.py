"""How far a copy is: told by dd, or counted by the kernel."""

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tui.backend import execute, progress, run
from tui.backend.command import command
from tui.backend.errors import CommandFailed, PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.host import Running, Said
from tui.backend.machine import RealHost
from tui.backend.plan import Plan, Step
from tui.backend.practice import PracticeHost
from tui.backend.practice.programs.recital import Recital


class Telling(PracticeHost):
    """A host whose program says some lines, while the kernel counts what is read of a disk."""

    def __init__(self, *lines: str, reads: int = 0) -> None:
        super().__init__()
        self.lines, self.reads, self.sectors = lines, reads, 1000

    def read(self, path: str) -> str:
        if path != "/sys/class/block/sdb/stat":
            return super().read(path)
        self.sectors += self.reads
        return f" 1 2 {self.sectors} 4 5 6 7 8 9 10 11"

    @contextmanager
    def stream(
        self, argv: Sequence[str], *, output: str | None = None, tick: float | None = None
    ) -> Iterator[Running]:
        yield Lines(self.lines)


class Lines(Recital):
    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__(lambda: "")
        self.lines = lines

    def __iter__(self) -> Iterator[Said]:
        yield from (Said(line, error=True) for line in self.lines)
        self.status = 0


def parts(host: PracticeHost, length: int = 0, reads: str = "") -> list[float | None]:
    found: list[float | None] = []
    step = Step("Do it", command("program"), progress=True, length=length, reads=reads)
    progress.follow(host, step, ["program"], found.append)
    return found


def test_dd() -> None:
    said = (
        "",
        "\r250 bytes copied, 1 s",
        "\r",
        "500 bytes (500 B) copied, 2 s\n",
        "0+1 records out\n",
    )
    assert parts(Telling(*said), length=1000) == [0.0, 0.25, 0.25, 0.5, 0.5]


def test_never_back_and_never_more_than_all() -> None:
    said = ("900 bytes copied", "300 bytes copied", "2000 bytes copied")
    assert parts(Telling(*said), length=1000) == [0.9, 0.9, 1.0]


def test_what_the_kernel_counts() -> None:
    assert parts(Telling("", "", "", reads=2), length=4096, reads="sdb") == [0.25, 0.5, 0.75]


@pytest.mark.parametrize("reads", ["", "gone"])
def test_what_nobody_counts(reads: str) -> None:
    assert parts(Telling("", ""), length=4096, reads=reads) == [0.0, 0.0]


def test_percentages() -> None:
    """Before the first, and without any, nothing is known."""
    assert parts(Telling("begun", "10%\n", "45.5% done\n", "")) == [None, 0.1, 0.455, 0.455]


def test_what_a_program_has_read(tmp_path: Path) -> None:
    """It prints nothing until it has read all, into a file where that is asked for."""
    fifo, large, digest = tmp_path / "fifo", tmp_path / "large", tmp_path / "digest"
    os.mkfifo(fifo)
    large.write_bytes(b"x" * 600_000)
    found: list[float | None] = []

    def listen(part: float | None) -> None:
        found.append(part)
        if len(found) == 1:
            fifo.write_text("")  # and it ends

    words = ["sha256sum", str(large), str(fifo)]
    step = Step("Hash", command(*words, output=str(digest)), progress=True, length=1_200_000)
    assert progress.follow(RealHost(), step, words, listen) == ""
    assert 0.4 < (found[0] or 0) < 1
    assert hashlib.sha256(large.read_bytes()).hexdigest() in digest.read_text()


def test_a_long_step_is_stopped_in_its_middle() -> None:
    steps = (
        Step("Sleep", command("sleep", "infinity"), progress=True, length=1, aftermath="It is half done."),
        Step("Never", command("false")),
    )
    asked = threading.Event()
    seen: list[Event] = []

    def listen(event: Event) -> None:
        seen.append(event)
        asked.set()

    with pytest.raises(PlanFailed) as caught:
        execute.run(Plan("wait", "here", steps), RealHost(), listen, asked.is_set)
    assert "Stopped, as asked" in caught.value.message
    assert (caught.value.hint, caught.value.undone) == ("It is half done.", False)
    assert [event.phase for event in seen] == [Phase.STARTED, Phase.FAILED]


@pytest.mark.parametrize(("others", "kept"), [("second", True), ("", False)])
def test_what_others_need_is_not_taken_back(tmp_path: Path, others: str, kept: bool) -> None:
    """And nobody is told that it was."""
    file = tmp_path / "rule"
    made = Step(
        "Make it",
        command("touch", str(file)),
        command("rm", str(file)),
        undo_if=(command("echo", others), ""),
    )
    phases: list[Phase] = []
    plan = Plan("make", "here", (made, Step("Fail", command("false"))))
    with pytest.raises(PlanFailed):
        execute.run(plan, RealHost(), lambda event: phases.append(event.phase))
    assert file.exists() is kept
    assert (Phase.UNDOING in phases, Phase.UNDONE in phases) == (not kept, not kept)


def hear(words: Sequence[str]) -> None:
    with run.stream(words) as child:
        list(child)
        child.check()


@pytest.mark.parametrize("door", [run.run, hear])
def test_words_on_standard_output_count_where_there_are_no_others(
    door: Callable[[Sequence[str]], object],
) -> None:
    script = "printf '1 bytes copied\\r2 bytes copied\\n'; echo differ: byte 3; exit 1"
    with pytest.raises(CommandFailed) as caught:
        door(["sh", "-c", script])
    assert caught.value.message.endswith(": 2 bytes copied\ndiffer: byte 3")
