"""What is shown is what is run: commands as argv and as shell say the same."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import soak
from tui.backend import run
from tui.backend.command import Command, Ref, Word, command, quote
from tui.backend.errors import CommandFailed
from tui.backend.plan import Plan, Step

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
WORDS = st.one_of(TEXT, st.just(Ref("COW")), st.tuples(TEXT, st.just(Ref("COW")), TEXT))


@settings(max_examples=soak.times(40, 400), deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=5), TEXT.filter(lambda text: not text.endswith("\n")))
def test_the_shell_sees_the_very_words_that_are_run(words: list[Word], value: str) -> None:
    call = Command(("printf", r"%s\0", *words))
    shell = subprocess.run(
        ["sh", "-c", f"COW=$1; {call.shell()}", "sh", value], capture_output=True, check=True
    )
    assert shell.stdout.decode() == "".join(f"{word}\0" for word in call.resolve({"COW": value})[2:])


@settings(max_examples=soak.times(25, 250), deadline=None)
@given(st.text("END_\n$`\\'\"x", max_size=40))
def test_a_file_written_by_the_shell_is_the_one_written_by_us(text: str) -> None:
    text = text + "\n"
    shell = subprocess.run(["sh", "-c", command("cat", input=text).shell()], capture_output=True, check=True)
    assert shell.stdout.decode() == text


def test_captures_expectations_and_files_in_a_script() -> None:
    steps = (
        Step("Check", command("cat", "/sys/x"), expect="7"),
        Step("Attach", command("losetup", "a b"), capture="COW"),
        Step("Note", command("cat", ("/sys/", Ref("COW"), "/stat"), output="/run/x y")),
    )
    script = Plan("create", "trial", steps, notes=("Careful.",)).script()
    assert script.splitlines()[:4] == ["#!/bin/sh", "# create trial", "set -eu", "# Note: Careful."]
    assert 'test "$(cat /sys/x)" = 7\n' in script
    assert "COW=$(losetup 'a b')\n" in script
    assert "cat \"/sys/${COW}/stat\" > '/run/x y'\n" in script


def test_a_note_cannot_leave_its_comment() -> None:
    script = Plan(
        "create", "x", (Step("Mount it on /a\nreboot", command("true")),), notes=("a\nreboot",)
    ).script()
    assert "\nreboot" not in script


def test_quote_leaves_simple_words_alone() -> None:
    assert quote("/dev/sda1") == "/dev/sda1"
    assert quote(("a$", Ref("X"))) == '"a\\$${X}"'


def test_run_gives_output_input_and_files(tmp_path: pytest.TempPathFactory) -> None:
    assert run.run(["cat"], input="hello") == "hello"
    assert run.run(["cat"]) == ""
    file = f"{tmp_path}/out"
    assert run.run(["echo", "x"], output=file) == ""
    with open(file) as text:
        assert text.read() == "x\n"


def test_run_says_what_failed_and_how() -> None:
    with pytest.raises(CommandFailed) as failure:
        run.run(["ls", "/no such place"])
    assert "/no such place" in failure.value.message
    assert "No such file" in failure.value.message
    assert failure.value.status == 2


def test_a_missing_program_is_named_with_its_package() -> None:
    with pytest.raises(CommandFailed, match="no-such-program is missing") as failure:
        run.run(["no-such-program"])
    assert "apt-get install no-such-program" in failure.value.hint


def test_a_program_that_is_missing_behind_env_is_named_too() -> None:
    with pytest.raises(CommandFailed, match="The program no-such-program is missing"):
        run.run(["env", "A=1", "no-such-program", "b"])


def test_a_hanging_program_is_given_up() -> None:
    with pytest.raises(CommandFailed, match="no answer after"):
        run.run(["sleep", "1000"], timeout=0.1)


def test_output_into_a_missing_directory_is_no_missing_program() -> None:
    with pytest.raises(CommandFailed, match="/no/such/file"):
        run.run(["echo"], output="/no/such/file")


def test_a_child_does_not_read_our_terminal() -> None:
    assert run.run(["sh", "-c", "read line; echo got $line"]).strip() == "got"
