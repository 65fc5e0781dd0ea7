"""Which file is which on the practice machine."""

from __future__ import annotations

import os

from tui.backend.host import FileNode
from tui.backend.practice import tree
from tui.backend.practice.blocks import Loop
from tui.backend.practice.nodes import Special
from tui.backend.practice.world import World


def node(world: World, path: str) -> FileNode:
    """Which file a path names."""
    found, fs = tree.existing(world, path), tree.find(world, path).mount.fs
    block = world.blocks.get(found.kname) if isinstance(found, Special) else None
    return FileNode(_number(fs.devno), id(found), _number(block.devno) if block else 0)


def behind(world: World, loop: str) -> FileNode:
    """Which file a loop device, given by its node, is attached to."""
    block = world.blocks.get(loop.removeprefix("/dev/"))
    if not isinstance(block, Loop) or block.fs is None or not block.bound:
        raise FileNotFoundError(2, "No such file or directory", loop)
    if below := world.blocks.get(block.device):
        return FileNode(_number(block.fs.devno), 0, _number(below.devno))
    return FileNode(_number(block.fs.devno), id(block.file))


def is_written(world: World, path: str) -> bool:
    """Whether a loop device can write to a file."""
    found = tree.existing(world, path)
    return any(loop.file is found and not loop.read_only for loop in world.of(Loop))


def _number(devno: str) -> int:
    major, minor = devno.split(":")
    return os.makedev(int(major), int(minor))
