"""What is built: the same each time, by script or by program, from every kind of root."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.livecd.conftest import make_iso
from tests.patience import until
from tests.vm.kernel import find_kernel
from tui.backend import execute
from tui.backend.errors import PlanFailed
from tui.backend.execute import Event, Phase
from tui.backend.livecd import build, image, roots
from tui.backend.livecd.confine import Confinement
from tui.backend.livecd.image import Disk
from tui.backend.livecd.request import BuildRequest
from tui.backend.machine import RealHost


def digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def test_two_builds_are_identical_by_program_and_by_script(root: Path, iso: Path, tmp_path: Path) -> None:
    """The second one later, after the files were read, and from the script that --dry-run prints."""
    until(lambda: int(time.time()) > int(iso.stat().st_ctime), "another second")
    for file in root.rglob("*"):
        if file.is_file() and not file.is_symlink():
            file.read_bytes()
            os.utime(file, ns=(time.time_ns(), file.stat().st_mtime_ns))  # read now; and another ctime
    output = tmp_path / "again.iso"
    request = BuildRequest(str(root), str(output), kernel=str(find_kernel()))
    script = build.prepare(RealHost(), request).plan.script()
    subprocess.run(["sh"], input=script.encode(), check=True, capture_output=True)
    assert digest(output) == digest(iso)


def archive_tar(root: Path, file: Path) -> None:
    words = ["tar", "--create", "--zstd", "--xattrs", "--xattrs-include=*", f"--file={file}"]
    subprocess.run([*words, f"--directory={root}", "."], check=True)


def archive_initrd(root: Path, file: Path) -> None:
    """As Debian's: what is early, as it is, and the rest compressed."""
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*"))).encode()
    words = ["cpio", "--create", "--format=newc", "--quiet"]
    main = subprocess.run(words, input=names, cwd=root, check=True, capture_output=True).stdout
    early = subprocess.run(words, input=b"tmp\n", cwd=root, check=True, capture_output=True).stdout
    file.write_bytes(early + gzip.compress(main, 1))


def look(disk: Path, question: str) -> str:
    done = subprocess.run(["debugfs", "-R", question, disk], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.mark.parametrize("archive", [archive_tar, archive_initrd])
def test_an_archive_keeps_owners_devices_links_and_attributes(
    root: Path, tmp_path: Path, archive: Callable[[Path, Path], None]
) -> None:
    program = root / "bin/busybox"
    subprocess.run(["setcap", "cap_net_raw+ep", program], check=True)
    archive(root, tmp_path / "root")
    iso = make_iso(tmp_path / "root", tmp_path / "x.iso", format="ext4")
    disk = tmp_path / "root.ext4"
    words = ["xorriso", "-osirrox", "on", "-indev", str(iso), "-extract", "/live/root.ext4", str(disk)]
    subprocess.run(words, check=True, capture_output=True)
    subprocess.run(["e2fsck", "-fn", disk], check=True, capture_output=True)
    owned = look(disk, "stat /etc/owned")
    assert "User:  1000   Group:  1001" in owned
    assert "character special" in look(disk, "stat /etc/null")
    assert "Links: 2" in look(disk, "stat /etc/hard")
    assert look(disk, "cat /etc/hard") == "y"
    modes = {
        "/etc/secret": "0000",
        "/bin/as-root": "04755",
        "/etc/closed": "0555",
        "/etc/closed/inside": "0644",
    }
    for name, mode in modes.items():
        assert f"Mode:  {mode} " in look(disk, f"stat {name}")
    if archive is archive_tar:  # a cpio has no attributes
        assert "security.capability" in look(disk, "ea_list /bin/busybox")


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A directory that others can come to: those of pytest are closed."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        yield Path(place)


class Ordinary(RealHost):
    """The machine as who is not root plans for it."""

    def is_root(self) -> bool:
        return False


def test_an_ordinary_user_makes_the_same_file_system(root: Path, open_place: Path) -> None:
    """From an archive with owners and devices, by the very steps of the plan."""
    archive_initrd(root, open_place / "root.cpio")
    seed = "12345678-1234-5678-1234-567812345678"
    for confinement in Confinement:
        as_root = confinement is Confinement.USER
        place = open_place / confinement.name
        place.mkdir()
        os.chown(place, 1234, 1234)
        found = roots.find(RealHost() if as_root else Ordinary(), str(open_place / "root.cpio"))
        disk = Disk(str(place / "disk"), "ext4", 64 << 20, 1000, seed, 1_700_000_000)
        for step in image.from_archive(found, disk, str(place / "unpack"), confinement):
            user = [] if as_root else ["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups"]
            argv = [*user, *step.command.resolve({})]
            subprocess.run(argv, check=True, capture_output=True, input=(step.command.input or "").encode())
    (made,) = {digest(open_place / confinement.name / "disk") for confinement in Confinement}
    assert made


def test_a_full_disk_leaves_no_half_iso(root: Path, tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12M", "small", place], check=True)
    try:
        request = BuildRequest(str(root), str(place / "x.iso"), kernel=str(find_kernel()))
        prepared = build.prepare(RealHost(), request)
        with pytest.raises(PlanFailed) as failed:
            execute.run(prepared.plan, RealHost())
        assert failed.value.undone
        assert "No space left on device" in failed.value.message or "ENOSPC" in failed.value.message
        assert os.listdir(place) == []
    finally:
        subprocess.run(["umount", place], check=True)


def test_progress_is_told_and_never_goes_back(root: Path, tmp_path: Path) -> None:
    """A small ISO may be written before xorriso says how far it is; what it says is in tests/corpora."""
    told: dict[str, list[float]] = {}

    def listen(event: Event) -> None:
        if event.phase is Phase.PROGRESS:
            fractions = told.setdefault(event.step.title, [])
            if event.fraction is not None:
                fractions.append(event.fraction)

    request = BuildRequest(str(root), str(tmp_path / "x.iso"), kernel=str(find_kernel()))
    execute.run(build.prepare(RealHost(), request).plan, RealHost(), listen)
    assert set(told) == {"Compress it", "Write the ISO"}
    for fractions in told.values():
        assert fractions == sorted(fractions)
        assert all(0 <= fraction <= 1 for fraction in fractions)
    assert told["Compress it"][-1] == 1.0
