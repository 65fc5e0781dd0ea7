"""Record what this machine's kernel and programs print: one JSON object, reader to name to text.

python -m tests.corpora.record > texts.json              what every machine has
python -m tests.corpora.record --devices > texts.json    only in a guest: it makes devices, and leaves them
python -m tests.corpora.record texts.json NAME           files it as recorded/READER/NAME-….txt
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__).parent / "recorded"
Text = tuple[str, str, str]
"""Reader, name, text."""


def _read(path: str | Path) -> str:
    return Path(path).read_bytes().decode("utf-8", "surrogateescape")


def _say(*argv: str) -> str:
    ended = subprocess.run(argv, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    return (ended.stdout or ended.stderr).decode("utf-8", "surrogateescape")


def everywhere() -> Iterator[Text]:
    """What every Linux has, for anybody."""
    for reader, path in (
        ("cgroup", "/proc/self/cgroup"),
        ("children", "/proc/2/task/2/children"),
        ("locks", "/proc/locks"),
        ("maps", "/proc/self/maps"),
        ("mountinfo", "/proc/self/mountinfo"),
        ("osrelease", "/proc/sys/kernel/osrelease"),
        ("stat", "/proc/self/stat"),
        ("io", "/proc/self/io"),
        ("swaps", "/proc/swaps"),
        ("fdinfo", "/proc/self/fdinfo/0"),
    ):
        yield reader, "plain", _read(path)
    yield "stat", "kernel", _read("/proc/2/stat")
    yield "proc", "plain", "\n".join(sorted(os.listdir("/proc")))
    for memory in ("/sys/fs/cgroup/memory.stat", "/sys/fs/cgroup/memory/memory.stat"):
        if os.path.exists(memory):
            yield "memory-stat", "plain", _read(memory)
    for program in (
        "dmsetup",
        "losetup",
        "mount",
        "lsblk",
        "blkid",
        "udevadm",
        "tar",
    ):
        yield "versions", program, _say(program, "version" if program == "dmsetup" else "--version")
    yield "ldd", "dynamic", _say("ldd", "/bin/mount")
    yield "ldd", "static", _say("ldd", "/bin/busybox")
    yield "apt-cache-depends", "known", _say("apt-cache", "depends", "linux-image-amd64")
    yield "apt-cache-depends", "unknown", _say("apt-cache", "depends", "linux-image-none")
    yield "modules-dep", "head", "".join(_read(_modules()).splitlines(keepends=True)[:60])


def _modules() -> Path:
    places = ("/lib/modules", "/usr/lib/uml/modules")
    return next(found for place in places for found in sorted(Path(place).glob("*/modules.dep")))


def images(directory: Path) -> Iterator[Text]:
    """Of file systems in files, which need no devices."""
    file = directory / "ä file"
    file.write_text("x" * 100_000)
    (directory / "link").symlink_to("somewhere else")
    image = directory / "ext4"
    _say("truncate", "--size=8M", str(image))
    _say("mkfs.ext4", "-q", "-d", "/usr/share/common-licenses", str(image))
    yield "dumpe2fs", "clean", _say("dumpe2fs", "-h", str(image))
    for name in ("GPL", "GPL-3", "lost+found", "nowhere"):
        yield "debugfs-stat", name, _say("debugfs", "-R", f"stat /{name}", str(image))
    _say("debugfs", "-w", "-R", "feature needs_recovery", str(image))
    yield "dumpe2fs", "unfinished", _say("dumpe2fs", "-h", str(image))
    _say("mksquashfs", str(directory), f"{directory}.squashfs", "-quiet")
    yield "unsquashfs", "files", _say("unsquashfs", "-lln", f"{directory}.squashfs")
    yield "unsquashfs", "damaged", _say("unsquashfs", "-lln", str(image))
    yield "dd", "copied", _say("dd", "if=/dev/zero", "of=/dev/null", "bs=1M", "count=64", "status=progress")
    _say("truncate", "--size=300M", f"{image}.xfs")
    _say("mkfs.xfs", "-q", f"{image}.xfs")
    yield "xfs-logprint", "clean", _say("xfs_logprint", "-t", f"{image}.xfs")
    yield "percent", "xorriso", _say("xorriso", "-as", "mkisofs", "-o", f"{image}.iso", str(directory))
    words = ("xorriso", "-no_rc", "-report_about", "WARNING", "-indev", f"stdio:{image}.iso")
    yield "xorriso-files", "plain", _say(*words, "-lsl", "/", "--")
    yield "xorriso-files", "missing", _say(*words, "-lsl", "/live", "--")
    yield "xorriso-boot", "none", _say(*words, "-report_el_torito", "plain")
    os.remove(f"{directory}.squashfs")


def devices(directory: Path) -> Iterator[Text]:
    """What needs root and devices: snapshots in each state, mounts of each kind, a disk that fails."""
    disk, store = directory / "disk", directory / "store"
    _say("truncate", "--size=16M", str(disk), str(store))
    _say("mkfs.ext4", "-q", str(disk))
    for module in ("dm-mod", "dm-snapshot"):
        _say("modprobe", module)
    origin, cow = (
        _say("losetup", "-rf", "--show", str(disk)).strip(),
        _say("losetup", "-f", "--show", str(store)),
    )
    cow, sectors = cow.strip(), 16 << 11
    for name, policy, size in (("active", "P", sectors), ("overflow", "PO", 64), ("invalid", "P", 64)):
        _say("dmsetup", "create", f"{name}-cow", "--table", f"0 {size} linear {cow} 0")
        _say("dd", "if=/dev/zero", f"of=/dev/mapper/{name}-cow", "bs=4k", "count=1")
        table = f"0 {sectors} snapshot {origin} /dev/mapper/{name}-cow {policy} 8"
        _say("dmsetup", "create", name, "--uuid", f"sandbox-{name}", "--table", table)
        count = "1" if name == "active" else "40"
        _say(
            "dd",
            "if=/dev/urandom",
            f"of=/dev/mapper/{name}",
            "bs=4k",
            f"count={count}",
            "seek=9",
            "oflag=direct",
        )
        yield "dmsetup-status", name, _say("dmsetup", "status", "--target", "snapshot")
        yield "dmsetup-table", name, _say("dmsetup", "table", "--target", "snapshot")
        _say("dmsetup", "remove", name) if name != "active" else None
        _say("dmsetup", "remove", f"{name}-cow") if name != "active" else None
    yield "dmsetup-status", "none", _say("dmsetup", "status", "--target", "zero")
    from tui.backend.kernel import lsblk

    yield "lsblk", "snapshot", _say("lsblk", "--json", "--bytes", "--all", "--output", lsblk.COLUMNS)
    name = os.path.basename(origin)
    yield "block-stat", "loop", _read(f"/sys/class/block/{name}/stat")
    files = [f"/sys/class/block/{entry}/stat" for entry in (name, os.path.basename(cow)) * 2]
    yield "block-stats", "two", _say("grep", "--with-filename", "", *files)
    yield from _mounts(directory)
    yield from _failing(directory, cow)
    swap = directory / "swap"
    _say("dd", "if=/dev/zero", f"of={swap}", "bs=1M", "count=4")
    _say("chmod", "600", str(swap))
    _say("mkswap", str(swap))
    loop = _say("losetup", "-f", "--show", str(swap)).strip()
    _say("swapon", loop)
    yield "swaps", "loop", _read("/proc/swaps")


def _mounts(directory: Path) -> Iterator[Text]:
    lower, upper, work, at = (directory / name for name in ("lower", "up, \\ per", "work", "a b\tc\nd"))
    for path in (lower, upper, work, at):
        path.mkdir()
    _say("mount", "--bind", str(lower), str(lower))
    _say("mount", "-o", "remount,bind,ro", str(lower))
    _say("mount", "--make-shared", str(lower))
    escaped = str(upper).replace("\\", "\\\\").replace(",", "\\,")
    options = f"lowerdir={lower},upperdir={escaped},workdir={work}"
    _say("mount", "-t", "overlay", "-o", options, "overlay", str(at))
    _say("mount", "/dev/mapper/active", str(at))
    yield "mountinfo", "mounts", _read("/proc/self/mountinfo")
    with open(at / "file", "w") as file:
        yield "fdinfo", "written", _read(f"/proc/self/fdinfo/{file.fileno()}")
    yield "fdinfo", "place", _fdinfo(str(at), os.O_PATH)
    _say("umount", str(at))
    _say("umount", str(at))
    _say("umount", str(lower))


def _fdinfo(path: str, flags: int) -> str:
    descriptor = os.open(path, flags)
    try:
        return _read(f"/proc/self/fdinfo/{descriptor}")
    finally:
        os.close(descriptor)


def _failing(directory: Path, cow: str) -> Iterator[Text]:
    del directory
    _say("dmsetup", "create", "bad", "--table", f"0 64 linear {cow} 0\n64 64 error")
    _say("dd", "if=/dev/mapper/bad", "of=/dev/null", "bs=4k", "iflag=direct")
    _say("dd", "if=/dev/mapper/bad", "of=/dev/null", "bs=4k")
    descriptor = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    number = 0
    while True:
        try:
            record = os.read(descriptor, 8192).decode(errors="replace")
        except OSError:
            break
        if re.search("dm-[0-9]|device-mapper", record) or number < 2:
            yield "kmsg", f"record-{number}", record
            number += 1
    os.close(descriptor)


def main() -> int:
    """Record, or file what was recorded."""
    if len(sys.argv) == 3:
        for reader, texts in json.loads(Path(sys.argv[1]).read_text()).items():
            for name, text in texts.items():
                place = _HERE / reader / f"{sys.argv[2]}-{name}.txt"
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(text.encode("utf-8", "surrogateescape"))
        return 0
    if "--devices" in sys.argv and not os.path.exists("/tmp/.cage"):
        sys.exit("record: devices are made in a guest in user-mode Linux only")
    found: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as work:
        (directory := Path(work) / "directory").mkdir()
        wanted = devices(directory) if "--devices" in sys.argv else (*everywhere(), *images(directory))
        for reader, name, text in wanted:
            found.setdefault(reader, {})[name] = text
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
