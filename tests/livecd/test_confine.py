"""Programs that read what others made, as root starts them: what they could do if they were taken over."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tui.backend.errors import CommandFailed, Refused
from tui.backend.livecd import confine
from tui.backend.livecd.confine import Confinement
from tui.backend.machine import RealHost

LOOK = """\
for place in / /tmp /var/tmp /dev/shm /run "$1"; do
    touch "$place/made" 2>/dev/null && echo "wrote $place"
done
touch here 2>/dev/null && echo "wrote its place"
grep -E 'CapEff|CapBnd|NoNewPrivs|^Uid' /proc/self/status
head --bytes=6 "$2"
tail --lines=+3 /proc/net/dev
ulimit -d
"""


def look(directory: Path, *, work: str = "", reading: bool = True) -> str:
    """What a program finds that it can do."""
    secret = directory / "secret"
    secret.write_text("secret")
    secret.chmod(0o600)
    words = [
        *Confinement.USER.words(work=work, reading=reading),
        "bash",
        "-c",
        LOOK,
        "bash",
        str(directory),
        str(secret),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr == "" or not reading
    return done.stdout


def test_it_writes_nowhere_and_only_reads(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    found = look(tmp_path)
    assert "wrote" not in found
    assert "Uid:\t65530\t65530\t65530\t65530" in found
    assert "CapEff:\t0000000000000004" in found  # CAP_DAC_READ_SEARCH
    assert "CapBnd:\t0000000000000004" in found
    assert "NoNewPrivs:\t1" in found
    assert "secret" in found
    assert [line for line in found.split("\n") if ":" in line and "lo:" not in line and "eth" in line] == []
    assert str(4 << 20) in found.split("\n")


def test_for_an_archive_it_reads_nothing_of_roots(tmp_path: Path) -> None:
    """A list (mtree) in its place may name any file of this machine as its contents."""
    tmp_path.chmod(0o777)
    found = look(tmp_path, reading=False)
    assert "secret" not in found
    assert "CapEff:\t0000000000000000" in found
    assert "CapBnd:\t0000000000000000" in found


@pytest.mark.parametrize("name", ["work", "a b", "100%s", "new\nline"])
def test_it_writes_to_its_place(tmp_path: Path, name: str) -> None:
    """Whatever that and what is mounted here are called."""
    tmp_path.chmod(0o777)
    work = tmp_path / name
    work.mkdir()
    os.chown(work, confine.UID, confine.UID)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "own", work], check=True)
    try:
        found = look(tmp_path, work=str(work))
        assert [line for line in found.split("\n") if "wrote" in line] == ["wrote its place"]
        assert "wrote" not in look(tmp_path)
    finally:
        subprocess.run(["umount", work], check=True)


def test_a_link_put_into_a_root_at_the_last_moment_is_not_followed(tmp_path: Path) -> None:
    """Whoever can write below a directory that root makes an ISO of could have root's secrets in it."""
    (tmp_path / "root/tmp").mkdir(parents=True)
    (tmp_path / "root/tmp/link").symlink_to("../../secret")
    (tmp_path / "secret").write_text("of root's")
    words = Confinement.USER.without_links(str(tmp_path / "root"))
    done = subprocess.run(
        [*words, "cat", tmp_path / "root/tmp/link"], capture_output=True, text=True, check=False
    )
    assert "Too many levels of symbolic links" in done.stderr
    assert done.stdout == ""
    done = subprocess.run(
        [*words, "readlink", tmp_path / "root/tmp/link"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "../../secret\n"


class _NoNamespaces(RealHost):
    """A machine whose kernel gives none, or none to whom it asks."""

    def __init__(self, *, root: bool) -> None:
        self.root = root

    def is_root(self) -> bool:
        return self.root

    def run(self, argv: Sequence[str], **options: Any) -> str:
        if argv[0] == "unshare":
            raise CommandFailed("unshare failed: Operation not permitted", status=1)
        return super().run(argv, **options)


def test_where_there_are_no_namespaces() -> None:
    with pytest.raises(Refused, match="gives no namespaces") as refused:
        confine.settle(_NoNamespaces(root=True))
    assert "--trusted" in refused.value.hint
    assert confine.settle(_NoNamespaces(root=True), trusted=True) is Confinement.LIMITS
    assert confine.settle(_NoNamespaces(root=False)) is Confinement.LIMITS
    assert confine.settle(RealHost()) is Confinement.USER


@pytest.fixture
def theirs() -> Iterator[Path]:
    """A directory that the user 1234 can reach and write to."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        os.chown(place, 1234, 1234)
        yield Path(place)


def test_who_is_not_root_writes_nowhere_either(theirs: Path) -> None:
    own, work = theirs / "own", theirs / "work"
    own.write_text("mine")
    work.mkdir()
    for path in (own, work):
        os.chown(path, 1234, 1234)
    script = (
        'for f in "$1/own" /tmp/new /dev/shm/new "$1/work/new" here; do { echo x >"$f"; } 2>/dev/null'
        ' && echo "wrote $f"; done; grep CapEff /proc/self/status'
    )
    user = ("setpriv", "--reuid=1234", "--regid=1234", "--clear-groups")
    words = (*user, *Confinement.NAMESPACES.words(work=str(work)), "bash", "-c", script, "bash", str(theirs))
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == [f"wrote {work}/new", "wrote here", "CapEff:\t0000000000000000"]
    assert own.read_text() == "mine"
