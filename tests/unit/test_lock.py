"""One program at a time: of those that change what all share, and of those that change one sandbox."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.backend import lock, paths
from tui.backend.errors import CommandFailed, Refused


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 0)
    monkeypatch.setattr(lock, "PATIENCE_WITHIN", 0)
    monkeypatch.setattr(lock, "PATIENCE_OWN", 0)


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where sandboxes have their directories: two of them."""
    monkeypatch.setattr(paths, "RUN_DIR", str(tmp_path / "run"))
    for name in ("one", "two"):
        (tmp_path / "run" / name).mkdir(parents=True)
    return tmp_path / "run"


def test_the_second_is_told_who_is_first(tmp_path: Path) -> None:
    file = str(tmp_path / "lock")
    with lock.hold("create trial", file), pytest.raises(Refused) as refusal, lock.hold("remove x", file):
        pass
    assert f"process {os.getpid()}, to create trial" in refusal.value.message


def test_nobody_else_can_open_it(tmp_path: Path) -> None:
    """Whoever can read a file can lock it, and keep everybody from everything."""
    file = tmp_path / "lock"
    old = os.umask(0)
    try:
        with lock.hold("create", str(file)):
            assert file.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(old)
    assert file.exists()
    file.chmod(0o644)
    with pytest.raises(Refused, match="only root can open"), lock.hold("x", str(file)):
        pass


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_something_else_in_its_place(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "lock")
    with pytest.raises(Refused, match="cannot be the lock"), lock.hold("x", str(tmp_path / "lock")):
        pass


def test_a_file_where_its_directory_is(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(CommandFailed, match="Not a directory"), lock.hold("x", str(tmp_path / "run/lock")):
        pass


def test_a_killed_holder_frees_it_but_its_running_program_keeps_it(tmp_path: Path) -> None:
    file = str(tmp_path / "lock")
    code = (
        "import os,subprocess,sys\nfrom tui.backend import lock\n"
        "with lock.hold('create', sys.argv[1]) as held:\n"
        " fds = held.descriptors\n"
        " child = subprocess.Popen(['sleep', '1000'], pass_fds=fds, stdout=-3, stderr=-3)\n"
        " print(child.pid, flush=True)\n os.kill(os.getpid(), 9)\n"
    )
    dead = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=False)
    with pytest.raises(Refused), lock.hold("recover", file):
        pass
    orphan = int(dead.stdout)
    os.kill(orphan, 9)
    while (
        Path(f"/proc/{orphan}").exists()
        and "Z" not in Path(f"/proc/{orphan}/stat").read_text().rsplit(")", 1)[1]
    ):
        pass
    with lock.hold("recover", file):
        pass


def test_many_at_once_never_overlap(tmp_path: Path) -> None:
    file = str(tmp_path / "lock")
    inside: list[int] = []
    overlaps: list[int] = []

    def work() -> None:
        for _ in range(60):
            try:
                with lock.hold("x", file):
                    inside.append(1)
                    overlaps.append(len(inside))
                    inside.pop()
            except Refused:
                continue

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps
    assert set(overlaps) == {1}


def test_a_link_in_its_place_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "victim"
    target.write_text("precious")
    (tmp_path / "lock").symlink_to(target)
    with pytest.raises(Exception, match="lock"), lock.hold("x", str(tmp_path / "lock")):
        pass
    assert target.read_text() == "precious"


def test_programs_that_were_left_behind_are_named(tmp_path: Path) -> None:
    file = str(tmp_path / "lock")
    with lock.hold("create", file) as held:
        child = subprocess.Popen(["sleep", "1000"], pass_fds=held.descriptors)
    try:
        with pytest.raises(Refused) as refusal, lock.hold("recover", file):
            pass
        assert f"process {child.pid} (sleep)" in refusal.value.hint
    finally:
        child.kill()
        child.wait()


def test_who_waits_gets_it_when_it_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE", 60)
    file, done = str(tmp_path / "lock"), threading.Event()

    def wait() -> None:
        with lock.hold("second", file):
            done.set()

    with lock.hold("first", file):
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not done.wait(0.1)
    waiting.join()
    assert done.is_set()


def test_two_sandboxes_at_the_same_time(tmp_path: Path, places: Path) -> None:
    """While one is changed the machine's lock is free, and taken again for what all share."""
    file = str(tmp_path / "lock")
    with lock.hold("hash one", file) as first:
        with pytest.raises(Refused), lock.hold("grow two", file):
            pass
        first.share(["one"])
        assert lock.changing(["one", "two", "three"]) == ("one",)
        with lock.hold("grow two", file) as second:
            assert second.own(["two"])
            assert lock.changing(["one", "two"]) == ("one", "two")
            with pytest.raises(CommandFailed, match="Another sandbox-tui"):
                first.alone()
            with pytest.raises(Refused, match="one is being changed just now"):
                second.own(["one"])
        first.alone()
        with pytest.raises(Refused), lock.hold("grow two", file):
            pass
    assert lock.changing(["one", "two"]) == ()


def test_who_waits_is_stopped(tmp_path: Path, places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "PATIENCE_WITHIN", 600)
    file = str(tmp_path / "lock")
    asked = iter([False, False, True])
    with lock.hold("hash one", file) as first:
        first.share(["one"])
        with lock.hold("grow two", file), pytest.raises(CommandFailed, match="to grow two"):
            first.alone(lambda: next(asked))
    assert list(asked) == []


def test_what_has_no_directory_keeps_the_machines_lock(tmp_path: Path, places: Path) -> None:
    """Remains, or one that is not made yet; and a plan for no sandbox."""
    file = str(tmp_path / "lock")
    for names in ([], ["three"], ["one", "three"]):
        with lock.hold("first", file) as held:
            held.share(names)
            with pytest.raises(Refused), lock.hold("second", file):
                pass


def test_a_program_keeps_the_lock_of_its_sandbox(tmp_path: Path, places: Path) -> None:
    file = str(tmp_path / "lock")
    with lock.hold("grow one", file) as held:
        held.share(["one"])
        child = subprocess.Popen(["sleep", "1000"], pass_fds=held.descriptors)
    try:
        with lock.hold("remove one", file) as second:
            with pytest.raises(Refused, match=rf"by process {child.pid} \(sleep\)"):
                second.own(["one"])
            assert second.own(["two"])
    finally:
        child.kill()
        child.wait()


def test_a_removed_directory_keeps_nobody_from_the_next_of_its_name(tmp_path: Path, places: Path) -> None:
    file = str(tmp_path / "lock")
    with lock.hold("remove one", file) as first:
        first.share(["one"])
        (places / "one").rmdir()
        (places / "one").mkdir()
        with lock.hold("create one", file) as second:
            assert second.own(["one"])


def test_who_may_try_a_lock_reads_no_list(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It grows with the square of the locks that anybody has."""
    monkeypatch.setattr(lock, "_listed", lambda: pytest.fail("the list was read"))
    with lock.hold("create", str(places / "lock")) as held:
        held.own(["one"])
        assert lock.changing(["one", "two", "none"]) == ("one",)
        number = lock._number(paths.of("one"))
        monkeypatch.setattr(lock, "_listed", lambda: frozenset({number}))
        monkeypatch.setattr(lock, "_is_held", lambda directory: None)
        assert lock.changing(["one", "two"]) == ("one",)
