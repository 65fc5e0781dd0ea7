"""The programs of a plan: found in its commands, and looked for before anything is touched."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from shutil import which

import pytest

from tests.unit.test_livecd_build import FACTS, REQUEST, ROOT, planned
from tui.backend import packages, requirements, run
from tui.backend.command import Command, Ref, command
from tui.backend.errors import ExitCode, ProgramMissing, Refused
from tui.backend.livecd import boot, build
from tui.backend.livecd.shell import pipeline
from tui.backend.machine import RealHost
from tui.backend.plan import Plan, Step
from tui.backend.practice import PracticeHost

PARTS = "bsdtar --create --file=- @<(tail --bytes=+9 -- '/a | b; c' | head --bytes=4)"


@pytest.mark.parametrize(
    ("entry", "names"),
    [
        (command("mount", "-t", "tmpfs", "x", "/y"), "mount"),
        (command("/usr/bin/env", "A=1", "B=", "mke2fs", "-q"), "env mke2fs"),
        (command("flock", "--exclusive", "--timeout=30", "/dev/sdc", "dd", "if=x"), "flock dd"),
        (command("setpriv", "--reuid=1", "--clear-groups", "fakeroot", "-s", "o", "x"), "setpriv fakeroot x"),
        (command("fakeroot", "-i", "owners", "env", "T=1", "mke2fs"), "fakeroot env mke2fs"),
        (command("find", "/x", "-depth", "-exec", "touch", "-h", "{}", "+"), "find touch"),
        (command(("x", Ref("LOOP")), "y"), "x"),
        (command("sh", "-c", "a | b", "sh", "c"), "sh a b"),
        (pipeline('sha256sum <"$1" | cut --characters=1-64', "awk"), "bash sha256sum cut"),
        (pipeline('cd "$1"; shift; exec "$@"', "/p", "chmod", "u+r", "tree"), "bash chmod"),
        (pipeline('bash -c "$1" | (cd "$2"; shift 2; exec "$@")', PARTS, "/p", "fakeroot", "tar"),
         "bash bash bsdtar tail head fakeroot tar"),
        (pipeline('cd "$1"; find . -print0 | LC_ALL=C sort -z\ncpio -o || true; gzip -n', "/p"),
         "bash find sort cpio gzip"),
        (pipeline("{ a -f - 2>&1 >/dev/null | grep -v '^b [0-9]' || true; } | { ! c . >&2; }"),
         "bash a grep c"),
        (pipeline('{ test -b /dev/fd/9; flock 9 || { echo no >&2; false; }; shift 2; "$@"; } 9<"$1"',
                  "/d", "s", "dd", "x"), "bash flock dd"),
        (pipeline("a | awk -v t=\"@$2\" '\n /x/ { print | \"sort\"; }\n' && rm \"$1\"/*.deb"),
         "bash a awk rm"),
    ],
)  # fmt: skip
def test_the_programs_of_a_command(entry: Command, names: str) -> None:
    assert list(requirements.of_command(entry)) == names.split()


def test_undos_count_and_each_name_is_told_once() -> None:
    steps = (
        Step("one", command("mkdir", "x"), command("rmdir", "x")),
        Step("two", command("mkdir", "y"), command("env", "A=1", "dmsetup", "remove", "y")),
    )
    assert requirements.programs(Plan("try", "x", steps)) == ("mkdir", "rmdir", "env", "dmsetup")


def test_one_sentence_names_all_with_their_packages() -> None:
    host = PracticeHost()
    host.absent |= {"cpio", "mcopy", "mmd", "xorriso"}
    with pytest.raises(Refused) as refusal:
        requirements.check(host, planned().plan)
    assert refusal.value.exit_code is ExitCode.REFUSED
    assert refusal.value.message == (
        "These programs are missing: cpio (package cpio), mmd (package mtools), mcopy (package mtools),"
        " xorriso (package xorriso)."
    )
    assert refusal.value.hint == "Install them (Debian: apt-get install cpio mtools xorriso), then try again."
    host.absent = {"awk"}
    with pytest.raises(Refused, match=r"^This program is missing: awk \(package mawk\)\."):
        requirements.check(host, planned().plan)


def test_where_all_are_there_the_plan_comes_back() -> None:
    plan = planned().plan
    assert requirements.check(PracticeHost(), plan) is plan


def test_a_program_that_is_missing_while_reading_is_a_refusal() -> None:
    with pytest.raises(ProgramMissing) as missing:
        RealHost().run(["no-such-program"])
    assert missing.value.exit_code is ExitCode.REFUSED


def test_the_packages_are_those_that_have_them() -> None:
    """Of each program of every kind of Live CD plan, as dpkg has it."""
    archive = replace(FACTS, root=replace(ROOT, streams=(PARTS,)))
    image = replace(FACTS, root=replace(ROOT, fstype="ext4"))
    requests = (REQUEST, replace(REQUEST, format="ext4"))
    plans = [build.plan(r, f).plan for r in requests for f in (FACTS, archive)]
    plans.append(build.plan(replace(REQUEST, format="squashfs"), image).plan)
    names = {name for plan in plans for name in requirements.programs(plan)}
    assert {"cpio", "grep", "awk", "fakeroot", "setpriv", "mksquashfs", "xorriso", "tail"} <= names
    assert known(names) == {}


def known(names: set[str]) -> dict[str, str]:
    """The programs whose package dpkg says is another one than our table does."""
    wrong = {}
    packages_known = {entry.name for entry in packages.table()}
    for name in sorted(names):
        assert name in packages_known, f"the table of packages lacks {name}"
        place = which(name, path=run.search_path())
        if place and packages.package_of(name) not in owners(place):
            wrong[name] = owners(place)
    return wrong


def owners(place: str) -> str:
    """What dpkg knows of a path, by either name of a directory that was merged into /usr."""
    path = os.path.realpath(place)
    words = ["dpkg", "-S", path, path.removeprefix("/usr")]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def test_the_practice_machine_has_all_that_a_build_reads_with() -> None:
    """Else its Live CD screens end in a refusal."""
    assert [name for name in boot.NEEDS if not PracticeHost().has_program(name)] == []
