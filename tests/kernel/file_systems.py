"""File systems to be mounted below an overlay: new, and as a power cut leaves them."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.kernel.lab import MIB, PLACE, sh

MAKE = {
    "ext2": (16, "mkfs.ext2 -q -F"),
    "ext3": (16, "mkfs.ext3 -q -F"),
    "ext4": (16, "mkfs.ext4 -q -F"),
    "xfs": (320, "mkfs.xfs -q -f"),
    "btrfs": (128, "mkfs.btrfs -q -f"),
    "f2fs": (64, "mkfs.f2fs -q -f"),
    "udf": (16, "mkudffs --utf8"),
    "jfs": (32, "mkfs.jfs -q"),
    "reiserfs": (48, "mkfs.reiserfs -q -f -f"),
    "nilfs2": (160, "mkfs.nilfs2 -q -f"),
    "minix": (16, "mkfs.minix"),
    "vfat": (32, "mkfs.vfat"),
    "exfat": (32, "mkfs.exfat"),
    "ntfs3": (32, "mkfs.ntfs -F -Q -q -s 512 -p 0 -H 16 -S 63"),
}
"""By the kernel's name of each: MiB, and the program that makes it. Debian 12 has none that makes HFS+."""
PACKED = ("squashfs", "iso9660")
"""Those that are made with their files in them, and are never written again."""


def image(kind: str) -> Path:
    """A new file system in a file, with a few files in it."""
    file = PLACE / f"{kind}.img"
    if kind in PACKED:
        return _packed(kind, file)
    size, make = MAKE[kind]
    with file.open("wb") as new:
        new.truncate(size * MIB)
    sh(*make.split(), str(file))
    return file


def interrupted(kind: str) -> Path:
    """A file system as a power cut leaves it: files in the journal only, and one that was deleted while
    it was open.
    """
    file, point, cut = image(kind), PLACE / "point", PLACE / f"{kind}-cut.img"
    point.mkdir()
    sh("mount", "--internal-only", "-t", kind, "-o", "loop", str(file), str(point))
    (point / "first").write_bytes(os.urandom(MIB))
    sh("sync", "--file-system", str(point))
    with (point / "deleted").open("wb") as open_still:
        open_still.write(os.urandom(MIB))
        os.fsync(open_still.fileno())
        (point / "deleted").unlink()
        for number in range(50):
            with (point / f"file-{number}").open("wb") as new:
                new.write(b"text" * number)
                os.fsync(new.fileno())
        sh("sync", "--file-system", str(point))
        with (point / "last").open("wb") as new:
            new.write(b"after the last checkpoint")
            os.fsync(new.fileno())
        shutil.copyfile(file, cut)
    sh("umount", str(point))
    point.rmdir()
    return cut


def is_known(kind: str) -> bool:
    """Whether this kernel mounts a file system, as it is or with a module, and something here makes it."""
    if kind in MAKE and shutil.which(MAKE[kind][1].split()[0]) is None:
        return False
    if any(line.split()[-1] == kind for line in Path("/proc/filesystems").read_text().splitlines()):
        return True
    found = subprocess.run(["modprobe", "--dry-run", "--quiet", kind], capture_output=True, check=False)
    return found.returncode == 0


def look(point: str) -> None:
    """Read what can be read."""
    for place, _directories, files in os.walk(point):
        for name in files:
            try:
                Path(place, name).read_bytes()
            except OSError:
                continue


def beside(node: str) -> str:
    """What comes of mounting a device beside the sandbox: refused, ro or rw."""
    point = PLACE / "beside"
    point.mkdir()
    done = subprocess.run(["mount", node, str(point)], capture_output=True, check=False)
    found = "refused"
    if done.returncode == 0:
        found = sh("findmnt", "--noheadings", "--output", "OPTIONS", str(point)).split(",")[0]
        sh("umount", str(point))
    point.rmdir()
    return found


def _packed(kind: str, file: Path) -> Path:
    top = PLACE / f"{kind}-files"
    (top / "etc").mkdir(parents=True)
    (top / "etc/motd").write_text("welcome")
    if kind == "squashfs":
        sh("mksquashfs", str(top), str(file), "-quiet", "-no-progress")
    else:
        sh("xorriso", "-as", "mkisofs", "-quiet", "-rational-rock", "-output", str(file), str(top))
    return file
