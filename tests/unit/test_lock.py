"""One program at a time."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tui.backend import lock
from tui.backend.errors import Refused


def test_the_second_is_told_who_is_first(tmp_path: Path) -> None:
    file = str(tmp_path / "run" / ".lock")
    with lock.hold("create trial", file), pytest.raises(Refused) as refusal, lock.hold("remove x", file):
        pass
    assert f"process {os.getpid()}, to create trial" in refusal.value.message


def test_nothing_is_left_when_no_sandbox_is(tmp_path: Path) -> None:
    file = tmp_path / "run" / ".lock"
    with lock.hold("create", str(file)):
        assert file.exists()
    assert not file.parent.exists()
    with lock.hold("create", str(file)):
        (file.parent / "trial").mkdir()
    assert file.exists()


def test_a_killed_holder_frees_it_but_its_running_program_keeps_it(tmp_path: Path) -> None:
    file = str(tmp_path / "run" / ".lock")
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
    """The file goes away with the last sandbox: no waiter may lock a file that is gone."""
    file = str(tmp_path / "run" / ".lock")
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
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".lock").symlink_to(target)
    with pytest.raises(Exception, match="lock"), lock.hold("x", str(tmp_path / "run" / ".lock")):
        pass
    assert target.read_text() == "precious"
