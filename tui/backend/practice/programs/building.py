"""The programs that make a Live CD: they make files of plausible sizes, and say how far they are."""

import copy
from collections.abc import Iterator
from itertools import pairwise

from tui.backend.practice import tree
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.mounted import nodes_below
from tui.backend.practice.nodes import PAGE, Content, Directory, File, Node
from tui.backend.practice.programs.arguments import parse, reason
from tui.backend.practice.programs.xorriso import sha256
from tui.backend.practice.programs.xorriso import xorriso as look
from tui.backend.practice.world import World

_LIBRARY = "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f5e3a600000)\n"
_INITRD = "070701practice" + "\0" * (2 << 20)
"""What stands for a packed initramfs."""
_SMALLER = 3
"""To which part of its size a root shrinks."""


def ldd(_world: World, words: list[str], _: str) -> str:
    """Tell libraries: busybox is static."""
    if words[0].endswith("/busybox"):
        raise Failure("\tnot a dynamic executable")
    return _LIBRARY


def mke2fs(world: World, words: list[str], _: str) -> str:
    """Make a file system with a directory's files: `mke2fs ... -d DIRECTORY FILE BLOCKS`."""
    given = parse("mke2fs", words, flags="q/q F/F", values="t/t O/O b/b I/I m/m e/e N/N U/U E/E d/d")
    path, blocks = given.operands
    files = _directory(world, given.get("d"), "mke2fs")
    content = Content(given.get("t"), "", given.get("U"), copy.deepcopy(files))
    _make(world, "mke2fs", path, int(blocks) * int(given.get("b")), content, taken=_bytes(files))
    return ""


def mksquashfs(world: World, words: list[str], _: str) -> str:
    """Compress a file system image: `mksquashfs FILE IMAGE OPTIONS...`."""
    source = _file(world, words[0], "mksquashfs")
    _make(world, "mksquashfs", words[1], source.allocated // _SMALLER, Content("squashfs"))
    return "".join(f"[{'=' * (part // 5):20}] {part}%\r" for part in _parts()) + "\n"


def xorriso(world: World, words: list[str], data: str) -> str:
    """Make an ISO of a directory (`xorriso -as mkisofs ... -output FILE -volid LABEL DIRECTORY`), or
    look into one.
    """
    if words[:2] != ["-as", "mkisofs"]:
        return look(world, words, data)
    files = copy.deepcopy(_directory(world, words[-1], "xorriso"))
    options = dict(pairwise(words))
    stamp = next(word for word in words if word.startswith("--modification-date=")).partition("=")[2]
    uuid = "-".join((stamp[:4], *(stamp[at : at + 2] for at in range(4, 16, 2))))
    content = Content("iso9660", options["-volid"], uuid, files)
    _make(world, "xorriso", options["-output"], _bytes(files), content)
    return "".join(f"xorriso : UPDATE :  {part:.2f}% done\n" for part in _parts())


def grub_mkimage(world: World, words: list[str], _: str) -> str:
    """Make GRUB: `grub-mkimage --output=FILE ...`."""
    output = next(word for word in words if word.startswith("--output=")).partition("=")[2]
    _make(world, "grub-mkimage", output, 600_000, None)
    return ""


def mkfs_vfat(world: World, words: list[str], _: str) -> str:
    """Make a FAT image: `mkfs.vfat --invariant -n LABEL -C FILE KIB`."""
    given = parse("mkfs.vfat", words, flags="invariant C/C", values="n/n")
    path, blocks = given.operands
    _make(world, "mkfs.vfat", path, int(blocks) * 1024, Content("vfat", given.get("n"), "", Directory()))
    return ""


def mtools(world: World, words: list[str], _: str) -> str:
    """Work on a FAT image beside which they run: `DIRECTORY ... mmd -i IMAGE ...`, or so with mcopy."""
    _file(world, f"{words[0]}/{words[words.index('-i') + 1]}", "mtools")
    return ""


def bash(world: World, words: list[str], _: str) -> str:
    """The pipelines of a build, known by the program that matters in them: `bash -euo pipefail -c
    LINE bash WORDS...`.
    """
    line, given = words[3], words[5:]
    if "cpio " in line:
        _directory(world, given[0], "cpio")
        return _INITRD
    if "sha256sum" in line:
        return sha256(_file(world, given[0], "sha256sum")) + "\n"
    if "debugfs" in line:
        _file(world, given[0], "debugfs")
        return ""
    if given[-1].startswith("::/"):
        return mtools(world, given, "")
    raise NotPractised(f"bash: {line}: not practised", 127)


def debugfs(world: World, words: list[str], _: str) -> str:
    """Look into an image: `debugfs -R 'stat "/PATH"' FILE`; it ends well whatever it finds."""
    question, _space, path = words[1].partition(" ")
    content = _file(world, words[2], "debugfs").content
    if words[0] != "-R" or question != "stat" or content is None:
        raise NotPractised(f"debugfs: {words}: not practised")
    node: Node | None = content.tree
    for part in path.strip('"/').split("/"):
        node = node.get(part) if isinstance(node, Directory) else None
    if node is None:
        return ""
    return f"Inode: 12   Type: {'directory' if isinstance(node, Directory) else 'regular'}    Mode:  0755\n"


def _parts() -> Iterator[int]:
    yield from range(0, 101, 4)


def _bytes(node: Node) -> int:
    """What the files of a tree take."""
    return sum(-(-found.size // PAGE) * PAGE for found in nodes_below(node) if isinstance(found, File))


def _directory(world: World, path: str, program: str) -> Directory:
    node = tree.find(world, path).node
    if not isinstance(node, Directory):
        raise Failure(f"{program}: {path}: No such file or directory")
    return node


def _file(world: World, path: str, program: str) -> File:
    node = tree.find(world, path).node
    if not isinstance(node, File):
        raise Failure(f"{program}: {path}: No such file or directory")
    return node


def _make(
    world: World, program: str, path: str, size: int, content: Content | None, *, taken: int | None = None
) -> None:
    """A file of a size; `taken` are the bytes that are not holes (None: none are)."""
    needed = size if taken is None else taken
    try:
        file, fs = tree.open_file(world, path)
    except OSError as error:
        raise Failure(f"{program}: {path}: {reason(error)}") from error
    if not fs.has_room(needed):
        raise Failure(f"{program}: {path}: No space left on device")
    file.length, file.allocated, file.content, file.version = size, needed, content, file.version + 1
