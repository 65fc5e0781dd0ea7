"""configfs of the practice machine, with what null_blk has there: making a directory makes the settings of a
device, switching it on makes the device, removing the directory removes both.
"""

from dataclasses import dataclass, field

from tui.backend.practice.blocks import Null
from tui.backend.practice.mounted import FileSystem
from tui.backend.practice.nodes import Directory, File, Node, View
from tui.backend.practice.world import World

POINT = "/sys/kernel/config"
_SETTINGS = ("blocksize", "irqmode", "memory_backed", "power", "queue_mode", "size")
_MIB = 1 << 20


def file_system(world: World) -> FileSystem:
    """The one that there is, mounted or not: all its mounts show the same."""
    mounted = (mount.fs for mount in world.mounts if mount.fs.type == "configfs")
    return next(mounted, None) or FileSystem("configfs", world.anonymous(), _root(world))


def _root(world: World) -> View:
    driver = Directory(_Devices(world))

    def get(name: str) -> Node | None:
        """The driver's directory, once the module is loaded."""
        return driver if name == "nullb" and "null_blk" in world.modules else None

    return View(get, lambda: ["nullb"] if "null_blk" in world.modules else [])


class _Devices(dict[str, Node]):
    """The directories of the driver."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world

    def __setitem__(self, name: str, node: Node) -> None:
        super().__setitem__(name, _Settings(world=self.world, kname=name))

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self.world.blocks.pop(name, None)  # also where a map lies on it


@dataclass
class _Settings(Directory):
    """The settings of one device, which are not in its way when its directory is removed."""

    world: World = field(default_factory=World)
    kname: str = ""

    def __post_init__(self) -> None:
        self._files = {name: _Setting("0\n", of=self, name=name) for name in _SETTINGS}

    def get(self, name: str) -> Node | None:
        """A setting."""
        return self._files.get(name)

    def names(self) -> list[str]:
        """All of them."""
        return list(self._files)

    def switch(self, on: bool) -> None:
        """Make or remove the device."""
        if on and self.kname not in self.world.blocks:
            self.world.blocks[self.kname] = Null(
                kname=self.kname,
                devno=f"252:{self.world.number('null')}",
                size=int(self._files["size"].text) * _MIB,
                type="disk",
            )
        elif not on:
            self.world.blocks.pop(self.kname, None)


@dataclass
class _Setting(File):
    """A setting, which takes no memory."""

    of: _Settings | None = None
    name: str = ""

    def write(self, text: str) -> None:
        """Do what it says."""
        super().write(text)
        self.allocated = 0
        if self.name == "power" and self.of is not None and text:
            self.of.switch(text.strip() == "1")
