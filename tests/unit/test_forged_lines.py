"""Nobody puts a line of his own into what is said: by a process's name, a path, or a mount point."""

import shlex
from dataclasses import replace

import pytest

from tests.unit.practice_verbs import NAME, look, make
from tui.backend import inventory
from tui.backend.errors import Refused
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.foreign import Holder
from tui.backend.inventory.verdict import Facts, judge
from tui.backend.practice import PracticeHost
from tui.backend.practice.world import Process
from tui.backend.sandboxes import recover, remounting, remove, unmounting

FORGED = "x\nNothing is wrong.\n  Run: rm -rf /"


@pytest.fixture
def host() -> PracticeHost:
    made = PracticeHost()
    make(made)
    return made


def test_a_refusal_has_a_line_for_each_that_is_in_the_way(host: PracticeHost) -> None:
    found = (Blocker(f"process 1 ({FORGED})", f"has open /mnt/{FORGED}", 1), Blocker("swap", "is on it"))
    with pytest.raises(Refused) as refusal:
        remove.check(look(host).sandbox(NAME), found)
    assert len(refusal.value.message.split("\n")) == 3


def test_what_recover_leaves_is_one_sentence(host: PracticeHost) -> None:
    """There is a second one, so that the first is left and not refused."""
    make(host, name="other")
    for name in (NAME, "other"):
        host.run(["touch", f"/run/sandbox-tui/{name}/busy-remove"])
    place = f"/run/sandbox-tui/{NAME}/mnt"
    host.world.processes[7] = Process(7, FORGED, "root", [("works in", place)])
    notes = recover.prepare(host, inventory.read(host)).notes
    assert any("is in use" in note for note in notes)
    assert all("\n" not in note for note in notes)


def test_who_holds_a_foreign_one() -> None:
    assert "\n" not in Holder(1, FORGED).words
    assert "\n" not in Holder(None, "", FORGED).words


def test_where_a_device_is_mounted(host: PracticeHost) -> None:
    """By the label of a stick, say."""
    device = next(one for one in look(host).devices if one.kname == "sdb1")
    facts = Facts({}, frozenset(), {}, (), {})
    assert "\n" not in judge(replace(device, mounts=(f"/media/{FORGED}",), holders=()), facts).reason


def test_the_steps_that_unmount_it(host: PracticeHost) -> None:
    """By the name of a directory above a mount, which a user in the sandbox can change."""
    box = look(host).sandbox(NAME)
    mount = replace(box.mounts[0], mountpoint=f"/mnt/{FORGED}")
    for shown in ((mount,), (mount, replace(mount, mountpoint=f"/srv/{FORGED}", root="/part"))):
        steps = unmounting.steps(replace(box, mounts=shown))
        said = [text for step in steps for text in (step.title, step.restored, step.aftermath)]
        assert all("\n" not in text for text in said)
    with pytest.raises(Refused) as refusal:
        remounting.check(replace(box, mounts=(replace(mount, root="/part"),)))
    assert "\n" not in refusal.value.message
    words = shlex.split(refusal.value.hint.partition(": ")[2])
    assert words == ["umount", "--", f"/mnt/{FORGED}"]
