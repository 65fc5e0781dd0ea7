"""One program at a time."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.backend import lock
from tui.backend.errors import CommandFailed, Refused


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
        "with lock.hold('create', sys.argv[1]) as fd:\n"
        " child = subprocess.Popen(['sleep', '1000'], pass_fds=(fd,), stdout=-3, stderr=-3)\n"
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
