"""The programs of coreutils that work on files and directories."""

import copy
import errno
import hashlib
import zlib
from contextlib import suppress

from tui.backend.host import FileKind
from tui.backend.practice import layers, storage, tree
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.mounted import FileSystem
from tui.backend.practice.nodes import Content, Directory, File, Special
from tui.backend.practice.programs import disks
from tui.backend.practice.programs.arguments import parse, quoted, reason, size
from tui.backend.practice.world import World


def mkdir(world: World, words: list[str], _: str) -> str:
    """Make directories: `mkdir [--parents] [--mode=MODE] DIRECTORY...`."""
    given = parse("mkdir", words, flags="p/parents", values="m/mode")
    for path in given.operands:
        try:
            if "parents" in given:
                _make_parents(world, path)
            else:
                tree.make(world, path, Directory(mode=int(given.get("mode", "755"), 8)))
        except OSError as error:
            raise Failure(f"mkdir: cannot create directory {quoted(path)}: {reason(error)}") from error
    return ""


def _make_parents(world: World, path: str) -> None:
    parts = path.strip("/").split("/")
    for end in range(1, len(parts) + 1):
        place = "/" + "/".join(parts[:end])
        if not isinstance(tree.find(world, place).node, Directory):
            tree.make(world, place, Directory())


def rmdir(world: World, words: list[str], _: str) -> str:
    """Remove empty directories: `rmdir [--ignore-fail-on-non-empty] DIRECTORY...`."""
    given = parse("rmdir", words, flags="ignore-fail-on-non-empty")
    said = []
    for path in given.operands:
        try:
            tree.rmdir(world, path)
        except OSError as error:
            if error.errno != errno.ENOTEMPTY or "ignore-fail-on-non-empty" not in given:
                said.append(f"rmdir: failed to remove '{path}': {reason(error)}")
    if said:
        raise Failure("\n".join(said))
    return ""


def rm(world: World, words: list[str], _: str) -> str:
    """Remove files: `rm [--force] [--recursive] FILE...`."""
    given = parse("rm", words, flags="f/force r/recursive")
    remove = tree.remove_all if "recursive" in given else tree.unlink
    said = []
    for path in given.operands:
        try:
            remove(world, path)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR) or "force" not in given:
                said.append(f"rm: cannot remove '{path}': {reason(error)}")
    if said:
        raise Failure("\n".join(said))
    return ""


def tee(world: World, words: list[str], data: str) -> str:
    """Write the input to files: `tee FILE...`."""
    for path in parse("tee", words).operands:
        try:
            tree.write(world, path, data)
        except OSError as error:
            raise Failure(f"tee: {path}: {reason(error)}") from error
    return data


def touch(world: World, words: list[str], _: str) -> str:
    """Make empty files: `touch [--date=TIME] FILE...`."""
    for path in parse("touch", words, values="date").operands:
        try:
            if tree.find(world, path).node is None:
                tree.make(world, path, File())
        except OSError as error:
            raise Failure(f"touch: cannot touch '{path}': {reason(error)}") from error
    return ""


def truncate(world: World, words: list[str], _: str) -> str:
    """Give a file a size: `truncate --size=BYTES FILE`. It is sparse and takes nothing."""
    given = parse("truncate", words, values="s/size")
    path, length = given.one(), size("truncate", given.get("size"))
    try:
        file, _fs = tree.open_file(world, path)
    except OSError as error:
        raise Failure(f"truncate: cannot open '{path}' for writing: {reason(error)}") from error
    file.length, file.allocated = length, min(file.allocated, length)
    file.version += 1
    return ""


def cat(world: World, words: list[str], data: str) -> str:
    """Show files: `cat FILE...`."""
    given = parse("cat", words)
    try:
        return "".join(tree.file(world, path).text for path in given.operands) if given.operands else data
    except OSError as error:
        raise Failure(f"cat: {error.filename}: {reason(error)}") from error


def ls(world: World, words: list[str], _: str) -> str:
    """List a directory, without names that begin with a dot, or are to be ignored."""
    ignored = {word.removeprefix("--ignore=") for word in words if word.startswith("--ignore=")}
    try:
        names = tree.listdir(world, parse("ls", words, values="I/ignore").one())
    except OSError as error:
        raise Failure(f"ls: cannot access '{error.filename}': {reason(error)}", 2) from error
    return "".join(f"{name}\n" for name in sorted({*names} - ignored) if not name.startswith("."))


def grep(world: World, words: list[str], _: str) -> str:
    """Show all lines of files, each with the file's name: `grep --with-filename '' FILE...`."""
    pattern, *files = parse("grep", words, flags="H/with-filename").operands
    if pattern or "--with-filename" not in words:
        raise NotPractised("grep: only all lines are practised")
    try:
        texts = [(path, tree.file(world, path).text) for path in files]
    except OSError as error:
        raise Failure(f"grep: {error.filename}: {reason(error)}", 2) from error
    return "".join(f"{path}:{line}\n" for path, text in texts for line in text.split("\n")[:-1])


def stat(world: World, words: list[str], _: str) -> str:
    """Tell a file's size, identity or time of last change: `stat --format=%s FILE`, `%d:%i`, `%z`. Times are
    not kept here: how often it was written stands for that.
    """
    given = parse("stat", words, flags="L/dereference", values="c/format")
    if given.get("format") not in ("%s", "%d:%i", "%z"):
        raise NotPractised(f"stat: {given.get('format')!r} is not practised")
    try:
        node, found = tree.existing(world, given.one()), tree.find(world, given.one())
    except OSError as error:
        raise Failure(f"stat: cannot statx '{given.one()}': {reason(error)}") from error
    if given.get("format") == "%z":
        return f"change {node.version if isinstance(node, File) else 0}\n"
    if given.get("format") == "%s":
        return f"{node.size if isinstance(node, File) else 0}\n"
    major, minor = map(int, found.mount.fs.devno.split(":"))
    inside = found.mount.inner.rstrip("/") + found.path.removeprefix(found.mount.point.rstrip("/"))
    return f"{major << 8 | minor}:{zlib.crc32(inside.encode()) >> 8}\n"


def sha256sum(world: World, words: list[str], _: str) -> str:
    """Hash what stands for the bytes: `sha256sum [--binary] FILE`."""
    given = parse("sha256sum", words, flags="b/binary")
    path = given.one()
    try:
        node = tree.existing(world, path)
    except OSError as error:
        raise Failure(f"sha256sum: {path}: {reason(error)}") from error
    if isinstance(node, File):
        bytes_of = f"{node.text} {node.length} {node.version}"
    elif isinstance(node, Special) and node.kname:
        block = world.blocks[node.kname]
        bytes_of = f"{block.size} {block.version} {storage.content(world, node.kname)}"
    else:
        raise Failure(f"sha256sum: {path}: Is a directory")
    mark = " *" if "binary" in given else "  "
    return f"{hashlib.sha256(bytes_of.encode(errors='replace')).hexdigest()}{mark}{path}\n"


def dd(world: World, words: list[str], _: str) -> str:
    """Write zeros or random bytes: `dd if=/dev/zero of=FILE bs=N count=N`; or a file to a device."""
    given = dict(word.partition("=")[::2] for word in words)
    source = tree.find(world, given.get("if", "/")).node
    if isinstance(source, File) and set(given) <= {
        "if",
        "of",
        "bs",
        "skip",
        "seek",
        "count",
        "oflag",
        "conv",
        "status",
    }:
        return disks.write(world, source, given["of"], head="skip" not in given)
    unknown = set(given) - {"if", "of", "bs", "count", "conv", "status", "seek", "oflag"}
    if unknown or given.get("if", "/dev/zero") not in ("/dev/zero", "/dev/urandom"):
        raise NotPractised(f"dd: unrecognized operand {quoted(' '.join(words))}")
    count = size("dd", given.get("bs", "512")) * int(given.get("count", "1"))
    path = given["of"]
    found = tree.find(world, path)
    if isinstance(found.node, Special) and found.node.kind is FileKind.BLOCK:
        return _dd_device(world, path, found.node.kname, count, at_start=not given.get("seek"))
    with suppress(OSError):
        file, fs = tree.open_file(world, path)
        if not _write_file(world, fs, count):
            raise Failure(f"dd: error writing '{path}': No space left on device")
        file.length, file.allocated, file.version = count, count, file.version + 1
        return ""
    raise Failure(f"dd: failed to open '{path}': No such file or directory")


def _write_file(world: World, fs: FileSystem, count: int) -> bool:
    if fs.store is not None:
        return layers.write(fs, count)
    return fs.has_room(count) and (not fs.device or storage.write(world, fs.device, count))


def mkfs_ext4(world: World, words: list[str], _: str) -> str:
    """Make an ext4 image with files in it: `mkfs.ext4 -q -L LABEL -d DIRECTORY FILE SIZEk`."""
    given = parse("mkfs.ext4", words, flags="q/quiet F/force", values="L/label E/extended d/root")
    path, length = given.operands
    size_bytes = int(length.removesuffix("k")) * 1024
    try:
        files = tree.existing(world, given.get("root"))
        image, fs = tree.open_file(world, path)
    except OSError as error:
        raise Failure(f"mkfs.ext4: {reason(error)} while setting up {path}") from error
    taken = size_bytes // 16
    if not fs.has_room(taken):
        raise Failure(f"mkfs.ext4: No space left on device while writing {path}")
    label = given.get("label")
    root = copy.deepcopy(files) if isinstance(files, Directory) else Directory()
    image.length, image.allocated, image.version = size_bytes, taken, image.version + 1
    image.content = Content("ext4", label, "8d1f6c1e-0000-4000-8000-707261637469", root)
    return ""


def _dd_device(world: World, path: str, kname: str, count: int, *, at_start: bool) -> str:
    if not storage.write(world, kname, count):
        raise Failure(f"dd: fsync failed for '{path}': Input/output error")
    if at_start:
        storage.put(world, kname, None)
    return ""


def sync(_world: World, words: list[str], _: str) -> str:
    """Write out what is written out at once here: `sync`."""
    parse("sync", words, flags="f/file-system")
    return ""
