"""Programs that look at whole trees or file systems: find, tar, dumpe2fs."""

import re
from collections.abc import Iterator

from tui.backend.practice import storage, tree
from tui.backend.practice.clock import BASE
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.mounted import FileSystem
from tui.backend.practice.nodes import Directory, File, Link, Node, Special
from tui.backend.practice.programs.arguments import parse, reason
from tui.backend.practice.programs.files import sha256sum
from tui.backend.practice.world import World

_HASH = ["-type", "f", "-exec", "sha256sum", "--binary", "--zero", "{}", "+"]


def find(world: World, words: list[str], _: str) -> str:
    """List a tree: `find DIRECTORY -printf FORMAT`, or hash it with `-exec sha256sum`. Times are
    not kept here: to `-exec touch` all is nothing.
    """
    if words[1:5] == ["-mindepth", "3", "-maxdepth", "3"] and words[5] == "-path":
        kname = words[6].removeprefix(f"{words[0]}/").partition("/holders/")[0]
        return "".join(f"{words[0]}/{kname}/holders/{name}\n" for name in world.holders(kname))
    words = [word for word in words if word not in ("-xdev", "-ignore_readdir_race")]
    if len(words) < 2:
        raise NotPractised(f"find: {words} is not practised")
    place = tree.find(world, words[0])
    if place.node is None:
        raise Failure(f"find: \u2018{words[0]}\u2019: No such file or directory")
    nodes = list(_below(place.path, place.node))
    if words[1:] == _HASH:
        files = [path for path, node in nodes if isinstance(node, File)]
        return "".join(sha256sum(world, ["--binary", path], "")[:-1] + "\0" for path in files)
    if words[1:4] == ["-depth", "-exec", "touch"]:
        return ""
    if words[1] != "-printf":
        raise NotPractised(f"find: {words} is not practised")
    top = place.path
    entries = (_entry(words[2], place.mount.fs, path.removeprefix(top)[1:], node) for path, node in nodes)
    return "".join(entries)


def tar(world: World, words: list[str], _: str) -> str:
    """Carry a directory's own attributes over: `tar --create ... .`, `tar --extract ...`."""
    flags = "c/create x/extract xattrs acls no-recursion same-owner same-permissions"
    given = parse("tar", words, flags=flags, values="f/file C/directory xattrs-include xattrs-exclude")
    place = given.get("directory")
    try:
        node = tree.existing(world, place)
        if not isinstance(node, Directory):
            raise Failure(f"tar: {place}: Cannot open: Not a directory", 2)
        if "create" in given:
            tree.write(world, given.get("file"), f"{node.mode:o}")
        else:
            node.mode = int(tree.file(world, given.get("file")).text, 8)
    except OSError as error:
        raise Failure(f"tar: {error.filename}: Cannot open: {reason(error)}", 2) from error
    return ""


def dumpe2fs(world: World, words: list[str], _: str) -> str:
    """Tell the features of an ext file system: `dumpe2fs -h DEVICE`."""
    path = parse("dumpe2fs", words, flags="h/header").one()
    node = tree.find(world, path).node
    if isinstance(node, Special) and node.kname:
        found = storage.content(world, node.kname)
    else:
        found = node.content if isinstance(node, File) else None
    if found is None or not found.fstype.startswith("ext"):
        raise Failure(f"dumpe2fs: Bad magic number in super-block while trying to open {path}")
    dirty = "needs_recovery " if found.dirty else ""
    return f"Filesystem features:      has_journal ext_attr {dirty}extent\n"


def _below(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    yield path, node
    if isinstance(node, Directory):
        for name, child in node.entries.items():
            yield from _below(f"{path.rstrip('/')}/{name}", child)


def _entry(form: str, fs: FileSystem, path: str, node: Node) -> str:
    major, minor = map(int, fs.devno.split(":"))
    kinds = {Directory: "d", File: "f", Link: "l"}
    version = node.version if isinstance(node, File) else 0
    values = {
        "%D": str(major << 8 | minor),
        "%y": kinds.get(type(node), "b"),
        "%m": f"{node.mode:o}" if isinstance(node, Directory) else "644",
        "%U": "0",
        "%G": "0",
        "%n": "1",
        "%s": str(node.size if isinstance(node, File) else 4096),
        "%T@": f"{int(BASE) + version}.0",
        "%C@": f"{version}.0",
        "%P": path,
        "%l": node.target if isinstance(node, Link) else "",
    }
    filled = re.sub(r"%(?:[TC]@|.)", lambda match: values[match[0]], form)
    return filled.replace(r"\t", "\t").replace(r"\0", "\0")
