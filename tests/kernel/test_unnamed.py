"""Who has a sandbox and is not named by the kernel is in the way before anything is taken apart."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.kernel.lab import PLACE, Lab
from tui.backend.errors import PlanFailed
from tui.backend.inventory import blockers

pytestmark = pytest.mark.only_no_udev

LET_GO = """
cd / && mkdir -p /tmp/ov && mount -t tmpfs x /tmp/ov && cd /tmp/ov && mkdir u w o old
cp "$(command -v busybox)" busybox
mount -t overlay -o lowerdir="$1"/part,upperdir=/tmp/ov/u,workdir=/tmp/ov/w,userxattr x /tmp/ov/o
pivot_root . old
exec ./busybox sh -c "./busybox umount -l /old; echo kept; exec ./busybox sleep 1000"
"""
"""An overlay keeps the mounts that its layers are on, which are then in no namespace."""


@contextmanager
def overlay_over(point: str) -> Iterator[None]:
    own = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private")
    with subprocess.Popen(
        [*own, "sh", "-euc", LET_GO, "sh", point], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as there:
        assert there.stdout
        assert there.stdout.readline() == b"kept\n"
        try:
            yield
        finally:
            there.kill()


@pytest.mark.parametrize("broken", [False, True], ids=["remove", "recover"])
def test_an_overlay_of_somebody_over_a_part_of_it(lab: Lab, broken: bool) -> None:
    """Where its mount point stays."""
    point = PLACE / "point"
    point.mkdir()
    box = lab.create(lab.disk().origin, name="trial", mount=str(point))
    Path(f"{box.mountpoint}/part").mkdir()
    Path(f"{box.mountpoint}/file").write_text("work")
    with overlay_over(str(box.mountpoint)):
        assert blockers.now(lab.host, box) == ()
        if broken:
            Path("/run/sandbox-tui/trial/busy-remove").touch()
        with pytest.raises(PlanFailed, match="nothing has it open") as failed:
            lab.recover() if broken else lab.remove("trial")
        assert failed.value.undone
        assert "Something still has it open" in failed.value.hint
        assert lab.sandbox("trial").mounts
        assert Path(f"{box.mountpoint}/file").read_text() == "work"
    lab.remove("trial")
    assert lab.sandboxes() == ()


def test_an_overlay_of_somebody_where_its_mount_point_goes_with_it(lab: Lab) -> None:
    """It cannot be known before; `recover` ends the removal when he is gone."""
    box = lab.create(lab.disk().origin, name="trial", mount=f"{PLACE}/made")
    Path(f"{box.mountpoint}/part").mkdir()
    with overlay_over(str(box.mountpoint)):
        with pytest.raises(PlanFailed, match="Remove the map trial") as failed:
            lab.remove("trial")
        assert not failed.value.undone
        assert "recover" in failed.value.hint
    lab.recover()
    assert lab.sandboxes() == ()
