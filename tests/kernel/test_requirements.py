"""A sandbox needs just the programs that its plans name."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.kernel.lab import Lab
from tui.backend import inventory, requirements, run
from tui.backend.errors import ExitCode, Refused
from tui.backend.execute import run as execute
from tui.backend.plan import Plan
from tui.backend.sandboxes import create, remove

pytestmark = [pytest.mark.layers, pytest.mark.only_no_udev]

READING = "lsblk blkid losetup modprobe stat find dumpe2fs".split()
"""What is asked before there is a plan."""


def only(monkeypatch: pytest.MonkeyPatch, place: Path, names: Iterable[str]) -> None:
    """A PATH with links to these programs, and no others."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name in names:
        found = shutil.which(name, path=run.search_path())
        if found:
            (place / name).symlink_to(os.path.abspath(found))
    monkeypatch.setattr(run, "_SBIN", ())
    monkeypatch.setenv("PATH", str(place))


def creation(lab: Lab, origin: str) -> Plan:
    request = lab.request(origin, name="trial", engine="overlay", size="8M")
    return create.prepare(lab.host, inventory.read(lab.host), request).plan


@pytest.mark.parametrize("kind", ["directory", "ext4"])
def test_the_programs_that_the_plans_name_are_enough(
    lab: Lab, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = lab.origin(kind, attach=False).origin
    plan = creation(lab, origin)
    for step in ("create", "remove"):
        with monkeypatch.context() as patch:
            only(patch, tmp_path / "bin", requirements.programs(plan))
            execute(plan, lab.host)
        if step == "create":
            assert not lab.sandbox("trial").interrupted
            plan = remove.prepare(lab.host, inventory.read(lab.host), ("trial",)).plan
    assert lab.sandboxes() == ()


@pytest.mark.parametrize("absent", ["tee", "rmdir", "umount", "touch"])
def test_without_one_of_them_nothing_is_touched(
    lab: Lab, absent: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = lab.tree().origin
    names = {*requirements.programs(creation(lab, origin)), *READING} - {absent}
    with monkeypatch.context() as patch:
        only(patch, tmp_path / "bin", names)
        with pytest.raises(Refused, match=f"missing: {absent} ") as refusal:
            creation(lab, origin)
    assert refusal.value.exit_code is ExitCode.REFUSED
    assert not Path("/run/sandbox-tui").exists()
