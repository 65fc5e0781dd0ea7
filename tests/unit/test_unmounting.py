"""What is unmounted can be mounted again: each mount as it was, or it is said how it is."""

from dataclasses import replace

import pytest

from tests.unit.practice_verbs import NAME, look, make
from tui.backend import execute
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel.dm_status import Health
from tui.backend.kernel.mountinfo import Mount
from tui.backend.plan import Plan
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import remove, unmounting


def sandbox(host: PracticeHost) -> Sandbox:
    """A sandbox that is mounted once."""
    make(host)
    return look(host).sandbox(NAME)


def beside(mount: Mount, point: str, **changes: str | bool | None) -> Mount:
    """A mount of the same file system elsewhere."""
    return replace(mount, id=mount.id + 1, mountpoint=point, **changes)  # type: ignore[arg-type]


def test_it_is_unmounted_last_first_and_mounted_first_first() -> None:
    box = sandbox(PracticeHost())
    box = replace(box, mounts=(box.mounts[0], beside(box.mounts[0], "/a"), beside(box.mounts[0], "/b")))
    titles = [step.title for step in unmounting.steps(box)]
    assert titles == ["Unmount /b", "Unmount /a", f"Unmount {box.mountpoint}"]


def test_a_run_and_its_undo_leave_the_mounts_as_they_were() -> None:
    host = PracticeHost()
    point = sandbox(host).mountpoint
    host.run(["mkdir", "/mnt/other"])
    host.run(["mount", "--bind", "-o", "ro,nosuid,shared", str(point), "/mnt/other"])
    before = look(host).sandbox(NAME).mounts
    steps = unmounting.steps(look(host).sandbox(NAME))
    execute.run(Plan("unmount", NAME, steps), host)
    assert look(host).sandbox(NAME).mounts == ()
    for step in reversed(steps):
        assert step.undo is not None
        host.run(step.undo.resolve({}))
    after = look(host).sandbox(NAME).mounts
    plain = lambda m: (m.mountpoint, m.root, set(m.options.split(",")), m.shared is None)  # noqa: E731
    assert list(map(plain, after)) == list(map(plain, before))


@pytest.mark.parametrize("there", [True, False])
def test_a_part_is_bound_from_the_whole_where_that_is_mounted_before(there: bool) -> None:
    box = sandbox(PracticeHost())
    part = beside(box.mounts[0], "/part", root="/inside")
    box = replace(box, mounts=(*(box.mounts if there else ()), part))
    step = unmounting.steps(box)[0]
    if there:
        assert f" {box.mountpoint}/inside /part" in str(step.undo and step.undo.shell())
        assert step.restored == ""
    else:
        assert step.undo is None
        assert step.restored == "It is not mounted on /part any more."


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"master": "7"}, "does not reach"),
        ({"options": "ro,relatime", "data": "rw"}, "was read-only"),
        ({}, ""),
    ],
)
def test_what_does_not_come_back_is_said(changes: dict[str, str], said: str) -> None:
    box = sandbox(PracticeHost())
    changed = beside(box.mounts[0], "/changed", **changes)
    (step,) = unmounting.steps(replace(box, mounts=(changed,)))
    assert said in step.restored
    assert bool(step.restored) is bool(said)


def test_a_full_one_comes_back_read_only_and_without_replay() -> None:
    box = sandbox(PracticeHost())
    box = replace(box, status=replace(box.status, health=Health.OVERFLOW))
    (step,) = unmounting.steps(box)
    assert step.undo is not None
    assert "ro,noload" in step.undo.shell()
    assert "read-only" in step.restored


@pytest.mark.parametrize("options", [{}, {"mount": "/mnt/new"}, {"engine": "overlay"}])
def test_no_mount_point_goes_as_long_as_it_may_be_mounted_on_again(options: dict[str, str]) -> None:
    """Somebody could put a link in its place meanwhile, and an undo would mount where that leads."""
    host = PracticeHost()
    make(host, **options)
    plan = remove.prepare(host, look(host), (NAME,)).plan
    assert plan.commit is not None
    gone = [n for n, step in enumerate(plan.steps) if step.title.startswith("Remove the mount point")]
    assert gone
    assert min(gone) >= plan.commit
    assert not [step for step in plan.steps if step.undo is not None and step.undo.argv[0] == "mkdir"]


@pytest.mark.parametrize(("fstype", "data", "root"), [("ext4", "rw", "/"), ("btrfs", "rw,subvol=/", "/")])
def test_what_is_bound_read_only_comes_back_so(fstype: str, data: str, root: str) -> None:
    """Of btrfs every mount is one of a subvolume."""
    box = sandbox(PracticeHost())
    first = replace(box.mounts[0], fstype=fstype, data=data, root=root)
    bound = beside(first, "/bound", options="ro,relatime")
    step = unmounting.steps(replace(box, mounts=(first, bound)))[0]
    assert f"mount --bind -o ro,private {box.mountpoint} /bound" in str(step.undo and step.undo.shell())
    assert step.restored == ""


@pytest.mark.parametrize(
    ("above", "root", "source"), [("/@", "/@/inside", "/inside"), ("/@", "/@", ""), ("/", "/@", "/@")]
)
def test_a_part_of_a_subvolume_is_bound_from_it(above: str, root: str, source: str) -> None:
    box = sandbox(PracticeHost())
    first = replace(box.mounts[0], fstype="btrfs", data=f"rw,subvol={above}", root=above)
    part = beside(first, "/part", root=root, data=f"rw,subvol={root}")
    step = unmounting.steps(replace(box, mounts=(first, part)))[0]
    assert f" {box.mountpoint}{source} /part" in str(step.undo and step.undo.shell())


def test_subvolumes_beside_each_other_are_made_again() -> None:
    box = sandbox(PracticeHost())
    first = replace(box.mounts[0], fstype="btrfs", data="rw,subvol=/@", root="/@")
    other = beside(first, "/other", root="/@home", data="rw,subvol=/@home", options="ro,relatime")
    step = unmounting.steps(replace(box, mounts=(first, other)))[0]
    assert "-t btrfs" in str(step.undo and step.undo.shell())
    assert "subvol=/@home" in str(step.undo and step.undo.shell())
    assert "can be written to now" in step.restored


def test_an_overlay_that_was_read_only_is_so_again() -> None:
    host = PracticeHost()
    make(host, engine="overlay")
    box = look(host).sandbox(NAME)
    (step,) = unmounting.steps(replace(box, mounts=(replace(box.mounts[0], options="ro,relatime"),)))
    assert "-o ro," in str(step.undo and step.undo.shell())
    assert step.restored == ""
