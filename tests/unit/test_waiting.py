"""No wait is without a limit, and nothing keeps a plan from being undone."""

import errno
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tui.backend import execute, kernel_log, machine, run, waiting
from tui.backend.command import command
from tui.backend.errors import NoAnswer, PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.machine import RealHost
from tui.backend.plan import Plan, Step


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("IDLE", 0.5), ("IDLE_WRITING", 0.5), ("GRACE", 0.3), ("PATIENCE", 0.3)):
        monkeypatch.setattr(waiting, name, seconds)


@pytest.fixture
def undying(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No signal ends a program, as in uninterruptible sleep."""
    sent: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda pid, number: sent.append(pid))
    yield
    monkeypatch.undo()
    for process in run._left_behind.values():
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    run._left_behind.clear()


@pytest.mark.usefixtures("short")
def test_a_program_that_does_nothing_is_given_up() -> None:
    with pytest.raises(NoAnswer, match="it has done nothing for") as caught:
        run.run(["sleep", "1000"])
    assert caught.value.left is None


@pytest.mark.usefixtures("short")
def test_one_that_works_is_not() -> None:
    """It takes much longer than a program may idle."""
    script = "for i in $(seq 25); do head -c 9 /dev/zero; sleep 0.05; done"
    assert len(run.run(["bash", "-c", script])) == 225


@pytest.mark.usefixtures("short", "undying")
def test_what_cannot_be_killed_is_left_and_named_and_not_started_again() -> None:
    with pytest.raises(NoAnswer, match="cannot be ended") as caught:
        run.run(["sleep", "1001"], timeout=0.2)
    pid = caught.value.left
    assert pid is not None
    assert Path(f"/proc/{pid}/comm").read_text() == "sleep\n"
    begun = time.monotonic()
    with pytest.raises(NoAnswer, match=str(pid)):
        run.run(["sleep", "1001"], timeout=60)
    assert time.monotonic() - begun < 10
    assert run.run(["sleep", "0"]) == ""


def _stream() -> None:
    with run.stream(["sleep", "1002"]) as child:
        list(child)


def _pipe() -> None:
    with run.pipe(["sleep", "1003"]) as printed:
        printed.read()


@pytest.mark.usefixtures("short", "undying")
@pytest.mark.parametrize("door", [_stream, _pipe])
def test_the_other_doors_do_not_wait_for_it_either(door: Callable[[], None]) -> None:
    with pytest.raises(NoAnswer, match="cannot be ended"):
        door()


def test_what_a_program_leaves_running_is_not_waited_for() -> None:
    """As mount does with a file system in user space: it keeps the pipes."""
    pid = int(run.run(["sh", "-c", "sleep 1004 & echo $!"], timeout=60))
    os.kill(pid, signal.SIGKILL)
    with run.stream(["sh", "-c", "sleep 1004 & echo $!"]) as child:
        (said,) = list(child)
    os.kill(int(said.text), signal.SIGKILL)


@pytest.mark.usefixtures("short")
def test_who_shall_stop_does_not_wait_for_the_step() -> None:
    asked = threading.Event()

    def listen(event: Event) -> None:
        if event.phase is Phase.STARTED:
            asked.set()

    begun = time.monotonic()
    with pytest.raises(PlanFailed, match="stopped, as asked"):
        execute.run(
            Plan("wait", "x", (Step("Sleep", command("sleep", "1000")),)), RealHost(), listen, asked.is_set
        )
    assert time.monotonic() - begun < 60


@pytest.mark.usefixtures("short")
def test_a_step_that_gave_no_answer_may_be_done(tmp_path: Path) -> None:
    """As dmsetup, which has done its work and waits for a udevd that has died."""
    made = tmp_path / "made"
    steps = (
        Step("Make it", command("sh", "-c", f"mkdir {made}; exec sleep 1000"), command("rmdir", str(made))),
    )
    with pytest.raises(PlanFailed) as caught:
        execute.run(Plan("make", "x", steps), RealHost())
    assert caught.value.undone
    assert not made.exists()


FAULTS: list[BaseException] = [
    ValueError("a fault of ours"),
    KeyboardInterrupt(),
    OSError(errno.EIO, "Input/output error"),
    MemoryError(),
    SystemExit(3),
]


@pytest.mark.parametrize("phase", [Phase.STARTED, Phase.DONE, None])
@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_any_exception_undoes(tmp_path: Path, fault: BaseException, phase: Phase | None) -> None:
    """In the listener before a step or after it, or (None) in the step itself."""
    one, two = str(tmp_path / "one"), str(tmp_path / "two")
    steps = tuple(Step(f"Make {path}", command("mkdir", path), command("rmdir", path)) for path in (one, two))

    class Host(RealHost):
        def run(self, argv: Sequence[str], **more: Any) -> str:
            if phase is None and list(argv) == ["mkdir", two]:
                raise fault
            return super().run(argv, **more)

    def listen(event: Event) -> None:
        if event.phase is phase and event.index == 1:
            raise fault

    with pytest.raises(PlanFailed) as caught:
        execute.run(Plan("make", "x", steps), Host(), listen)
    assert type(fault).__name__ in caught.value.message
    assert os.listdir(tmp_path) == []
    assert caught.value.undone == (phase is not None)  # what nobody saw is not known


def test_a_listener_that_is_gone_does_not_keep_the_undo(tmp_path: Path) -> None:
    path = str(tmp_path / "one")
    steps = (Step("Make", command("mkdir", path), command("rmdir", path)), Step("Fail", command("false")))

    def listen(event: Event) -> None:
        if event.phase in (Phase.FAILED, Phase.UNDOING, Phase.UNDONE):
            raise BrokenPipeError

    with pytest.raises(PlanFailed, match="Fail"):
        execute.run(Plan("make", "x", steps), RealHost(), listen)
    assert os.listdir(tmp_path) == []


def test_past_the_point_of_no_return_any_exception_is_collected(tmp_path: Path) -> None:
    done = str(tmp_path / "done")
    steps = (Step("One", command("true"), of="a"), Step("Two", command("mkdir", done), of="b"))

    def listen(event: Event) -> None:
        if event.step.of == "a":
            raise ValueError("odd")

    with pytest.raises(PlanFailed, match="ValueError: odd") as caught:
        execute.run(Plan("remove", "a, b", steps, commit=0), RealHost(), listen)
    assert not caught.value.undone
    assert os.path.isdir(done)


@pytest.mark.parametrize("kind", ["file", "fifo", "null", "directory", "pipe"])
def test_a_kernel_log_that_is_something_else(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "kmsg"
    make: dict[str, Callable[[], object]] = {
        "file": lambda: place.write_text("6,1,2,-;device-mapper: x\n"),
        "fifo": lambda: os.mkfifo(place),
        "null": lambda: place.symlink_to("/dev/null"),
        "directory": place.mkdir,
        "pipe": lambda: place.symlink_to("/dev/stdin"),
    }
    make[kind]()
    with kernel_log.watch(str(place)) as messages:
        if kind == "file":
            with place.open("a") as file:
                file.write("4,2,3,-;device-mapper: table: no such device\n")
        assert messages() == (["device-mapper: table: no such device"] if kind == "file" else [])


def test_only_what_changes_the_machine_inherits_the_lock() -> None:
    """One that reads a whole disk does not, wherever its output goes."""
    holds = machine._holds_lock
    assert holds(["dmsetup", "create", "x"])
    assert holds(["umount", "/x"])
    assert not holds(["sha256sum", "/x"])
    assert not holds(["blkid", "/dev/sda"])
    assert not holds(["lsblk"])
    assert holds(["mount", "-t", "ext4", "/dev/x", "/x"])


def test_a_file_system_in_user_space_does_not_keep_the_lock(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It runs as long as it is mounted."""
    (tmp_path / "mount.odd").write_text("")
    monkeypatch.setattr(machine, "_HELPERS", (str(tmp_path),))
    assert not machine._holds_lock(["mount", "-t", "odd", "/dev/x", "/x"])
    assert machine._holds_lock(["mount", "-t", "ext4", "/dev/x", "/x"])
