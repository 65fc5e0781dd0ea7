"""A superblock that asks for a panic of the kernel when it meets damage: it is not obeyed."""

from pathlib import Path

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.file_systems import look
from tests.kernel.lab import Lab, sh
from tests.kernel.test_untouched import damaged
from tui.backend.inventory import mounts

pytestmark = pytest.mark.only_no_udev


def options(lab: Lab, point: str) -> list[str]:
    """What the mount, or the lower layer of the sandbox, was told about damage."""
    (found,) = (mount for mount in mounts.read(lab.host) if mount.mountpoint == point)
    return found.data.split(",")


@both_engines
def test_the_mount_says_so(lab: Lab, engine: str) -> None:
    disk = lab.disk("ext4")
    sh("tune2fs", "-e", "panic", disk.image)
    box = lab.create(disk.origin, name="trial", size="4M", engine=engine)
    shown = "/run/sandbox-tui/trial/lower" if box.engine == "overlay" else str(box.mountpoint)
    assert "errors=remount-ro" in options(lab, shown)
    if box.engine == "snapshot":
        lab.unmount("trial")
        lab.mount("trial")
        assert "errors=remount-ro" in options(lab, shown)
    lab.remove("trial")


@pytest.mark.parametrize("engine", ["snapshot", "overlay"])
def test_the_kernel_lives_on(lab: Lab, engine: str) -> None:
    """In the guest only: were it obeyed, nothing would be left to say so."""
    file = damaged("ext4")
    sh("tune2fs", "-e", "panic", str(file))
    box = lab.create(str(file), name="trial", size="4M", engine=engine)
    look(str(box.mountpoint))
    with pytest.raises(OSError, match=r"Bad message|Structure needs cleaning"):
        Path(f"{box.mountpoint}/hurt").read_bytes()
    lab.remove("trial")
