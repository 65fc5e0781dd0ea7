"""The scripts that fetch other releases of Debian: what bad input gets is one sentence, status 3, and
nothing half made.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.vm import kernel

CI = Path(__file__).parents[2] / ".ci"
NO_RELEASE = "E: The repository 'http://mirror/debian sarge Release' does not have a Release file."
NO_NETWORK = (
    "E: Failed to fetch http://mirror/InRelease  Temporary failure resolving 'mirror'",
    "E: Failed to fetch http://mirror/InRelease  Could not connect to mirror:80 (192.0.2.1), timed out",
)
NO_PACKAGE = "E: Unable to locate package linux-image-amd64"
DOWNLOADS = {"on-debian": ("sarge", "true"), "kernel": ("--release", "sarge", "tests")}
"""What downloads, by its script, of the release sarge."""


def put_program(place: Path, script: str) -> None:
    """An executable shell script."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


@dataclass
class Checkout:
    """A checkout with the scripts, and a place for programs that are found before the machine's."""

    top: Path
    programs: Path
    cache: Path

    def command(self, script: str, *words: str) -> list[str]:
        # who runs the tests may have been told to ignore Ctrl-C; a shell cannot take that back
        return ["env", "--default-signal=INT", "sh", str(self.top / ".ci" / script), *words]

    def environment(self) -> dict[str, str]:
        path = f"{self.programs}:{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(self.cache)}

    def run(self, script: str, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
        env = self.environment() | settings
        argv = self.command(script, *words)
        return subprocess.run(argv, env=env, capture_output=True, text=True, check=False, timeout=60)

    def refused(self, script: str, *words: str, **settings: str) -> str:
        """The last line that it said; it ended with 3, and left nothing but its locks."""
        done = self.run(script, *words, **settings)
        assert done.returncode == 3, done.stderr
        assert self.left() == []
        assert done.stdout == ""
        return done.stderr.splitlines()[-1]

    def left(self) -> list[str]:
        """All that is in the cache, but for empty locks."""
        files = (path for path in self.cache.rglob("*") if not path.is_dir() or not any(path.iterdir()))
        return [str(path) for path in files if path.name not in ("lock", "debian", "kernel")]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """In a directory with a space in its name; its root may do everything."""
    top = tmp_path / "a checkout"
    shutil.copytree(CI, top / ".ci")
    git = ["git", "-C", str(top), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "init", "-q", top], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-q", "-m", "x"], check=True)
    for name in ("pytest", "python"):
        put_program(top / ".venv/bin" / name, f'echo {name} "$@"')
    put_program(tmp_path / "programs/id", "echo 0")
    return Checkout(top, tmp_path / "programs", tmp_path / "cache")


def archive_says(checkout: Checkout, *lines: str) -> None:
    """The download fails after these words, and leaves half of what it was to make."""
    said = "\n".join(f'echo "{line}" >&2' for line in lines)
    half = 'for last; do :; done; case $last in *.tar) echo half >"$last" ;; *) mkdir -p "$last/usr" ;; esac'
    put_program(checkout.programs / "mmdebstrap", f"{half}\n{said}\nexit 25")


@pytest.mark.parametrize("name", ["", "Trixie", "13", "../x", "a b", "-x", "trixie/../.."])
@pytest.mark.parametrize("script", DOWNLOADS)
def test_what_is_no_name_of_a_release(checkout: Checkout, script: str, name: str) -> None:
    words = [name if word == "sarge" else word for word in DOWNLOADS[script]]
    assert f'"{name}" is not the name of a Debian release; try bookworm' in checkout.refused(script, *words)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ((NO_RELEASE,), 'Debian\'s archive has no release "sarge"; try bookworm or trixie.'),
        (NO_NETWORK[:1], "of sarge cannot be fetched, because Debian's archive cannot be reached"),
        ((NO_NETWORK[1], NO_RELEASE), "archive cannot be reached: try again with a network."),
        ((NO_PACKAGE,), "Debian's archive has no package for"),
        (("E: No space left on device",), "of sarge cannot be fetched: the lines above say why"),
    ],
)
@pytest.mark.parametrize("script", DOWNLOADS)
def test_a_download_that_fails(checkout: Checkout, script: str, said: Sequence[str], sentence: str) -> None:
    archive_says(checkout, *said)
    assert sentence in checkout.refused(script, *DOWNLOADS[script])


def test_a_kernel_test_that_is_not_there(checkout: Checkout) -> None:
    said = checkout.refused("kernel", "tests/kernel/test_gone.py::test_it")
    assert "there is no tests/kernel/test_gone.py" in said


@pytest.mark.parametrize("script", DOWNLOADS)
def test_a_download_without_its_program(checkout: Checkout, tmp_path: Path, script: str) -> None:
    put_program(tmp_path / "few/id", "echo 0")
    for name in ("env", "sh", "dirname", "git", "tar", "flock"):
        found = shutil.which(name)
        assert found
        (tmp_path / "few" / name).symlink_to(found)
    said = checkout.refused(script, *DOWNLOADS[script], PATH=str(tmp_path / "few"))
    assert "mmdebstrap is missing; `sh .ci/setup test` installs it." in said


@pytest.mark.parametrize("script", DOWNLOADS)
def test_a_download_that_is_interrupted(checkout: Checkout, script: str, tmp_path: Path) -> None:
    """By Ctrl-C, which every process of the terminal gets."""
    put_program(checkout.programs / "mmdebstrap", f'echo >"{tmp_path}/started"; exec sleep 60')
    argv = checkout.command(script, *DOWNLOADS[script])
    with subprocess.Popen(
        argv, env=checkout.environment(), stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        while not (tmp_path / "started").exists():
            assert process.poll() is None
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) in (130, -signal.SIGINT)
    (lock,) = checkout.cache.rglob("sandbox-tui/*/lock")
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # who clears up holds it
        assert checkout.left() == []


def test_a_kernel_without_modules(checkout: Checkout) -> None:
    put_program(checkout.programs / "mmdebstrap", 'for last; do :; done; mkdir -p "$last/boot"')
    assert "the kernel package of sarge has no modules" in checkout.refused("kernel", *DOWNLOADS["kernel"])


@pytest.mark.parametrize("library", ["lib", "usr/lib"])
def test_a_kernel_of_each_layout(checkout: Checkout, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian 12 has its modules in lib, 13 in usr/lib; of what a killed run has left nothing stays."""
    make = f'mkdir -p "$last/boot" "$last/{library}/modules/6.0/kernel"; touch "$last/boot/vmlinuz-6.0"'
    put_program(checkout.programs / "mmdebstrap", f"for last; do :; done; {make}")
    (checkout.cache / "sandbox-tui/kernel/new.killed/all").mkdir(parents=True)
    done = checkout.run("kernel", *DOWNLOADS["kernel"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("python -m tests.vm --release sarge")
    tree = checkout.cache / "sandbox-tui/kernel"
    assert sorted(path.name for path in tree.iterdir()) == ["lock", "sarge"]
    assert (tree / "sarge/lib/modules/6.0/modules.dep").exists()
    monkeypatch.setenv("XDG_CACHE_HOME", str(checkout.cache))
    assert kernel.find_kernel("sarge") == tree / "sarge/boot/vmlinuz-6.0"


def test_a_test_kernel_with_the_modules_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(kernel.VmError, match=r"no kernel of sarge .*sh \.ci/kernel --release sarge"):
        kernel.find_kernel("sarge")
    tree = tmp_path / "sandbox-tui/kernel/sarge"
    (tree / "boot").mkdir(parents=True)
    (tree / "boot/vmlinuz-6.0").touch()
    (tree / "lib/modules/5.0").mkdir(parents=True)
    with pytest.raises(kernel.VmError, match=f"no modules of 6.0 in {tree}: remove that directory"):
        kernel.find_kernel("sarge")


def test_on_debian_says_what_it_lacks(checkout: Checkout) -> None:
    assert "no command was given: sh .ci/on-debian trixie COMMAND" in checkout.refused("on-debian", "trixie")
    (checkout.programs / "id").write_text("#!/bin/sh\necho 1000\n")
    assert "sudo sh .ci/on-debian trixie true" in checkout.refused("on-debian", "trixie", "true")
    (checkout.programs / "id").write_text("#!/bin/sh\necho 0\n")
    put_program(checkout.programs / "mmdebstrap", "exit 1")
    shutil.rmtree(checkout.top / ".git")
    assert "is not a git repository that root can read" in checkout.refused("on-debian", "trixie", "true")


def test_the_first_process_is_only_started_as_one(checkout: Checkout) -> None:
    """It ends all processes that it can see."""
    done = checkout.run("on-debian-init", str(checkout.top), "true")
    assert done.returncode == 2
    assert "only .ci/on-debian starts this" in done.stderr


def test_on_debian_clears_what_killed_runs_left(checkout: Checkout) -> None:
    """A run that is still there holds its lock."""
    archive_says(checkout, NO_RELEASE)
    roots = checkout.cache / "sandbox-tui/debian"
    for name in ("run.dead", "run.live", "run.early"):
        (roots / name / "root/etc").mkdir(parents=True)
    (roots / "run.dead/lock").touch()
    with (roots / "run.live/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert checkout.run("on-debian", "sarge", "true").returncode == 3
        assert sorted(path.name for path in roots.iterdir()) == ["lock", "run.live"]
        assert (roots / "run.live/root/etc").is_dir()
    assert checkout.run("on-debian", "sarge", "true").returncode == 3
    assert [path.name for path in roots.iterdir()] == ["lock"]
