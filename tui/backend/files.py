"""What the kernel knows of a file beside its name: which it is, and who writes to it."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import stat
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

from tui.backend.host import FileNode
from tui.backend.kernel import process
from tui.backend.kernel.text import decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OPEN_TREE, _OPEN_TREE_CLONE, _AT_FDCWD = 428, 1, -100
"""linux/mount.h; the system call has this number on all machines."""
_MOST = 1 << 12
"""Bytes that are read of what is told of an open file: an epoll has a line for each that it watches."""
_LOOP_GET_STATUS64 = 0x4C05
_LOOP_INFO64 = struct.Struct("=QQQ32x64s112x")
"""struct loop_info64 (linux/loop.h): lo_device, lo_inode, lo_rdevice, lo_file_name, and what does not matter
here.
"""


def node(path: str) -> FileNode:
    """Which file a path names, links followed. OSError."""
    return _node(os.stat(path))


def covered(point: str) -> os.stat_result:
    """The directory that a mount point covers, seen through a copy of the mount that it is on, which is
    mounted nowhere and without what is mounted in it (open_tree(2), since Linux 5.2). OSError.
    """
    parent, _slash, name = point.rpartition("/")
    flags = _OPEN_TREE_CLONE | os.O_CLOEXEC
    path = ctypes.c_char_p(os.fsencode(parent or "/"))
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.syscall(_OPEN_TREE, _AT_FDCWD, path, ctypes.c_uint(flags))
    if descriptor < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), point)
    try:
        return os.stat(name, dir_fd=descriptor, follow_symlinks=False)
    finally:
        os.close(descriptor)


def behind(loop: str) -> FileNode:
    """Which file a loop device, given by its node, is attached to. OSError.

    The name in /sys is a path in the mount namespace of whoever attached it, and proves nothing.
    """
    device, inode, number_of_it, _name = _status(loop)
    return FileNode(device, inode, number_of_it)


def attached_as(loop: str) -> str:
    """The file of a loop device as it was called when it was attached; empty where that is not known."""
    try:
        *_numbers, name = _status(loop)
    except OSError:
        return ""
    return decode(name.partition(b"\0")[0])


def _status(loop: str) -> tuple[int, int, int, bytes]:
    descriptor = os.open(loop, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = fcntl.ioctl(descriptor, _LOOP_GET_STATUS64, bytes(_LOOP_INFO64.size))
    finally:
        os.close(descriptor)
    device, inode, number_of_it, name = _LOOP_INFO64.unpack(found)
    return device, inode, number_of_it, name


def is_written(path: str) -> bool | None:
    """Whether a regular file is open for writing, by whomever and under whatever name; None where its file
    system does not tell. OSError when it cannot be opened.

    The kernel gives a read lease only on a file that nobody has open for writing (fcntl(2), F_SETLEASE).
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    finally:
        os.close(descriptor)
    return False


def writers(file: FileNode, tasks: Iterable[tuple[int, int]]) -> Iterator[tuple[int, str]]:
    """The processes that have a file open for writing, each with the name by which it does. `tasks` are those
    that are looked at: process and thread.
    """
    for pid, task in tasks:
        with suppress(OSError):
            for descriptor in os.listdir(f"/proc/{task}/fd"):
                if _writes(task, descriptor, file):
                    yield pid, os.readlink(f"/proc/{task}/fd/{descriptor}")
                    break


def _writes(pid: int, descriptor: str, file: FileNode) -> bool:
    """By the inode's number first: only of the right file itself more is asked."""
    with open(f"/proc/{pid}/fdinfo/{descriptor}", "rb") as info:
        known = process.fdinfo(decode(info.read(_MOST)))
    if known.inode not in ("", str(file.inode)) or not known.writes:
        return False
    return _node(os.stat(f"/proc/{pid}/fd/{descriptor}")) == file


def _node(found: os.stat_result) -> FileNode:
    return FileNode(found.st_dev, found.st_ino, found.st_rdev)
