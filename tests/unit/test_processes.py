"""Who holds what, on this very machine's /proc."""

import _ctypes
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.patience import until
from tui.backend import kcmp, processes, tasks

CODE = {
    "works in": "import os,sys; os.chdir(sys.argv[1])",
    "has open": "import sys; f=open(sys.argv[1]+'/file')",
    "has mapped": "import ctypes,sys; library=ctypes.CDLL(sys.argv[1]+'/file')",
}


THREADS = {
    "the first has ended": "f = open(sys.argv[1] + '/file'); run(wait); libc.syscall(EXIT, 0)",
    "files of its own": "run(lambda: (libc.unshare(0x400), opened(), wait()))",
}
THREADED = """
import ctypes, os, sys, threading, time
EXIT = {"x86_64": 60}.get(os.uname().machine, 93)
libc = ctypes.CDLL(None, use_errno=True)
kept = []
def opened(): kept.append(open(sys.argv[1] + "/file"))
def wait(): print(flush=True); sys.stdin.read(); os._exit(0)
def run(work): threading.Thread(target=work).start()
"""


@pytest.mark.parametrize("way", THREADS)
def test_a_thread_that_holds_by_itself(tmp_path: Path, way: str) -> None:
    """The first one of its process has nothing open."""
    (tmp_path / "file").touch()
    code = THREADED + THREADS[way]
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=-1, stdout=-1) as process:
        assert process.stdout
        process.stdout.readline()
        until(lambda: not _has_file(process.pid), "its first thread has nothing")
        found = processes.uses("0:0", [str(tmp_path)])
        process.kill()
    assert [(use.pid, use.how) for use in found] == [(process.pid, "has open")]


def _has_file(pid: int) -> bool:
    with suppress(OSError):
        place = f"/proc/{pid}/fd"
        return any(os.readlink(f"{place}/{entry}").endswith("/file") for entry in os.listdir(place))
    return False


def test_threads_that_share_their_files_are_asked_once() -> None:
    task = os.getpid()
    assert kcmp.share_files(task, task)
    with subprocess.Popen(["sleep", "1000"]) as other:
        assert not kcmp.share_files(task, other.pid)
        some = [(1, task), (1, task), (2, other.pid), (2, task)]
        assert [own for _pid, _task, own in tasks.with_files(some)] == [True, False, True, True]
        other.kill()


def test_no_more_is_read_than_a_machine_has(tmp_path: Path) -> None:
    """Anybody can make some files of /proc as long as he likes."""
    (tmp_path / "maps").write_text("line\n" * tasks._MOST)
    assert tasks.text(str(tmp_path / "maps")) == "line\n" * (tasks._MOST // 5)
    assert tasks.text(str(tmp_path / "maps"), 7) == "line\n"
    assert tasks.text(str(tmp_path / "maps"), None) == "line\n" * tasks._MOST


@pytest.mark.parametrize("how", CODE)
def test_the_ways_of_holding(tmp_path: Path, how: str) -> None:
    shutil.copy(_ctypes.__file__, tmp_path / "file")
    code = CODE[how] + "; print(flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdin=-1, stdout=-1) as process:
        assert process.stdout
        process.stdout.readline()
        found = processes.uses("0:0", [str(tmp_path)])
        process.kill()
    assert [(use.pid, use.how) for use in found] == [(process.pid, how)]
    assert "python" in found[0].program
    assert found[0].user
    assert processes.uses("0:0", [str(tmp_path)]) == ()


def test_neighbours_are_not_accused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "ab").mkdir()
    with subprocess.Popen(["sh", "-c", "echo; read x"], cwd=tmp_path / "ab", stdin=-1, stdout=-1) as process:
        assert process.stdout
        process.stdout.readline()
        assert processes.uses("0:0", [str(tmp_path / "a")]) == ()
        process.kill()


def test_foreign_mounts_are_those_of_other_namespaces_only() -> None:
    ours = os.readlink("/proc/self/ns/mnt")
    for mount in processes.foreign_mounts():
        with suppress(FileNotFoundError):  # it has ended since
            tasks = os.listdir(f"/proc/{mount.pid}/task")
            assert any(os.readlink(f"/proc/{task}/ns/mnt") != ours for task in tasks)


def test_no_file_system_is_asked_for_the_roots_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is a program of somebody's need never answer."""
    ask = os.stat

    def never(path: str, **options: bool) -> os.stat_result:
        assert not str(path).endswith(("/root", "/cwd", "/exe"))
        return ask(path, **options)

    monkeypatch.setattr(os, "stat", never)
    processes.foreign_mounts()
    processes.uses("0:0", ["/tmp"])


def test_two_roots_of_one_namespace_are_told_apart(tmp_path: Path) -> None:
    here, there = processes._place("/proc/self/root"), processes._place("/proc/self/cwd")
    assert here[0]
    assert here != ("", "")
    with subprocess.Popen(["sh", "-c", "echo; read x"], cwd=tmp_path, stdin=-1, stdout=-1) as process:
        assert process.stdout
        process.stdout.readline()
        other = processes._place(f"/proc/{process.pid}/cwd")
        process.kill()
    assert len({here, other, there}) >= 2
    assert processes._place("/proc/self/none") == ("", "")


def test_the_kernel_has_nothing_of_its_own() -> None:
    """Its threads are passed over, and nobody else is."""
    threads = {pid for pid in tasks._by_the_kernel() if tasks._has_no_program(pid)}
    seen = {pid for pid, _task in tasks.everyone()}
    assert not threads & seen
    assert os.getppid() in seen
    kthreadd = Path("/proc/2/stat").exists() and Path("/proc/2/stat").read_text().startswith("2 (kthreadd)")
    assert kthreadd == (2 in threads)
