"""Hostile text through every verb: labels, models, paths, names of processes, JSON of others."""

import json
import os
import sys
import unicodedata
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.command_line import NAME, CommandLine
from tests.unit.sticks import ISO, add_iso
from tui.backend.livecd import info
from tui.backend.livecd.about import About
from tui.backend.livecd.info import Info
from tui.backend.practice import PracticeHost, events
from tui.backend.practice.blocks import Disk
from tui.cli import dispatch
from tui.screens.livecd import told

EVIL = "\x1b[31m\x1b]0;pwned\x07\x9b2J\u202eb\u2066\u200b\udcff\r\x7f" + "a\u0336\u0489" * 9 + "\u0301" * 9
PLACE = "/mnt/\x1b[2J\u202e\udcff"


def harmless(text: str) -> None:
    """No control character, no mark that reorders, no surrogate, no heap of marks."""
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        assert character == "\n" or category[0] != "C", (hex(ord(character)), text)
        assert marks < 5, text


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """As if stdout and stderr were terminals (pytest's stand in for them)."""
    monkeypatch.setattr(type(sys.stdout), "isatty", lambda self: True)


def haunt(host: PracticeHost) -> None:
    """All text that others choose."""
    for block in host.world.blocks.values():
        if isinstance(block, Disk):
            block.model = block.serial = EVIL
            if block.content:
                block.content = replace(block.content, label=EVIL)


VERBS = (
    ("devices",),
    ("create", "/dev/sdb1", "--name", NAME, "--size", "64M", "--mount", PLACE, "--dry-run"),
    ("create", "/dev/sdb1", "--name", NAME, "--size", "64M", "--mount", PLACE),
    ("list",),
    ("show", NAME),
    ("remove", NAME),
    ("unmount", NAME),
    ("grow", NAME, EVIL),
    ("mount", NAME, EVIL),
    ("create", EVIL),
    ("create", f"LABEL={EVIL}"),
    ("create", "/dev/sdb1", "--name", EVIL),
    ("show", EVIL),
    (EVIL,),
    ("doctor",),
    ("recover",),
    ("livecd", "info", EVIL),
    ("livecd", "build", EVIL, "-o", EVIL),
    ("livecd", "write", EVIL, EVIL),
    ("livecd", "test", EVIL),
    ("demo", "--plain", "--simulated"),
)


@pytest.mark.usefixtures("terminal")
def test_no_verb_sends_it_to_a_terminal(cli: CommandLine) -> None:
    haunt(cli.host)
    for argv in VERBS:
        said = cli(*argv)
        harmless(said.out + said.err.replace("\b", ""))
        if argv[:1] == ("show",):
            events.start(cli.host.world, EVIL, "works in", PLACE, EVIL)
    assert "pwned" in cli("devices").out
    assert "Mounted" not in cli("list").err
    assert "mnt/?[2J??" in cli("list").out


@pytest.mark.usefixtures("terminal")
def test_all_json_is_text(cli: CommandLine) -> None:
    haunt(cli.host)
    cli.make("--mount", PLACE)
    events.start(cli.host.world, EVIL, "works in", PLACE, EVIL)
    for argv in (("devices",), ("list",), ("show", NAME), ("doctor",), ("remove", NAME, "--dry-run")):
        said = cli(*argv, "--json")
        if said.out:
            assert said.out.isascii()
            json.dumps(json.loads(said.out), ensure_ascii=False).encode()
    assert cli("list", "--json").json["sandboxes"][0]["mounts"] == ["/mnt/\x1b[2J\u202e\\xff"]


def test_where_it_is_no_terminal_data_is_exact(cli: CommandLine) -> None:
    place = PLACE.removesuffix("\udcff")  # which pytest could not read
    said = cli.make("--mount", place)
    assert said.out == f"/dev/mapper/{NAME}\n{place}\n"
    cli("unmount", NAME)
    assert cli("mount", NAME, place).out == f"{place}\n"


@pytest.mark.usefixtures("terminal")
def test_about_of_a_foreign_iso(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = dict.fromkeys(("version", "label", "way", "size", "kernel", "init", "image"), EVIL + "�")
    about = About(**texts, uuid=EVIL, format=EVIL, image_sha256=EVIL)  # type: ignore[arg-type]
    found = Info(
        path=EVIL, size=1, label=EVIL, uuid=EVIL, firmware=("BIOS",), hybrid=True, files=(), about=about
    )
    add_iso(cli.host.world)
    monkeypatch.setattr(info, "read", lambda _iso: found)
    plain, as_json = cli("livecd", "info", ISO), cli("livecd", "info", ISO, "--json")
    assert "pwned" in plain.out
    harmless(plain.out + plain.err)
    json.dumps(as_json.json, ensure_ascii=False).encode()


def test_a_fault_of_ours_is_told_harmlessly(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    def odd(*_arguments: Any) -> None:
        raise ValueError(EVIL)

    monkeypatch.setattr(dispatch, "_run", odd)
    harmless(cli("list").err)


def test_a_name_that_is_no_text_goes_through_a_pipe_as_it_is(tmp_path: Any) -> None:
    """Byte by byte, as `$(...)` needs it."""
    code = "from tui.cli import dispatch, output; dispatch._prepare_streams(); output.print_data({!a})"
    command = [sys.executable, "-c", code.format("/m\udcff\x1b")]
    read, write = os.pipe()
    if os.fork() == 0:
        os.dup2(write, 1)
        os.execv(command[0], command)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        assert pipe.read() == b"/m\xff\x1b\n"
    os.wait()


def test_what_is_shown_of_a_medium_is_a_pair_of_texts() -> None:
    about = replace(About(), kernel=EVIL)
    found = Info(path="x", size=1, label="", uuid="", firmware=(), hybrid=False, files=(), about=about)
    assert EVIL in dict(told.medium(found)).values()
