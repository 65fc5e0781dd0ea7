"""Files that something else wrote into the place of a sandbox: they are kept, and it goes."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import soak
from tests.kernel.engines import both_engines
from tests.kernel.killing import BEFORE, killed, recovered
from tests.kernel.lab import Lab, sh
from tui.backend import inventory
from tui.backend.errors import Refused
from tui.backend.execute import Event, Phase
from tui.backend.plan import Plan
from tui.backend.sandboxes import kept, perform, remove

pytestmark = pytest.mark.only_no_udev

PLACE = Path("/run/sandbox-tui/trial")
ASIDE = Path("/run/sandbox-tui/.kept-trial")
KEPT = "work"


def unmounted(lab: Lab) -> Path:
    """Written while nothing was mounted there."""
    lab.unmount("trial")
    (PLACE / "mnt/deep").mkdir()
    (PLACE / "mnt/deep/mine").write_text(KEPT)
    return Path("mnt/deep/mine")


def below(lab: Lab) -> Path:
    """Written by a program that had the directory open from before it was mounted on."""
    lab.unmount("trial")
    directory = os.open(PLACE / "mnt", os.O_RDONLY)
    lab.mount("trial")
    file = os.open("mine", os.O_WRONLY | os.O_CREAT, dir_fd=directory)
    os.write(file, KEPT.encode())
    os.close(file)
    os.close(directory)
    return Path("mnt/mine")


def beside(_lab: Lab) -> Path:
    """Written to the sandbox's own directory."""
    (PLACE / "mine").write_text(KEPT)
    return Path("mine")


WRITERS = pytest.mark.parametrize("write", [unmounted, below, beside])
Writer = Callable[[Lab], Path]


def taken(lab: Lab, file: Path) -> None:
    """The sandbox is gone, and its file is kept."""
    assert lab.sandboxes() == ()
    assert (ASIDE / file).read_text() == KEPT
    assert lab.recover().steps == ()
    assert os.listdir(ASIDE.parent) == [ASIDE.name]
    shutil.rmtree(ASIDE.parent)


@both_engines
@WRITERS
def test_remove(lab: Lab, engine: str, write: Writer) -> None:
    lab.create(lab.disk("ext4").origin, name="trial", size="4M", engine=engine)
    file, gone = write(lab), lab.sandboxes()
    lab.remove("trial")
    (said,) = kept.sentences(lab.host, gone)
    assert str(ASIDE) in said
    assert file.parts[0] in said
    taken(lab, file)


@both_engines
@pytest.mark.parametrize("place", ["mnt", "mine"])
def test_a_mount_of_others_in_its_place_is_in_the_way(lab: Lab, engine: str, place: str) -> None:
    """What is in it would be lost."""
    lab.create(lab.disk("ext4").origin, name="trial", size="4M", engine=engine)
    lab.unmount("trial")
    (PLACE / place).mkdir(exist_ok=True)
    sh("mount", "-t", "tmpfs", "work", str(PLACE / place))
    (PLACE / place / "file").write_text(KEPT)
    with pytest.raises(Refused, match=f"a mount of work: on {PLACE / place}"):
        lab.remove("trial")
    assert (PLACE / place / "file").read_text() == KEPT
    sh("umount", str(PLACE / place))
    lab.remove("trial")
    shutil.rmtree(ASIDE.parent, ignore_errors=True)


@both_engines
@WRITERS
def test_recover(lab: Lab, engine: str, write: Writer) -> None:
    """Killed at one of the steps of the removal, in a soak at each, it is cleared all the same."""
    steps = 0
    for round_ in range(soak.times(1, 100)):
        lab.create(lab.disk("ext4").origin, name="trial", size="4M", engine=engine)
        file = write(lab)
        steps = len(removal(lab).steps)
        step = round_ if soak.ALL else soak.seeds(1, 1, f"{engine} {write.__name__}")[0] % steps
        killed(lab, lambda _now: removal(lab), (step, BEFORE))
        recovered(lab)
        if lab.sandboxes():
            lab.remove("trial")
        taken(lab, file)
        detach(lab)
        if step == steps - 1:
            break


def removal(lab: Lab) -> Plan:
    """The plan of now."""
    return remove.prepare(lab.host, inventory.read(lab.host), ("trial",)).plan


def detach(lab: Lab) -> None:
    """The disk of this attempt is not needed any more."""
    for loop in lab.loops:
        sh("losetup", "--detach", loop)
    lab.loops.clear()


@both_engines
def test_a_program_that_writes_while_it_is_removed(lab: Lab, engine: str) -> None:
    lab.create(lab.disk("ext4").origin, name="trial", size="4M", engine=engine)

    def listener(event: Event) -> None:
        if event.phase is Phase.DONE and event.step.title.startswith("Unmount"):
            (PLACE / "mnt/mine").write_text(KEPT)

    perform.perform(lab.host, lambda now: remove.prepare(lab.host, now, ("trial",)).plan, listener=listener)
    taken(lab, Path("mnt/mine"))


@both_engines
def test_what_was_kept_before_stays(lab: Lab, engine: str) -> None:
    disk = lab.disk("ext4")
    for number in range(3):
        lab.create(disk.origin, name="trial", size="4M", engine=engine)
        (PLACE / f"mine-{number}").write_text(KEPT)
        lab.remove("trial")
    assert sorted(map(str, ASIDE.parent.glob(".kept*"))) == [str(ASIDE), f"{ASIDE}.~1~", f"{ASIDE}.~2~"]
    assert sorted(file.name for file in ASIDE.parent.glob("*/*")) == ["mine-0", "mine-1", "mine-2"]
    shutil.rmtree(ASIDE.parent)


@both_engines
def test_a_mount_point_that_was_made_elsewhere_stays_with_what_is_in_it(
    lab: Lab, engine: str, tmp_path: Path
) -> None:
    lab.create(lab.disk("ext4").origin, name="trial", size="4M", engine=engine, mount=f"{tmp_path}/made")
    lab.unmount("trial")
    (tmp_path / "made/mine").write_text(KEPT)
    gone = lab.sandboxes()
    lab.remove("trial")
    assert kept.sentences(lab.host, gone) == (
        f"Something else wrote into {tmp_path}/made: that mount point stays.",
    )
    assert (tmp_path / "made/mine").read_text() == KEPT
