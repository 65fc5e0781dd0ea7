"""Nobody puts a line of his own into what is said: by a process's name, a path, or a mount point."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import NAME, look, make
from tui.backend import inventory
from tui.backend.errors import Refused
from tui.backend.inventory.blockers import Blocker
from tui.backend.inventory.foreign import Holder
from tui.backend.inventory.verdict import Facts, judge
from tui.backend.practice import PracticeHost, events
from tui.backend.practice.world import Process
from tui.backend.sandboxes import recover, remounting, remove, unmounting
from tui.backend.text import clean, shell_word

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
    assert "\n" not in str(refusal.value).removesuffix(refusal.value.hint)[:-1]
    typed = refusal.value.hint.partition(": ")[2].replace("umount --", "printf '%s|'", 1)
    spoken = subprocess.run(["bash", "-c", typed], capture_output=True, text=True, check=True).stdout
    assert spoken == f"/mnt/{FORGED}|"


NAMES = ("plain", "a b", "it's", FORGED, "\\n", "\x1b[2J'\\", "\udcffé\u202e", "$(x)")


@pytest.mark.parametrize("name", NAMES)
def test_a_word_to_be_typed_is_one_line_and_that_word(name: str) -> None:
    typed = shell_word(name)
    assert clean(typed) == typed
    said = subprocess.run(["bash", "-c", f"printf %s {typed}"], capture_output=True, check=True).stdout
    assert os.fsdecode(said) == name


PLACE = f"/mnt/{FORGED}"
IMAGE = f"/home/user/images/{FORGED.replace('/', '')}"
VERBS = (
    ("create", IMAGE, "--name", NAME, "--size", "64M", "--mount", PLACE),
    ("create", "/dev/sdb1", "--name", "other", "--size", "64M", "--mount", PLACE),
    ("create", f"/home/{FORGED}", "--size", "64M"),
    ("create", FORGED),
    ("create", f"LABEL={FORGED}"),
    ("create", "/dev/sdb1", "--name", FORGED),
    ("create", "/dev/sdb1", "--store", FORGED),
    ("devices",),
    ("list",),
    ("show", NAME),
    ("show", FORGED),
    ("doctor",),
    ("remove", NAME),
    ("remove", "--all"),
    ("unmount", NAME),
    ("grow", NAME, FORGED),
    ("mount", NAME, FORGED),
    ("mount", NAME, PLACE),
    ("recover",),
    (FORGED,),
    ("livecd", "info", PLACE),
    ("livecd", "build", PLACE, "-o", PLACE),
    ("livecd", "write", PLACE, PLACE),
    ("livecd", "test", PLACE),
    ("remove", NAME),
)


@pytest.mark.usefixtures("engine")
def test_no_verb_says_a_line_of_somebody_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is named so: an image, a mount point, a process, a label, or what was typed."""
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True)
    cli = CommandLine(PracticeHost(), capsys)
    cli.host.run(["cp", "/home/user/images/debian-12.img", IMAGE])
    for number, argv in enumerate(VERBS):
        said = cli(*argv)
        lines = f"{said.out}\n{said.err}".split("\n")
        forged = [line for line in lines if line.startswith(("Nothing is wrong", "  Run"))]
        assert not forged, argv
        if number == 9:
            events.start(cli.host.world, FORGED, "works in", PLACE, FORGED)
        if number == 17:
            cli.host.world.processes.clear()
