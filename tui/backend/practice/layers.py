"""Overlays of the practice machine: two layers seen as one tree."""

import copy

from tui.backend.practice import tree
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.mounted import PROPAGATION, FileSystem
from tui.backend.practice.nodes import PAGE, Directory
from tui.backend.practice.world import World

_STATUS = 32
_LAYERS = ("lowerdir", "upperdir", "workdir")
_OWN = ("rw", "ro", "nosuid", "nodev", "noexec", "noatime", "nodiratime", "nosymfollow")
"""The mount's own options; the others are those of the overlay."""
_KNOWN = {"index=on", "redirect_dir=on", "metacopy=off", *_OWN, *PROPAGATION}


def mount(world: World, source: str, point: str, options: list[str]) -> str:
    """Mount an overlay: `mount -t overlay -o lowerdir=L,upperdir=U,workdir=W SOURCE DIRECTORY`."""
    given = dict(option.partition("=")[::2] for option in options)
    unknown = {option for option in options if option.partition("=")[0] not in _LAYERS} - _KNOWN
    if unknown:
        raise NotPractised(f"mount: {point}: overlay with {sorted(unknown)} is not practised.", _STATUS)
    if "overlay" not in world.modules:
        raise Failure(f"mount: {point}: unknown filesystem type 'overlay'.", _STATUS)
    places = [tree.find(world, given.get(layer, "")) for layer in _LAYERS]
    lower, upper, work = (place.node for place in places)
    if not (isinstance(lower, Directory) and isinstance(upper, Directory) and isinstance(work, Directory)):
        raise Failure(f"mount: {point}: special device {source} does not exist.", _STATUS)
    layers = ",".join(f"{layer}={given[layer]}" for layer in _LAYERS)
    upper.merged = upper.merged or copy.deepcopy(lower)
    store = places[1].mount.fs
    same = next((m.fs for m in world.mounts if m.fs.upper is upper), None)
    made = FileSystem("overlay", world.anonymous(), upper.merged, store=store, upper=upper, layers=layers)
    fs = same or made
    own = [option for option in options if option in _OWN]
    new = world.mount(fs, tree.find(world, point).path, source, ",".join([*own, "relatime"]))
    new.propagate(options)
    return ""


def write(fs: FileSystem, count: int) -> bool:
    """Write `count` bytes of new files; False when there is no room left."""
    room = fs.store.limit - fs.store.used if fs.store and fs.store.limit is not None else count
    wanted = -(-count // PAGE) * PAGE
    fs.take(min(wanted, room))
    return wanted <= room
