"""Live CDs: building one against the bare tools, its size, and how soon its root is ready."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.bench.table import Row
from tests.bench.timing import Times, in_turns
from tests.livecd import tiny
from tests.livecd.boots import boot, kernel_of
from tests.livecd.conftest import make_iso

MIB = 1 << 20
LARGE, BUILDS, BOOTS = 300 * MIB, 3, 5
SOURCES = ("/usr/lib", "/usr/share", "/usr/bin")


def here() -> list[Row]:
    """In a directory of its own, as root (the small root has devices)."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        place = Path(folder)
        return [*_built(place), _ready(place)]


def _tree(place: Path) -> Path:
    """A root of 300 MiB with the programs, libraries and texts of this machine."""
    root, size = tiny.make(place / "root"), 0
    for source in SOURCES:
        for file in sorted(Path(source).rglob("*")):
            if size >= LARGE:
                return root
            if file.is_file() and not file.is_symlink():
                target = root / "more" / file.relative_to("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(file, target)
                size += file.stat().st_size
    raise SystemExit(f"bench: this machine has no {LARGE // MIB} MiB of files to build of")


def _built(place: Path) -> list[Row]:
    root, ours, bare = _tree(place), place / "ours.iso", place / "bare"

    def build() -> None:
        ours.unlink(missing_ok=True)
        make_iso(root, ours)

    def tools() -> None:
        shutil.rmtree(bare, ignore_errors=True)
        bare.mkdir()
        image = f"mksquashfs {root} {bare}/root.squashfs -comp zstd -Xcompression-level 12 -noappend"
        for line in (image, f"xorriso -as mkisofs -quiet -R -o {place}/bare.iso {bare}"):
            subprocess.run(line.split(), check=True, capture_output=True)

    one, two = in_turns(build, tools, BUILDS)
    parts = _parts(ours)
    return [
        Row(
            "Live CD of 300 MiB: built against mksquashfs and xorriso alone",
            one.median / two.median,
            1.3,
            detail=f"{one} against {two}",
        ),
        Row(
            "Live CD of 300 MiB: the ISO against the sum of its parts",
            ours.stat().st_size / parts,
            1.02,
            detail=f"{ours.stat().st_size} bytes against {parts}",
        ),
    ]


def _parts(iso: Path) -> int:
    """Bytes of all files on it."""
    words = ["xorriso", "-indev", iso, "-find", "/", "-type", "f", "-exec", "lsdl"]
    said = subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True).stdout
    return sum(int(line.split()[4]) for line in said.splitlines() if line.startswith("-"))


def _ready(place: Path) -> Row:
    """By the kernel's own clock, in turns."""
    iso = make_iso(tiny.make(place / "small"), place / "small.iso")
    direct = [*kernel_of(iso, place), "-cdrom", str(iso), "-append"]
    ways = {"dm": Times(), "union": Times()}
    for _ in range(BOOTS):
        for way, times in ways.items():
            found = boot(*direct, f"console=ttyS0 quiet sandbox.mode={way}", end="for changes", timeout=300)
            assert found.way == way
            times.taken.append(found.seconds)
    return Row(
        "Live CD: from the kernel's start to ready, dm against union (QEMU)",
        ways["dm"].median / ways["union"].median,
        1.1,
        detail=f"{ways['dm']} against {ways['union']}",
    )
