"""A process of whom the kernel does not tell what it has mapped: whoever asks waits.

`python silent.py DIRECTORY`, as root of a user namespace. It mounts a file system of its own there (FUSE: see
include/uapi/linux/fuse.h of Linux) and never answers when a page is read. One process waits for that page; a
second one maps the file, for which the kernel forgets its pages first, and so waits for that one with its own
mappings locked.
"""

import ctypes
import mmap
import os
import stat
import struct
import sys

LOOKUP, FORGET, GETATTR, OPEN, READ, INIT, INTERRUPT = 1, 2, 3, 14, 15, 26, 36
DIRECT_IO, KEEP_CACHE = 1, 2
SIZE = 1 << 16
libc = ctypes.CDLL(None, use_errno=True)


def attributes(inode: int) -> bytes:
    mode = stat.S_IFDIR | 0o755 if inode == 1 else stat.S_IFREG | 0o644
    size = 0 if inode == 1 else SIZE
    return struct.pack("6Q10I", inode, size, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(opcode: int, inode: int) -> bytes | None:
    if opcode == INIT:
        return struct.pack("4I2H2I", 7, 31, 4096, 0, 0, 0, 4096, 0).ljust(64, b"\0")
    if opcode == LOOKUP:
        return struct.pack("4Q2I", 2, 0, 99, 99, 0, 0) + attributes(2)
    if opcode == GETATTR:
        return struct.pack("Q2I", 99, 0, 0) + attributes(inode)
    if opcode == OPEN:
        return struct.pack("Q2I", 0, DIRECT_IO | KEEP_CACHE, 0)
    return None


def serve(device: int, told: int) -> None:
    while True:
        message = os.read(device, 1 << 18)
        _length, opcode, unique, inode = struct.unpack_from("2I2Q", message)
        if opcode == READ:
            os.write(told, b"x")  # and never an answer
        if opcode in (READ, FORGET, INTERRUPT):
            continue
        body = answer(opcode, inode)
        error = 0 if body is not None else -38  # ENOSYS
        os.write(device, struct.pack("IiQ", 16 + len(body or b""), error, unique) + (body or b""))


def child(work: object) -> int:
    pid = os.fork()
    if not pid:
        try:
            work()  # type: ignore[operator]
        finally:
            os._exit(0)
    return pid


def mapped(device: int, file: str) -> mmap.mmap:
    os.close(device)  # else it keeps the file system alive that it waits for, and nobody can end it
    descriptor = os.open(file, os.O_RDONLY)
    return mmap.mmap(descriptor, 4096, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)


def main(directory: str) -> None:
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0".encode()
    if libc.mount(b"silent", directory.encode(), b"fuse", 0, options):
        sys.exit(os.strerror(ctypes.get_errno()))
    asked, tell = os.pipe()
    child(lambda: serve(device, tell))
    file = f"{directory}/file"
    child(lambda: mapped(device, file)[0])
    os.read(asked, 1)  # the page is being read
    second = child(lambda: mapped(device, file))
    while not waits(second):
        pass
    print(second, flush=True)
    sys.stdin.read()


def waits(pid: int) -> bool:
    """Whether it waits in the kernel, where nothing wakes it."""
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] == "D"


if __name__ == "__main__":
    main(sys.argv[1])
