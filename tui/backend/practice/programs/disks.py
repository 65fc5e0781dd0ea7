"""The programs that put an image on a disk and compare it: wipefs, cmp, and dd from a file."""

import copy

from tui.backend.practice import storage, tree, use
from tui.backend.practice.blocks import Disk
from tui.backend.practice.failures import Failure
from tui.backend.practice.nodes import Content, File, Special
from tui.backend.practice.programs import Program
from tui.backend.practice.programs.arguments import parse
from tui.backend.practice.world import World


def wipefs(world: World, words: list[str], _: str) -> str:
    """Clear what tells of file systems and partitions: `wipefs --all [--no-act] DEVICE`. Like the
    real one it wants the device for itself alone.
    """
    given = parse("wipefs", words, flags="a/all n/no-act")
    path = given.one()
    kname = _device(world, path, f"wipefs: error: {path}: probing initialization failed")
    if use.is_claimed(world, kname) or world.holders(kname):
        raise Failure(f"wipefs: error: {path}: probing initialization failed: Device or resource busy")
    found = storage.content(world, kname)
    if "no-act" not in given:
        _clear(world, path, kname)
    return f"{path}: bytes were erased ({found.fstype})\n" if found else ""


def write(world: World, file: File, path: str, *, head: bool) -> str:
    """Write a file to a device: `dd if=FILE of=DEVICE`; its `head` is what tells what it is."""
    kname = _device(world, path, f"dd: failed to open '{path}'")
    if file.size > world.blocks[kname].size:
        raise Failure(f"dd: error writing '{path}': No space left on device")
    if not storage.write(world, kname, file.size):
        raise Failure(f"dd: error writing '{path}': Input/output error")
    if head:
        storage.put(world, kname, copy.deepcopy(file.content))
    copied = (file.size * part // 20 for part in range(1, 21))
    return "".join(f"{count} bytes ({count >> 20} MB) copied, 1 s, 20 MB/s\r" for count in copied)


def cmp(world: World, words: list[str], _: str) -> str:
    """Compare what stands for the bytes: `cmp --bytes=N FILE DEVICE`."""
    given = parse("cmp", words, values="n/bytes")
    one, other = (_content(world, path) for path in given.operands)
    if one != other:
        raise Failure(f"{' '.join(given.operands)} differ: byte 32769, line 1")
    return ""


def held(programs: dict[str, Program], otherwise: Program) -> Program:
    """Run a program while a disk is held: `bash -euo pipefail -c LINE bash DISK SECONDS FILE TEXT
    PROGRAM...`, where the line is the one with flock; else `otherwise`.
    """

    def run(world: World, words: list[str], data: str) -> str:
        """The program, where the disk is what it was."""
        if "flock " not in words[3]:
            return otherwise(world, words, data)
        path, _seconds, file, text, program, *rest = words[5:]
        _device(world, path, f"bash: line 1: {path}")
        if tree.file(world, file).text.strip() != text:
            raise Failure(f"{path} is another disk now")
        return programs[program](world, rest, data)

    return run


def _device(world: World, path: str, words: str) -> str:
    node = tree.find(world, path).node
    if not isinstance(node, Special) or node.kname not in world.blocks:
        raise Failure(f"{words}: No such file or directory")
    return node.kname


def _content(world: World, path: str) -> Content | None:
    node = tree.existing(world, path)
    if isinstance(node, File):
        return node.content
    return storage.content(world, node.kname) if isinstance(node, Special) else None


def _clear(world: World, path: str, kname: str) -> None:
    """Nothing is known of what is on a disk any more, and its partitions are gone."""
    if world.blocks[kname].read_only:
        raise Failure(f"{path}: Operation not permitted")
    storage.put(world, kname, None)
    for part in [disk.kname for disk in world.of(Disk) if disk.parent == kname]:
        del world.blocks[part]
