"""Programs that read what others made, as root starts them: what they could do if they were taken over."""

import os
import subprocess
from pathlib import Path

import pytest

from tui.backend.livecd import harmless

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
        *harmless.words(as_root=True, work=work, reading=reading),
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
    os.chown(work, harmless.UID, harmless.UID)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "own", work], check=True)
    try:
        found = look(tmp_path, work=str(work))
        assert [line for line in found.split("\n") if "wrote" in line] == ["wrote its place"]
        assert "wrote" not in look(tmp_path)
    finally:
        subprocess.run(["umount", work], check=True)
