"""Where the udev rule goes, by the rules that a system has."""

import pytest

from tui.backend.inventory import abilities
from tui.backend.practice import PracticeHost, tree
from tui.backend.practice.nodes import Directory, File


@pytest.mark.parametrize(
    ("place", "names", "file"),
    [
        (
            "/usr/lib/udev/rules.d",
            "55-dm.rules 56-lvm.rules 60-persistent-storage-dm.rules",
            "57-sandbox-tui.rules",
        ),
        ("/usr/lib/udev/rules.d", "10-dm.rules 11-dm-lvm.rules 13-dm-disk.rules", "12-sandbox-tui.rules"),
        ("/usr/lib/udev/rules.d", "60-block.rules", "57-sandbox-tui.rules"),
        ("/run/udev/rules.d", "12-sandbox-tui.rules 55-dm.rules", "12-sandbox-tui.rules"),
    ],
)
def test_its_number(place: str, names: str, file: str) -> None:
    host, way = PracticeHost(), ""
    for part in place.strip("/").split("/"):
        way = f"{way}/{part}"
        if tree.find(host.world, way).node is None:
            tree.make(host.world, way, Directory())
    for name in names.split():
        tree.make(host.world, f"{place}/{name}", File())
    assert abilities.read(host).rule_file == f"/run/udev/rules.d/{file}"


def test_partitions_and_loop_devices_are_in_it() -> None:
    assert 'ENV{DM_UUID}=="SANDBOX-?*|part*-SANDBOX-?*"' in abilities.UDEV_RULE
    assert 'ATTR{loop/backing_file}=="/run/sandbox-tui/[!.]*"' in abilities.UDEV_RULE
