"""Many sandboxes more, made after the likeness of one, with hardly any process: an emulated machine
needs minutes for the thousand that the verbs would start.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.kernel.lab import Lab, sh
from tui.backend import mapper, paths
from tui.backend.command import command
from tui.backend.inventory.sandbox import Sandbox

_LIBC = ctypes.CDLL(None, use_errno=True)
_LOOP_SET_FD, _LOOP_CTL_GET_FREE = 0x4C00, 0x4C82


@contextmanager
def twins(lab: Lab, model: Sandbox, origin: str, count: int) -> Iterator[None]:
    """So many sandboxes of the same origin, whole in every part, and gone afterwards."""
    names = [f"bench-{number}" for number in range(1, count + 1)]
    try:
        tables = [_table(name, _store(name, model), model, origin) for name in names]
        sh("env", "DM_DISABLE_UDEV=1", "dmsetup", "create", "--concise", ";".join(tables))
        for name in names:
            _mount(paths.device(name), paths.of(name, paths.MOUNT_POINT), "ext4", "")
        _settle()
        yield
    finally:
        _clear([sandbox for sandbox in lab.sandboxes() if sandbox.name != model.name])
        _settle()


def _store(name: str, model: Sandbox) -> str:
    """Everything below the map; the path of the COW device."""
    assert model.record is not None
    os.mkdir(paths.of(name), 0o700)
    record = replace(model.record, name=name, mount=paths.of(name, paths.MOUNT_POINT))
    with open(paths.of(name, paths.RECORD), "w") as file:
        file.write(record.text())
    size = model.record.size
    options = f"size={size},nr_inodes=16,mode=0700"
    _mount("sandbox-tui", paths.of(name, paths.STORE), "tmpfs", options)
    with open(paths.of(name, paths.COW_FILE), "w+b") as file:
        file.truncate(size)
        return _attach(file.fileno())


def _attach(file: int) -> str:
    control = os.open("/dev/loop-control", os.O_RDWR)
    path = f"/dev/loop{fcntl.ioctl(control, _LOOP_CTL_GET_FREE)}"
    os.close(control)
    loop = os.open(path, os.O_RDWR)
    fcntl.ioctl(loop, _LOOP_SET_FD, file)
    os.close(loop)
    return path


def _table(name: str, cow: str, model: Sandbox, origin: str) -> str:
    """A line of `dmsetup create --concise`."""
    assert model.map is not None
    assert model.record is not None
    words = mapper.table(origin, model.map.size, cow, model.record.policy, model.record.chunk)
    [table] = command(words).resolve({})
    return f"{name},{paths.uuid(name)},,rw,{table}"


def _mount(source: str, place: str, fstype: str, options: str) -> None:
    os.mkdir(place)
    if _LIBC.mount(source.encode(), place.encode(), fstype.encode(), 0, options.encode()):
        raise OSError(ctypes.get_errno(), place)


def _clear(gone: list[Sandbox]) -> None:
    """Take all apart, each kind of part at once."""
    if not gone:
        return
    _settle()
    _each("umount", [mount.mountpoint for box in gone for mount in box.mounts])
    _each("env", [box.name for box in gone if box.map], "DM_DISABLE_UDEV=1", "dmsetup", "remove", "--retry")
    _each("losetup", [loop.path for box in gone for loop in box.loops], "--detach")
    _each("umount", [mount.mountpoint for box in gone for mount in box.inner])
    _each("rm", [paths.of(box.name) for box in gone], "--recursive", "--one-file-system")


def _each(program: str, things: list[str], *options: str) -> None:
    if things:
        sh(program, *options, *things)


def _settle() -> None:
    """Nothing is to be measured while udev is at work."""
    if os.path.exists("/run/udev/control"):
        sh("udevadm", "settle")
