"""Planning a Live CD: which roots are refused, and what the plan says."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from tui.backend import execute, sizes
from tui.backend.errors import NotFound, PlanFailed, Refused, SandboxError, UsageError
from tui.backend.livecd import build, roots
from tui.backend.livecd.attributes import Attribute
from tui.backend.livecd.boot import Contents
from tui.backend.livecd.build import Facts, Prepared
from tui.backend.livecd.confine import Confinement
from tui.backend.livecd.iso import Loader
from tui.backend.livecd.kernel import Kernel
from tui.backend.livecd.modules import Modules
from tui.backend.livecd.request import BuildRequest
from tui.backend.livecd.roots import Root
from tui.backend.machine import RealHost

LOADER = ("isolinux.bin", "isohdpfx.bin", "ldlinux.c32", "libutil.c32", "menu.c32")
REQUEST = BuildRequest("/root", "/out/x.iso")
ROOT = Root("/root", content=5 << 20, entries=40, newest=1_700_000_000, init="/sbin/init")
FACTS = Facts(
    ROOT,
    Kernel("/boot/vmlinuz-6.1.0", "/lib/modules/6.1.0", "6.1.0"),
    Modules(("kernel/a.ko.xz", "kernel/b.ko"), ("nvme",)),
    Contents("/bin/busybox", (("dmsetup", "/sbin/dmsetup"),), ("/lib/libc.so.6",), "#!init\n"),
    Loader(tuple((name, f"/usr/lib/{name}") for name in LOADER)),
    Confinement.USER,
)
ELF = b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\x00"


def planned(facts: Facts = FACTS, **wanted: object) -> Prepared:
    return build.plan(replace(REQUEST, **wanted), facts)  # type: ignore[arg-type]


def lines(prepared: Prepared, word: str) -> list[str]:
    return [line for line in prepared.plan.script().splitlines() if word in line]


def executable(path: Path, content: bytes = b"#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    return path


# --- roots ---


def find(path: Path) -> Root:
    return roots.find(RealHost(), str(path))


def test_a_root_without_an_init_is_refused_and_says_where_it_looked(tmp_path: Path) -> None:
    (tmp_path / "sbin").mkdir()
    with pytest.raises(Refused) as refusal:
        find(tmp_path)
    assert (
        "none of /sbin/init, /etc/init, /bin/init, /init, /linuxrc is a file in it" in refusal.value.message
    )


def test_an_init_behind_absolute_links_stays_in_the_root(tmp_path: Path) -> None:
    executable(tmp_path / "usr/lib/systemd/systemd", ELF + b"\x3e\x00")
    (tmp_path / "usr/sbin").mkdir()
    (tmp_path / "sbin").symlink_to("/usr/sbin")
    (tmp_path / "usr/sbin/init").symlink_to("/usr/lib/systemd/systemd")
    assert find(tmp_path).init == "/sbin/init"


@pytest.mark.parametrize("target", ["/usr/bin/env", "../../../../../bin/sh", "init"])
def test_an_init_that_leads_out_of_the_root_or_in_a_circle_is_none(tmp_path: Path, target: str) -> None:
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin/init").symlink_to(target)
    with pytest.raises(Refused, match="no init"):
        find(tmp_path)


@pytest.mark.parametrize(
    ("machine", "name"), [(b"\xb7\x00", "ARM 64"), (b"\xf3\x00", "RISC-V"), (b"\x99\x99", "machine 39321")]
)
def test_an_init_for_another_machine_is_refused(tmp_path: Path, machine: bytes, name: str) -> None:
    executable(tmp_path / "init", ELF + machine)
    with pytest.raises(Refused, match=name):
        find(tmp_path)


def test_a_32_bit_init_is_welcome(tmp_path: Path) -> None:
    executable(tmp_path / "init", ELF + b"\x03\x00")
    assert find(tmp_path).init == "/init"


def test_what_is_no_root(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        find(tmp_path / "nothing")
    with pytest.raises(Refused, match="character device"):
        roots.find(RealHost(), "/dev/null")
    with pytest.raises(Refused, match="mounted in /"):
        roots.find(RealHost(), "/")


@pytest.mark.parametrize("kind", ["ext4", "ext2", "squashfs"])
def test_images_are_looked_into(tmp_path: Path, kind: str) -> None:
    tree, image = tmp_path / "tree", tmp_path / "image"
    executable(tree / "usr/lib/start", ELF + b"\x3e\x00")
    (tree / "sbin").symlink_to("usr/sbin")
    (tree / "usr/sbin").mkdir()
    (tree / "usr/sbin/init").symlink_to("/usr/lib/start")
    make = f"mke2fs -q -F -t {kind} -d {tree} {image} 4M".split()
    if kind == "squashfs":
        make = f"mksquashfs {tree} {image} -quiet -no-progress".split()
    subprocess.run(make, check=True, capture_output=True)
    found = find(image)
    assert (found.init, found.fstype) == ("/sbin/init", kind)
    assert found.content > 0


def test_an_image_without_an_init(tmp_path: Path) -> None:
    image = tmp_path / "image"
    subprocess.run(["mke2fs", "-q", "-F", "-t", "ext2", image, "2M"], check=True, capture_output=True)
    with pytest.raises(Refused, match="no init"):
        find(image)


def image_with_links(tmp_path: Path, name: str, kind: str) -> Path:
    """Its /sbin/init leads to a program of that name."""
    tree, image = tmp_path / "tree", tmp_path / "image"
    executable(tree / name, ELF + b"\x3e\x00")
    executable(tree / "program", ELF + b"\xb7\x00")
    (tree / "sbin").mkdir()
    (tree / "sbin/init").symlink_to(f"/{name}")
    make: list[str | Path] = ["mke2fs", "-q", "-F", "-t", kind, "-d", tree, image, "4M"]
    if kind == "squashfs":
        make = ["mksquashfs", tree, image, "-quiet", "-no-progress"]
    subprocess.run(make, check=True, capture_output=True)
    return image


@pytest.mark.parametrize("kind", ["ext4", "squashfs"])
@pytest.mark.parametrize("name", ['a" "b', "pro*", "[p]rogram", "back\\slash"])
def test_links_in_an_image_may_lead_to_odd_names(tmp_path: Path, name: str, kind: str) -> None:
    """Were it taken for a pattern, the program for ARM would be found."""
    assert find(image_with_links(tmp_path, name, kind)).init == "/sbin/init"


def test_a_link_in_an_image_to_control_characters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="control characters") as refusal:
        find(image_with_links(tmp_path, "a\x1bb", "ext4"))
    assert refusal.value.message.isprintable()


# --- plans ---


def test_the_plan_undoes_all_with_its_place_of_work() -> None:
    plan = planned().plan
    first = plan.steps[0]
    assert first.command.argv == ("mkdir", "--mode=0700", "/out/x.iso.part")
    assert first.undo is not None
    assert first.undo.argv == ("rm", "--recursive", "--force", "/out/x.iso.part")
    assert [step.undo for step in plan.steps[1:]] == [None] * (len(plan.steps) - 1)
    assert plan.commit is not None
    assert plan.steps[plan.commit - 1].command.argv[0] == "mv"
    assert plan.notes == ("This kernel has no nvme: what needs them cannot hold the medium.",)


def test_everything_is_written_in_the_place_of_work_only() -> None:
    for step in planned().plan.steps:
        if step.command.output is not None:
            assert step.command.output.startswith("/out/x.iso.part/") or step.command.output == "/dev/null"


def test_modules_are_decompressed_and_listed_in_order() -> None:
    prepared = planned()
    assert lines(prepared, "xz -d") == ["xz -d /out/x.iso.part/initramfs/modules/a.ko.xz"]
    assert "<<'END'\na.ko\nb.ko\nEND\n" in prepared.plan.script()


def settings(prepared: Prepared) -> tuple[object, ...]:
    """What init is told."""
    return next(s.command.argv for s in prepared.plan.steps if s.title == "Tell it what to look for")


def test_the_size_is_for_init() -> None:
    assert "SIZE=''" in settings(planned())
    assert "SIZE=536870912" in settings(planned(size=sizes.parse("512M")))
    assert "SIZE=25%" in settings(planned(size=sizes.parse("25%ram")))
    with pytest.raises(UsageError):
        planned(size=sizes.parse("10%origin"))
    with pytest.raises(UsageError):
        planned(size=sizes.parse("max"))


@pytest.mark.parametrize("label", ["", "a b", "x" * 33, "-x", "a'b", "$(reboot)", "é"])
def test_labels_that_no_cd_can_have(label: str) -> None:
    with pytest.raises(UsageError):
        planned(label=label)


@pytest.mark.parametrize("options", ["a\nb", "é", "\x1b[0m"])
def test_kernel_options_that_no_menu_can_have(options: str) -> None:
    with pytest.raises(UsageError):
        planned(append=options)


def test_an_epoch_given_is_the_time_of_everything() -> None:
    assert "2023-11-14-22-13-20-00" in planned().plan.script()
    script = planned(epoch=0).plan.script()
    assert "1970-01-01-00-00-00-00" in script
    assert "--modification-date=1970010100000000" in script


@pytest.mark.parametrize(("newest", "epoch"), [(-5, 0), (2**70, 2**32 - 1)])
def test_a_time_that_no_medium_can_carry(newest: int, epoch: int) -> None:
    """An archive can give its files any."""
    found = planned(replace(FACTS, root=replace(ROOT, newest=newest)))
    assert f"--date=@{epoch} " in found.plan.script()
    with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
        planned(epoch=2**32)


@pytest.mark.parametrize("label", ["IMAGE_SHA256", "4611686018427387904", "image_size"])
def test_a_label_is_not_taken_for_what_is_not_known_yet(label: str) -> None:
    (step,) = (s for s in planned(label=label).plan.steps if s.title == "Describe the medium")
    argv = step.command.resolve({"IMAGE_SIZE": "5", "IMAGE_SHA256": "f00"})
    about = json.loads(argv[-1])
    assert (about["label"], about["image_size"], about["image_sha256"]) == (label, 5, "f00")


def test_the_checksum_is_one_whatever_the_path_is() -> None:
    """Of a name with a backslash in it sha256sum says so, with another one before the sum."""
    (step,) = (s for s in planned().plan.steps if s.title == "Take its checksum")
    *words, path = step.command.resolve({})
    assert path.startswith("/out/")
    with tempfile.NamedTemporaryFile(prefix="back\\slash") as file:
        assert RealHost().run([*words, file.name]).strip() == hashlib.sha256(b"").hexdigest()


def test_kernel_options_that_are_too_long() -> None:
    planned(append="x" * 1000)
    with pytest.raises(UsageError, match="1001 bytes"):
        planned(append="x" * 1001)


def test_attributes_that_linux_cannot_have_are_told() -> None:
    entries = (Attribute("a", "com.apple.x\x1b", b""), Attribute("a", "user.x", b""))
    notes = planned(replace(FACTS, root=replace(ROOT, streams=("x",), attributes=entries))).plan.notes
    assert "left out, because Linux has no such: com.apple.x?." in notes[-1]


def test_a_squashfs_cannot_be_written_through_a_snapshot() -> None:
    facts = replace(FACTS, root=replace(ROOT, fstype="squashfs"))
    with pytest.raises(Refused, match="squashfs"):
        planned(facts, way="dm")
    prepared = planned(facts)
    assert prepared.way == "union"
    assert "dm" not in prepared.ways
    assert lines(prepared, "mksquashfs") == []


@pytest.mark.parametrize(("fstype", "kind"), [("ext2", "ext2"), ("ext3", "ext4"), ("ext4", "ext4")])
def test_an_image_stays_as_it_is_or_is_compressed(fstype: str, kind: str) -> None:
    facts = replace(FACTS, root=replace(ROOT, fstype=fstype))
    assert planned(facts).format == kind
    assert lines(planned(facts), "cp --dereference --sparse=always") == [
        f"cp --dereference --sparse=always /root /out/x.iso.part/iso/live/root.{kind}"
    ]
    assert len(lines(planned(facts, format="squashfs"), "mksquashfs")) == 1
    with pytest.raises(Refused):
        planned(facts, format="ext2" if kind == "ext4" else "ext4")


def test_an_archive_is_unpacked_by_a_user_of_its_own() -> None:
    facts = replace(FACTS, root=replace(ROOT, streams=("bsdtar --create @x",)))
    (line,) = lines(planned(facts), "--extract")
    assert "unshare --mount --net --ipc" in line
    assert "setpriv --reuid=65530 --regid=65530 --clear-groups --no-new-privs" in line
    assert "-- env FAKEROOTDONTTRYCHOWN=1 fakeroot -s owners bsdtar --extract" in line
    (line,) = lines(planned(replace(facts, confinement=Confinement.NAMESPACES)), "--extract")
    assert "unshare --user --map-root-user --mount --net --ipc" in line
    assert "--reuid" not in line
    (line,) = lines(planned(replace(facts, confinement=Confinement.LIMITS)), "--extract")
    assert "setpriv" not in line


@pytest.mark.parametrize("confinement", [Confinement.USER, Confinement.NAMESPACES])
def test_what_came_of_an_archive_is_read_confined_too(confinement: Confinement) -> None:
    """Up to where it is taken from there; then nothing looks into it any more."""
    root = replace(ROOT, streams=("bsdtar --create @x",), attributes=(Attribute("a", "user.x", b"x" * 4000),))
    prepared = planned(replace(FACTS, root=root, confinement=confinement))
    for program in ("mke2fs", "debugfs -w", "dumpe2fs"):
        found = [
            words
            for step in prepared.plan.steps
            if program in (words := " ".join(map(str, step.command.argv)))
        ]
        assert found
        assert all("setpriv" in words for words in found)


def test_a_directory_is_read_by_root_without_following_links() -> None:
    (line,) = lines(planned(), "mke2fs")
    assert "mount -o remount,bind,ro,nosymfollow" in line
    (line,) = lines(planned(replace(FACTS, confinement=Confinement.NAMESPACES)), "mke2fs")
    assert "nosymfollow" not in line


def test_mtools_get_no_path_that_a_shell_would_expand() -> None:
    prepared = planned(output="/out/$(x) @@1/x.iso")
    steps = [step.command.argv for step in prepared.plan.steps if {"mmd", "mcopy"} & set(step.command.argv)]
    assert len(steps) == 2
    for argv in steps:
        place = argv.index("/out/$(x) @@1/x.iso.part/iso/boot/grub")
        assert not any("out" in str(word) for word in argv[place + 1 :])
        assert argv[argv.index("-i") + 1] == "efi.img"


# --- the output ---


def refusal(tmp_path: Path, output: Path) -> SandboxError:
    with pytest.raises(SandboxError) as raised:
        build.prepare(RealHost(), BuildRequest(str(tmp_path), str(output)))
    return raised.value


def test_an_output_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_text("precious")
    assert "exists already" in refusal(tmp_path, tmp_path / "x.iso").message
    assert "exists already" in refusal(tmp_path, Path("/dev/null")).message


def test_an_output_nowhere(tmp_path: Path) -> None:
    assert "no directory" in refusal(tmp_path, tmp_path / "a/b/x.iso").message


def test_a_build_that_was_interrupted_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "x.iso.part").mkdir()
    error = refusal(tmp_path, tmp_path / "x.iso")
    assert f"rm -r {tmp_path}/x.iso.part" in error.hint


def test_a_step_that_fails_leaves_no_half_iso(tmp_path: Path) -> None:
    """The kernel of these facts is not there: the plan fails in its middle."""
    executable(tmp_path / "root/sbin/init")
    facts = replace(FACTS, root=find(tmp_path / "root"))
    prepared = build.plan(BuildRequest(str(tmp_path / "root"), str(tmp_path / "x.iso")), facts)
    with pytest.raises(PlanFailed) as failed:
        execute.run(prepared.plan, RealHost())
    assert failed.value.undone
    assert os.listdir(tmp_path) == ["root"]
    shutil.rmtree(tmp_path / "root")


def test_the_room_in_the_image_is_for_what_may_be_changed() -> None:
    usual, large = planned().room, planned(size=sizes.parse("2GiB")).room
    assert usual >= ROOT.content + (512 << 20)
    assert large >= ROOT.content + (2 << 30)
    assert planned(format="ext4").room < 100 << 20
