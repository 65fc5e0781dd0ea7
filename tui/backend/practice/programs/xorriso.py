"""The program xorriso: reading the ISOs of the practice machine."""

import hashlib

from tui.backend.practice import tree
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.nodes import Directory, File
from tui.backend.practice.world import World

_BOOTS = """\
El Torito catalog  : 51  1
El Torito cat path : /isolinux/boot.cat
El Torito images   :   N  Pltf  B   Emul  Ld_seg  Hdpt  Ldsiz         LBA
El Torito boot img :   1  BIOS  y   none  0x0000  0x00      4        2100
El Torito boot img :   2  UEFI  y   none  0x0000  0x00   8192          52
"""


def xorriso(world: World, words: list[str], _: str) -> str:
    """Look into an ISO: `xorriso -indev stdio:FILE` with `-lsl DIRECTORY --`, `-report_el_torito
    plain`, `-concat append - FILE --` or `-concat pipe + /usr/bin/env sha256sum + FILE --`.
    """
    if "-indev" not in words or "-as" in words:
        raise NotPractised(f"xorriso: {' '.join(words)}: not practised")
    files = _files(world, words[words.index("-indev") + 1].removeprefix("stdio:"))
    if words[-2:] == ["-report_el_torito", "plain"]:
        return _BOOTS
    path = words[-2]
    if "-lsl" in words:
        listed = "".join(map(_line, _directory(files, path).entries.items()))
        return f"\n'{path}':\ntotal 2\n{listed}"
    file = _directory(files, path.rpartition("/")[0]).get(path.rpartition("/")[2])
    if not isinstance(file, File):
        raise _missing(path)
    return f"{sha256(file)}  -\n" if "sha256sum" in words else file.text


def sha256(file: File) -> str:
    """The hash of what stands for a file's bytes."""
    return hashlib.sha256(f"{file.text} {file.length}".encode(errors="replace")).hexdigest()


def _files(world: World, path: str) -> Directory:
    node = tree.existing(world, path)
    content = node.content if isinstance(node, File) else None
    return (content.tree if content else None) or Directory()


def _directory(files: Directory, path: str) -> Directory:
    found = files.get(path.strip("/"))
    if not isinstance(found, Directory):
        raise _missing(path)
    return found


def _missing(path: str) -> Failure:
    return Failure(f"xorriso : FAILURE : Cannot find path '{path}' in loaded ISO image", 5)


def _line(entry: tuple[str, object]) -> str:
    name, node = entry
    size = node.size if isinstance(node, File) else 0
    return f"-rw-r--r--    1 0        0        {size:8} Nov 23 19:27 '{name}'\n"
