"""The tree of devices, as lsblk draws it."""

from tui.backend import inventory
from tui.backend.inventory import tree
from tui.backend.inventory.devices import Device
from tui.backend.practice import PracticeHost


def _device(name: str, parents: str = "", children: str = "") -> Device:
    return Device(
        f"/dev/{name}",
        name,
        "1:1",
        1,
        512,
        "disk",
        parents=tuple(parents.split()),
        children=tuple(children.split()),
    )


def test_every_device_of_a_machine_once() -> None:
    devices = inventory.read(PracticeHost()).devices
    drawn = list(tree.draw(devices))
    assert sorted(device.kname for _lines, device in drawn) == sorted(device.kname for device in devices)


def test_lines() -> None:
    branch, last, beside, below = tree.LINES
    devices = (
        _device("a", children="a1 a2"),
        _device("a1", "a", "md"),
        _device("md", "a1 b"),
        _device("a2", "a", "x"),
        _device("x", "a2"),
        _device("b", children="md"),
        _device("orphan", "gone"),
    )
    assert [before + device.kname for before, device in tree.draw(devices)] == [
        "a", f"{branch}a1", f"{beside}{last}md", f"{last}a2", f"{below}{last}x", "b", "orphan",
    ]  # fmt: skip
