"""Finding and changing files of the practice machine, mounts included."""

import errno
import os
from dataclasses import dataclass

from tui.backend.practice.mounted import FileSystem, Mounted
from tui.backend.practice.nodes import Directory, File, Link, Node, View
from tui.backend.practice.world import World

_MOST_LINKS = 40


@dataclass(frozen=True, slots=True)
class Found:
    """Where a path leads: without links, what is there (None: nothing), and on which mount."""

    path: str
    node: Node | None
    mount: Mounted

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit("/", 1)[1]


def error(code: int, path: str) -> OSError:
    """The error that the kernel gives, in its words."""
    return OSError(code, os.strerror(code), path)


def find(world: World, path: str) -> Found:
    """Follow a path through links and mounts. OSError when it goes through a file."""
    tops = {mount.point: mount for mount in world.mounts}
    stack: list[tuple[str, Node | None, Mounted]] = [("/", tops["/"].root, tops["/"])]
    pending, links = path.split("/")[::-1], 0
    while pending:
        part = pending.pop()
        if part in ("", "."):
            continue
        if part == "..":
            stack = stack[: max(len(stack) - 1, 1)]
            continue
        place, node, mount = stack[-1]
        child = _child(node, part, path)
        if isinstance(child, Link):
            links += 1
            if links > _MOST_LINKS:
                raise error(errno.ELOOP, path)
            pending += child.target.split("/")[::-1]
            stack = stack[:1] if child.target.startswith("/") else stack
            continue
        here = f"{place.rstrip('/')}/{part}"
        top = tops.get(here) if child is not None else None
        stack.append((here, top.root, top) if top else (here, child, mount))
    return Found(*stack[-1])


def _child(node: Node | None, name: str, path: str) -> Node | None:
    if node is None:
        return None
    if not isinstance(node, Directory | View):
        raise error(errno.ENOTDIR, path)
    return node.get(name)


def existing(world: World, path: str) -> Node:
    """The node of a path, FileNotFoundError when there is none."""
    node = find(world, path).node
    if node is None:
        raise error(errno.ENOENT, path)
    return node


def file(world: World, path: str) -> File:
    """The regular file of a path, OSError when it is none."""
    node = existing(world, path)
    if isinstance(node, Directory | View):
        raise error(errno.EISDIR, path)
    if not isinstance(node, File):
        raise error(errno.EINVAL, path)
    return node


def listdir(world: World, path: str) -> list[str]:
    """The names in a directory."""
    node = existing(world, path)
    if not isinstance(node, Directory | View):
        raise error(errno.ENOTDIR, path)
    return list(node.names())


def make(world: World, path: str, node: Node) -> None:
    """Put a new node at a path."""
    parent, fs, name = _parent(world, path)
    if find(world, path).node is not None:
        raise error(errno.EEXIST, path)
    if not fs.has_inode():
        raise error(errno.ENOSPC, path)
    parent.entries[name] = node


def open_file(world: World, path: str) -> tuple[File, FileSystem]:
    """The file to be written at a path, made when it is absent, and its file system."""
    found = find(world, path)
    if found.node is None:
        make(world, path, File())
        found = find(world, path)
    if not isinstance(found.node, File):
        raise error(errno.EISDIR if isinstance(found.node, Directory) else errno.EINVAL, path)
    if "ro" in found.mount.options.split(","):
        raise error(errno.EROFS, path)
    return found.node, found.mount.fs


def write(world: World, path: str, text: str) -> None:
    """Replace a file's text; an empty file is what is left when there is no room."""
    if find(world, path).path == "/dev/null":
        return
    node, fs = open_file(world, path)
    node.write("")
    new = File()
    new.write(text)
    if not fs.has_room(new.allocated):
        raise error(errno.ENOSPC, path)
    node.write(text)
    fs.take(node.allocated)


def unlink(world: World, path: str) -> None:
    """Remove a file."""
    parent, _, name = _parent(world, path)
    node = parent.entries.get(name)
    if node is None:
        raise error(errno.ENOENT, path)
    if isinstance(node, Directory):
        raise error(errno.EISDIR, path)
    _refuse_mount_point(world, path)
    del parent.entries[name]


def remove_all(world: World, path: str) -> None:
    """Remove a file, or a directory with all that is in it."""
    if isinstance(existing(world, path), Directory):
        for name in listdir(world, path):
            remove_all(world, f"{path}/{name}")
        rmdir(world, path)
    else:
        unlink(world, path)


def rmdir(world: World, path: str) -> None:
    """Remove an empty directory."""
    parent, _, name = _parent(world, path)
    node = parent.entries.get(name)
    if node is None:
        raise error(errno.ENOENT, path)
    _refuse_mount_point(world, path)
    if not isinstance(node, Directory):
        raise error(errno.ENOTDIR, path)
    if node.entries:
        raise error(errno.ENOTEMPTY, path)
    del parent.entries[name]


def _parent(world: World, path: str) -> tuple[Directory, FileSystem, str]:
    head, _, name = path.rstrip("/").rpartition("/")
    found = find(world, head or "/")
    if found.node is None:
        raise error(errno.ENOENT, path)
    if isinstance(found.node, View):
        raise error(errno.EPERM, path)
    if not isinstance(found.node, Directory):
        raise error(errno.ENOTDIR, path)
    if "ro" in found.mount.options.split(","):
        raise error(errno.EROFS, path)
    return found.node, found.mount.fs, name


def _refuse_mount_point(world: World, path: str) -> None:
    where = find(world, path).path
    if any(mount.point == where for mount in world.mounts):
        raise error(errno.EBUSY, path)
