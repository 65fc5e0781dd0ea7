"""The overlay engine on a practice machine: which engine is chosen, what is refused, what is said."""

import errno
import re
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import (
    DIRECTORY,
    IMAGE,
    NAME,
    discard,
    discard_proven,
    enlarge,
    look,
    make,
    request,
    same,
    sandbox,
    without_mapper,
)
from tui.backend import origins, overlayfs
from tui.backend.errors import CommandFailed, Refused, UsageError
from tui.backend.gauge import State
from tui.backend.inventory import blockers, mounts
from tui.backend.inventory.abilities import Lacks
from tui.backend.kernel import mountinfo
from tui.backend.kernel.mountinfo import Mount
from tui.backend.practice import PracticeHost, events, tree
from tui.backend.practice.nodes import File
from tui.backend.problem import Code, Problem
from tui.backend.sandboxes import choice, create, memory
from tui.cli.parser import build

MIB = 1 << 20
UPPER = "upperdir=/run/sandbox-tui/trial/store/upper"


@pytest.fixture
def host() -> PracticeHost:
    return PracticeHost()


def notes(host: PracticeHost, **options: Any) -> tuple[str, ...]:
    return create.prepare(host, look(host), request(**options)).plan.notes


def test_the_review_says_which_engine_and_why(host: PracticeHost) -> None:
    assert notes(host)[0] == "Engine snapshot: block by block, for this kernel has device-mapper."
    assert notes(host, origin=DIRECTORY)[0] == "Engine overlay: file by file, as a directory can only be."
    assert "Engine snapshot: --classic asks for it." in notes(host, classic=True)
    assert not any(note.startswith("Engine") for note in notes(host, engine="overlay"))
    host.world.installed.discard("dm_snapshot")
    assert notes(host)[0] == "Engine overlay: file by file, for the kernel has no dm-snapshot."


BLOCK_ONLY: dict[str, dict[str, Any]] = {
    "--classic": {"classic": True},
    "--store ramdisk": {"store": "ramdisk"},
    "--chunk": {"chunk": 4096},
    "--no-mount": {"no_mount": True},
}


@pytest.mark.parametrize("option", BLOCK_ONLY)
def test_what_only_a_device_can_have(host: PracticeHost, option: str) -> None:
    with pytest.raises(UsageError, match=f"{option} needs the snapshot engine"):
        make(host, engine="overlay", **BLOCK_ONLY[option])
    with pytest.raises(Refused, match="is a directory"):
        make(host, origin=DIRECTORY, **BLOCK_ONLY[option])
    host.world.installed.discard("dm_snapshot")
    with pytest.raises(
        Refused, match=f"{option} needs the snapshot engine, but the kernel has no dm-snapshot"
    ):
        make(host, **BLOCK_ONLY[option])


def test_without_any_engine(host: PracticeHost) -> None:
    host.world.installed -= {"dm_snapshot", "overlay"}
    host.world.modules.discard("overlay")
    with pytest.raises(Refused, match="the kernel has no dm-snapshot, and the kernel has no overlay"):
        make(host)


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("/dev/sda1", "mounted on /boot/efi"),
        ("/home/user/images/sdcard.img", "ignores case in names"),
        ("/home/user/images/raw.img", "no file system was found"),
        ("/run", "would be inside it"),
    ],
)
def test_what_cannot_be_a_lower_layer(host: PracticeHost, origin: str, words: str) -> None:
    before = host.snapshot()
    with pytest.raises(Refused, match=words):
        make(host, origin=origin, engine="overlay")
    same(host, before)


def test_a_sandbox_of_a_sandbox(host: PracticeHost) -> None:
    make(host, engine="overlay")
    for place in ("", "/mnt", "/lower"):
        with pytest.raises(Refused, match="part of a sandbox"):
            make(host, name="second", origin=f"/run/sandbox-tui/{NAME}{place}")


def test_the_origin_of_an_overlay_is_claimed(host: PracticeHost) -> None:
    """By a map, which shares it with others of its kind only; nothing of it is a sandbox by itself."""
    before = host.snapshot()
    make(host, name="first")
    make(host, engine="overlay")
    with pytest.raises(CommandFailed, match="already mounted or mount point busy"):
        host.run(["mount", "-o", "ro", "/dev/sdb1", "/mnt"])
    reading = look(host)
    assert [box.name for box in reading.sandboxes] == ["first", NAME]
    reasons = {device.path: device.verdict.reason for device in reading.devices}
    assert reasons[f"/dev/mapper/{NAME}:lower"] == f"part of sandbox {NAME}"
    assert reasons["/dev/sdb1"] == f"ready; already sandboxed: first, {NAME}"
    assert sandbox(host).origin == "sdb1"
    discard(host)
    discard(host, "first")
    same(host, before)


def test_without_device_mapper_the_origin_of_an_overlay_is_in_use_and_says_by_whom() -> None:
    host = PracticeHost(without_mapper())
    make(host, engine="overlay")
    device = next(device for device in look(host).devices if device.kname == "sdb1")
    assert device.verdict.reason == f"in use: sandbox {NAME} shows its files"
    with pytest.raises(Refused, match="shows its files"):
        make(host, name="second")


def test_without_device_mapper_the_origin_is_read_only_before_it_is_mounted() -> None:
    host = PracticeHost(without_mapper())
    plan = create.prepare(host, look(host), request(engine="overlay")).plan
    lines = [step.shell() for step in plan.steps]
    locked = next(number for number, line in enumerate(lines) if "blockdev --setro /dev/sdb1" in line)
    lower = next(number for number, line in enumerate(lines) if line.startswith("mount --internal-only"))
    assert locked < lower


def test_without_device_mapper_only_what_is_proven_to_write_nothing_is_mounted() -> None:
    """Others replay their journal though the device is set read-only; a map that claims it refuses that."""
    host, lacks = PracticeHost(), Problem(Code.LACKING, "the kernel has no dm-mod")
    origin = replace(origins.find(host, look(host), "/dev/sdb1"), fstype="jfs")
    asked = request(engine="overlay")
    assert choice.choose(asked, origin, Lacks({"snapshot": lacks, "overlay": None}, None)).engine == "overlay"
    with pytest.raises(Refused, match="not proven to write nothing"):
        choice.choose(asked, origin, Lacks({"snapshot": lacks, "overlay": None}, lacks))


def test_what_a_refusal_says_is_a_sentence_and_what_it_advises_exists() -> None:
    host, lacks = PracticeHost(), Problem(Code.LACKING, "the kernel has none")
    device, directory = (origins.find(host, look(host), path) for path in ("/dev/sdb1", "/home"))
    with pytest.raises(Refused, match=r"^No sandbox can be made here: the kernel has none, and ") as nothing:
        choice.choose(request(engine="overlay"), device, Lacks({"snapshot": lacks, "overlay": lacks}, lacks))
    with pytest.raises(Refused) as by_file:
        choice.choose(request(engine="snapshot"), directory, Lacks({"snapshot": None, "overlay": None}, None))
    with pytest.raises(Refused) as by_block:
        choice.choose(request(engine="snapshot"), device, Lacks({"snapshot": lacks, "overlay": None}, None))
    for refusal in (nothing, by_file, by_block):
        for engine in re.findall(r"--engine (\w+)", refusal.value.hint):
            assert build(["create"]).parse_args(["create", "x", "--engine", engine]).engine == engine
    assert "--engine overlay" in by_file.value.hint
    assert "--engine overlay" in by_block.value.hint


def test_a_mount_point_inside_the_origin(host: PracticeHost) -> None:
    with pytest.raises(Refused, match="inside the origin"):
        make(host, origin="/home", mount="/home/new")
    make(host, origin="/home", mount="/mnt/new")


def test_a_directory_that_cannot_be_read(host: PracticeHost, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str) -> list[str]:
        if path == DIRECTORY:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return listdir(path)

    listdir = host.listdir
    monkeypatch.setattr(host, "listdir", refuse)
    with pytest.raises(Refused, match="it cannot be read: Permission denied"):
        make(host, origin=DIRECTORY)


@pytest.mark.parametrize("fstype", ["nfs4", "9p", "fuse.sshfs"])
def test_a_network_mount_is_said(host: PracticeHost, fstype: str) -> None:
    def said() -> bool:
        return any(f"network file system ({fstype})" in note for note in notes(host, origin="/srv"))

    assert not said()
    next(mount for mount in host.world.mounts if mount.point == "/srv").fs.type = fstype
    assert said()


def test_a_dirty_journal_is_said(host: PracticeHost) -> None:
    image = tree.file(host.world, IMAGE)
    assert not any("journal" in note for note in notes(host, origin=IMAGE, engine="overlay"))
    assert image.content
    image.content.dirty = True
    assert any("left unfinished" in note for note in notes(host, origin=IMAGE, engine="overlay"))
    assert not any("journal" in note for note in notes(host, origin=IMAGE)), "a snapshot may replay it in RAM"
    host.absent.add("dumpe2fs")
    assert not any("journal" in note for note in notes(host, origin=IMAGE, engine="overlay"))


def test_attributes_that_an_old_tmpfs_does_not_keep(host: PracticeHost) -> None:
    def said() -> bool:
        return any("user.*" in note for note in notes(host, engine="overlay"))

    assert said()
    host.world.kernel = "6.12.1-practice"
    assert not said()
    host.world.kernel = "strange"
    assert not said()


def test_a_full_one_is_grown_and_goes_on(host: PracticeHost) -> None:
    make(host, origin=DIRECTORY, size="64M")
    assert not events.write(host.world, NAME, 80 * MIB)
    reading = sandbox(host).gauge
    assert (reading.state, reading.fill) == (State.FULL, 1.0)
    assert "Grow it" in reading.advice
    enlarge(host, "128M")
    assert sandbox(host).gauge.state is State.OK
    assert events.write(host.world, NAME, 40 * MIB)


def test_files_count_as_well_as_bytes(host: PracticeHost) -> None:
    make(host, origin=DIRECTORY, size="4M")
    upper = tree.existing(host.world, f"/run/sandbox-tui/{NAME}/store/upper")
    upper.entries |= {str(number): File() for number in range(1000)}  # type: ignore[union-attr]
    reading = sandbox(host).gauge
    assert reading.state is State.NEARLY_FULL
    assert reading.amount == "1,003 of 1,024 files"


def test_memory_is_promised_for_files_too(host: PracticeHost) -> None:
    make(host, origin=DIRECTORY, size="64M")
    (box,) = look(host).sandboxes
    promised = memory.promised((box,)) - 2 * box.listed
    assert 64 * MIB + 60 * MIB // 4 < promised <= overlayfs.cost(64 * MIB)
    assert box.listed, "the list of what is in the origin is in RAM, too"


def test_it_is_unmounted_and_mounted_with_what_is_in_it(
    host: PracticeHost, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(host, capsys)
    make(host, origin=DIRECTORY)
    events.write(host.world, NAME, 10 * MIB)
    assert cli("unmount", NAME).status == 0
    box = sandbox(host)
    assert box.whole
    assert not box.interrupted
    assert (box.mountpoint, box.status.used) == (None, 10 * MIB)
    assert cli("mount", NAME, "/mnt").status == 0
    assert sandbox(host).mountpoint == "/mnt"
    discard(host)


def test_a_sandbox_of_what_another_sandbox_shows(host: PracticeHost) -> None:
    """It is in the way, and its parts are its own."""
    before = host.snapshot()
    make(host, mount="/mnt/one")
    make(host, name="second", origin="/mnt/one/documents")
    assert [mount.mountpoint for mount in sandbox(host).mounts] == ["/mnt/one"]
    with pytest.raises(Refused, match="the sandbox second: has its origin in it"):
        discard(host)
    discard(host, "second")
    discard(host)
    same(host, before)


def test_kept_in_another_namespace(host: PracticeHost) -> None:
    make(host, origin=DIRECTORY)
    pid = events.keep_elsewhere(host.world, NAME)
    (found,) = blockers.now(host, sandbox(host))
    assert (found.pid, "namespace of its own" in found.how) == (pid, True)
    with pytest.raises(Refused, match="containerd"):
        discard(host)
    events.end(host.world, pid)
    discard(host)


def test_changes_by_others_are_in_the_proof(host: PracticeHost) -> None:
    make(host, origin=DIRECTORY, hash=True)
    tree.write(host.world, f"{DIRECTORY}/images/new.txt", "text")
    shown = discard_proven(host)
    assert shown.changed == ("images/new.txt",)
    assert shown.hash_same is False
    assert shown.sentence == (
        f"{DIRECTORY} was CHANGED (images/new.txt) while the sandbox existed,"
        " by something else than the sandbox."
    )


@pytest.mark.parametrize(
    ("line", "owner"),
    [
        (f"40 1 0:50 / /mnt rw - overlay sandbox-tui rw,lowerdir=/l,{UPPER},workdir=/w", "trial"),
        (f"40 1 0:50 / /mnt rw - tmpfs sandbox-tui rw,{UPPER}", ""),
        ("40 1 0:50 / /mnt rw - overlay x rw,lowerdir=/l,upperdir=/var/upper,workdir=/w", ""),
        (f"40 1 0:50 / /mnt rw - overlay x rw,{UPPER}/deeper,workdir=/w", ""),
        ("40 1 0:50 / /mnt rw - overlay x ro,lowerdir=/l", ""),
    ],
)
def test_whose_overlay_it_is(line: str, owner: str) -> None:
    (mount,) = mountinfo.parse(line)
    assert mounts.owner(mount) == owner


def test_which_mount_has_a_path() -> None:
    points = ("/", "/a", "/a/b", "/a")
    found = tuple(Mount(number, "8:1", "/", point, "ext4", "x") for number, point in enumerate(points))
    assert mounts.holding(found, "/a/c") == found[3]
    assert mounts.holding(found, "/a/b/c") == found[2]
    assert mounts.holding(found, "/ab") == found[0]
    assert mounts.is_in(found, "/a/c", "/a")
    assert not mounts.is_in(found, "/a/b/c", "/a")
    assert not mounts.is_in(found, "/ab", "/a")
