"""Directories as origins: hostile ones, those that must be refused, and the proof that they stay."""

import os
import shutil
import socket
import stat
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import PLACE, Lab, Tree, sh, state
from tui.__main__ import main
from tui.backend import inventory
from tui.backend.errors import NotFound, Refused, SandboxError, UsageError

pytestmark = [pytest.mark.layers, pytest.mark.only_no_udev]

MANY = 100_000
NAMES = (
    b"line\nbreak",
    b"tab\there",
    b"not \xff\xfe text",
    b"-rf",
    b"$(touch x)",
    b"[red]",
    b"\xe2\x80\xaeright",
)


def acl() -> bytes:
    """An access list that lets one more user read (acl(5); the layout is linux/posix_acl_xattr.h)."""
    owner, user, group, mask, others = 0x01, 0x02, 0x04, 0x10, 0x20
    nobody = 0xFFFFFFFF
    entries = (
        (owner, 6, nobody),
        (user, 4, 12345),
        (group, 4, nobody),
        (mask, 4, nobody),
        (others, 0, nobody),
    )
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def hostile(lab: Lab) -> Tree:
    """All that a tree can have in it."""
    tree = lab.tree()
    top = Path(tree.origin)
    for name in NAMES:
        with open(os.path.join(os.fsencode(top), name), "wb") as file:
            file.write(name)
    with (top / "sparse").open("wb") as file:
        file.truncate(64 << 20)
        file.seek(32 << 20)
        file.write(b"island")
    os.mknod(top / "null", 0o020666, os.makedev(1, 3))
    os.mkfifo(top / "fifo")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(top / "socket"))
    (top / "owned").write_text("by somebody")
    os.chown(top / "owned", 12345, 54321)
    os.setxattr(top / "data", "trusted.note", b"kept\0as it is")
    (top / "program").write_bytes(b"#!/bin/sh\n")
    sh("setcap", "cap_net_raw+ep", str(top / "program"))
    os.setxattr(top / "owned", "system.posix_acl_access", acl())
    deep = top
    for _ in range(60):
        deep = deep / ("d" * 60)
        deep.mkdir()
    top.chmod(0o2751)
    os.chown(top, 11, 22)
    os.utime(top, ns=(10**18, 10**18))
    return tree


def shown(path: bytes) -> tuple[object, ...]:
    """What a program sees of a file, but for what a mount changes (device and inode numbers)."""
    found = os.lstat(path)
    kept = (found.st_mode, found.st_uid, found.st_gid, found.st_rdev, found.st_mtime_ns)
    names = sorted(os.listxattr(path, follow_symlinks=False))
    attributes = [(name, os.getxattr(path, name, follow_symlinks=False)) for name in names]
    return (*kept, attributes, *(() if stat.S_ISDIR(found.st_mode) else (found.st_size, found.st_blocks)))


def contents(top: str) -> dict[bytes, tuple[object, ...]]:
    start = os.fsencode(top)
    paths = [os.path.join(place, name) for place, dirs, files in os.walk(start) for name in (*dirs, *files)]
    return {path.removeprefix(start): shown(path) for path in paths}


def test_a_hostile_tree_is_shown_right_and_stays_as_it_is(lab: Lab) -> None:
    tree = hostile(lab)
    digest = tree.digest()
    box = lab.create(tree.origin, name="trial", size="8M")
    point = str(box.mountpoint)
    assert contents(point) == contents(tree.origin)
    top, same = os.lstat(tree.origin), os.lstat(point)
    for field in ("st_mode", "st_uid", "st_gid", "st_mtime_ns"):
        assert getattr(top, field) == getattr(same, field), field

    with open(f"{point}/data", "ab") as file:
        file.write(b"more")
    assert Path(f"{point}/same").read_bytes().endswith(b"more"), "hard links stay links"
    assert os.getxattr(f"{point}/data", "trusted.note") == b"kept\0as it is"
    os.chmod(f"{point}/program", 0o700)
    assert os.getxattr(f"{point}/program", "security.capability")
    for name in NAMES:
        path = os.path.join(os.fsencode(point), name)
        os.rename(path, path + b" moved")
    os.rename(f"{point}/{'d' * 60}", f"{point}/moved")
    os.remove(f"{point}/link")
    sh("rm", "-r", f"{point}/etc")
    os.mkdir(f"{point}/etc")
    assert os.listdir(f"{point}/etc") == []

    sh("umount", point)
    assert not lab.sandbox("trial").interrupted
    proof = lab.remove("trial")
    assert proof.changed == ()
    assert tree.digest() == digest


@pytest.mark.only_layers_here  # making them takes the guest half a minute
def test_a_hundred_thousand_files(lab: Lab) -> None:
    tree = lab.tree()
    for number in range(100):
        folder = Path(tree.origin, f"folder-{number}")
        folder.mkdir()
        for file in range(MANY // 100):
            os.close(os.open(folder / f"file-{file}", os.O_CREAT | os.O_WRONLY))
    box = lab.create(tree.origin, name="trial", size="64M")
    assert sum(len(files) for _place, _dirs, files in os.walk(str(box.mountpoint))) > MANY
    sh("rm", "-r", f"{box.mountpoint}/folder-1", f"{box.mountpoint}/folder-2")
    assert lab.remove("trial").changed == ()


def test_whiteouts_in_the_origin_hide_what_they_hide_everywhere(lab: Lab) -> None:
    """A character device 0,0 in a lower layer is what overlayfs takes for a deleted file."""
    tree = lab.tree()
    os.mknod(f"{tree.origin}/gone", 0o020000, os.makedev(0, 0))
    os.setxattr(f"{tree.origin}/etc", "trusted.overlay.opaque", b"y")
    digest = tree.digest()
    box = lab.create(tree.origin, name="trial", size="2M")
    assert not os.path.lexists(f"{box.mountpoint}/gone")
    assert Path(f"{box.mountpoint}/etc/motd").read_text() == "welcome"
    Path(f"{box.mountpoint}/gone").write_text("here now")
    assert lab.remove("trial").changed == ()
    assert tree.digest() == digest


@pytest.mark.only_layers_here  # the same on every kernel
def test_what_is_mounted_in_a_directory_is_not_part_of_it(lab: Lab) -> None:
    tree = lab.tree()
    inner = Path(tree.origin, "inner")
    inner.mkdir()
    sh("mount", "-t", "tmpfs", "tmpfs", str(inner))
    (inner / "file").touch()
    box = lab.create(tree.origin, name="trial", size="2M")
    assert os.listdir(f"{box.mountpoint}/inner") == []
    (inner / "another").touch()
    assert lab.remove("trial").changed == ()
    sh("umount", str(inner))


@pytest.mark.only_layers_here  # the same on every kernel
def test_changes_by_others_are_named(lab: Lab) -> None:
    tree = lab.tree()
    lab.create(tree.origin, name="trial", size="2M", hash=True)
    os.utime(f"{tree.origin}/etc/motd", ns=(0, 0))
    Path(tree.origin, "new\nfile").touch()
    proof = lab.remove("trial")
    assert proof.changed == ("", "etc/motd", "new\nfile")
    assert proof.hash_same is False
    assert "CHANGED (its top directory, etc/motd, new?file)" in proof.sentence


@pytest.mark.only_layers_here  # the same on every kernel
def test_hashes_on_request(lab: Lab) -> None:
    tree = hostile(lab)
    lab.create(tree.origin, name="trial", size="2M", hash=True)
    proof = lab.remove("trial")
    assert (proof.changed, proof.hash_same) == ((), True)
    assert "the hash of every file in it are the same" in proof.sentence


def refused(lab: Lab, origin: str, words: str, error: type[SandboxError] = Refused, **options: Any) -> None:
    before = state()
    with pytest.raises(error) as refusal:
        lab.create(origin, **options)
    assert words in str(refusal.value)
    assert {**state(), "labels": 0} == {**before, "labels": 0}


@pytest.mark.only_layers_here  # the same on every kernel
def test_directories_that_cannot_be_origins(lab: Lab) -> None:
    tree = lab.tree()
    refused(lab, "/run", "would be inside it")
    refused(lab, "/no/such/directory", "does not exist", NotFound)
    refused(lab, tree.origin, "inside the origin", mount=f"{tree.origin}/new")
    refused(lab, tree.origin, "not empty", mount=tree.origin)
    refused(lab, tree.origin, "is a directory", engine="snapshot")
    refused(lab, tree.origin, "not known how large", UsageError, size="10%origin")
    refused(lab, tree.origin, "new files can be of any size", UsageError, size="max")
    refused(lab, tree.origin, "too little", UsageError, size="4K")
    box = lab.create(tree.origin, name="trial", size="2M")
    for place in ("", "/mnt", "/store", "/store/upper", "/lower/etc"):
        refused(lab, f"/run/sandbox-tui/{box.name}{place}", "part of a sandbox")
    lab.remove("trial")


@pytest.mark.only_layers_here  # the same on every kernel
def test_a_link_to_a_directory_means_the_directory(lab: Lab) -> None:
    tree = lab.tree()
    link = PLACE / "way"
    link.symlink_to(tree.origin)
    box = lab.create(str(link), name="trial", size="2M")
    assert box.record
    assert box.record.origin == tree.origin
    assert lab.remove("trial").changed == ()


def test_the_layers_of_another_overlay(lab: Lab) -> None:
    other = PLACE / "other"
    for name in ("lower", "upper", "work", "merged"):
        (other / name).mkdir(parents=True)
    layers = f"lowerdir={other}/lower,upperdir={other}/upper,workdir={other}/work"
    sh("mount", "-t", "overlay", "-o", layers, "other", str(other / "merged"))
    refused(lab, str(other / "upper"), f"the overlay on {other}/merged writes to")
    lab.create(str(other / "merged"), name="trial", size="2M")
    lab.remove("trial")
    sh("umount", str(other / "merged"))


@pytest.mark.only_layers_here  # the same on every kernel
def test_a_mount_point(lab: Lab) -> None:
    top = PLACE / "mounted"
    top.mkdir()
    sh("mount", "-t", "tmpfs", "tmpfs", str(top))
    (top / "file").write_text("text")
    box = lab.create(str(top), name="trial", size="2M")
    assert Path(f"{box.mountpoint}/file").read_text() == "text"
    lab.remove("trial")
    sh("umount", str(top))


@pytest.mark.only_layers_here  # the guest's root is on a slow file system of the host
def test_the_root_of_everything(lab: Lab) -> None:
    box = lab.create("/", name="whole", size="2M", hash=False)
    assert os.path.isdir(f"{box.mountpoint}/usr")
    assert os.listdir(f"{box.mountpoint}/proc") == []
    lab.remove("whole")


def test_a_file_system_without_case(lab: Lab) -> None:
    disk = lab.disk("vfat", attach=False)
    refused(lab, disk.image, "overlayfs cannot have vfat below it", engine="overlay")


@pytest.mark.only_layers_here  # the same on every kernel
def test_a_raw_image_has_no_files(lab: Lab) -> None:
    refused(lab, lab.disk("raw", attach=False).image, "no file system was found", engine="overlay")


def test_an_unfinished_journal_is_said_and_not_replayed(lab: Lab) -> None:
    disk = lab.disk("ext4", attach=False)
    point = PLACE / "point"
    point.mkdir()
    sh("mount", "-o", "loop", disk.image, str(point))
    (point / "file").write_text("text")
    sh("sync", "--file-system", str(point))
    dirty = PLACE / "dirty.img"
    dirty.write_bytes(Path(disk.image).read_bytes())
    sh("umount", str(point))
    digest = sh("sha256sum", str(dirty))
    request = lab.request(str(dirty), name="trial", size="2M", engine="overlay")
    notes = lab.creation(request)(inventory.read(lab.host)).notes
    assert any("journal of the ext4 was left unfinished" in note for note in notes)
    lab.create(str(dirty), name="trial", size="2M", engine="overlay")
    assert lab.remove("trial").hash_same
    assert sh("sha256sum", str(dirty)) == digest


def test_two_overlays_of_one_directory(lab: Lab) -> None:
    tree = lab.tree()
    one = lab.create(tree.origin, name="one", size="2M")
    two = lab.create(tree.origin, name="two", size="2M")
    Path(f"{one.mountpoint}/data").write_text("one")
    assert Path(f"{two.mountpoint}/data").stat().st_size == 64 << 10
    subprocess.run(["rm", "-r", f"{two.mountpoint}/etc"], check=True)
    assert Path(f"{one.mountpoint}/etc/motd").exists()
    lab.remove("one", "two")


@both_engines
def test_a_sandbox_of_what_another_sandbox_shows(lab: Lab, engine: str) -> None:
    """A directory or an image in it: that one is in the way, and its parts are its own."""
    lab.create(lab.disk("ext4").origin, name="one", mount="/tmp/one", engine=engine)
    Path("/tmp/one/inner").mkdir()
    small = PLACE / "small.img"
    small.write_bytes(bytes(1 << 20))
    sh("mkfs.ext4", "-q", str(small))
    shutil.copy(small, "/tmp/one/small.img")
    for name, origin in (("two", "/tmp/one/inner"), ("three", "/tmp/one/small.img")):
        lab.create(origin, name=name, size="2M", engine=engine)
        with pytest.raises(Refused, match=f"the sandbox {name}: has its origin in it"):
            lab.remove("one")
        lab.remove(name)
    lab.remove("one")


@pytest.mark.only_layers_here  # the same on every kernel
def test_no_escape_sequence_of_a_name_reaches_the_terminal(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    top = Path(lab.tree("plain").origin)
    hostile = top.rename(top.with_name("a\x1b]0;pwned\x07\x1b[2J\u2028b"))
    for words in (
        ("create", str(hostile), "--name=trial", "--size=2M"),
        ("list",),
        ("show", "trial"),
        ("remove", "trial"),
    ):
        assert main(words) == 0
        said = capsys.readouterr()
        assert not {"\x1b", "\x07", "\u2028"} & set(said.out + said.err), words
    assert lab.sandboxes() == ()
