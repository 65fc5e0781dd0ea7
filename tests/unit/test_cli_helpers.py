"""Completions, the man page, help, guesses and schemas: all made from the verbs."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

import argcomplete
import jsonschema
import pytest

from tests.unit.command_line import NAME, CommandLine
from tui.backend import verbs
from tui.backend.errors import ExitCode, UsageError
from tui.backend.machine import RealHost
from tui.backend.practice import PracticeHost
from tui.backend.verbs.completion import SHELLS
from tui.cli import arguments, completion, schema
from tui.cli.parser import build

MAN = "argparse-manpage --module tui.cli.parser --function build --project-name sandbox-tui"
"""As the README has it."""
ROOT = Path(__file__).resolve().parents[2]
VERBS = list(verbs.TABLE)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(PracticeHost(), capsys)


def completed(host: PracticeHost, line: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a shell is offered for a line whose last word is to be completed."""
    parser = build(line.split(" ")[1:])
    completion.prepare(parser, host)
    return completed_by(parser, line, monkeypatch)


def completed_by(parser: ArgumentParser, line: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The same by a parser that knows what completes."""
    for name, value in {"COMP_LINE": line, "COMP_POINT": str(len(line)), "_ARGCOMPLETE": "1"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("_ARGCOMPLETE_IFS", "\n")
    read, write = os.pipe()
    child = os.fork()
    if child == 0:  # it closes what it finds as descriptor 9
        with os.fdopen(write, "w") as pipe:
            argcomplete.autocomplete(
                parser, always_complete_options="long", exit_method=os._exit, output_stream=pipe
            )
        os._exit(1)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    return [word.strip(" ") for word in said.split("\n") if word]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_a_shell_reads(cli: CommandLine, shell: str, tmp_path: Path) -> None:
    said = cli("completion", shell)
    assert said.status == 0
    assert "sandbox-tui" in said.out
    if shutil.which(shell):
        (tmp_path / "script").write_text(said.out)
        subprocess.run([shell, "-n", tmp_path / "script"], check=True)


def test_bash_completes_by_the_program_itself(cli: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "script").write_text(cli("completion", "bash").out)
    (tmp_path / "sandbox-tui").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m tui "$@"\n')
    (tmp_path / "sandbox-tui").chmod(0o755)
    line = "sandbox-tui unm"
    asked = (
        f". ./script; COMP_LINE={shlex.quote(line)} COMP_POINT={len(line)} COMP_TYPE=9;"
        " COMP_WORDS=(sandbox-tui unm) COMP_CWORD=1;"
        ' _python_argcomplete sandbox-tui; printf "%s\n" "${COMPREPLY[@]}"'
    )
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", asked], cwd=tmp_path, env=path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["unmount"]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("sandbox-tui re", {"recover", "remove"}),
        ("sandbox-tui livecd ", {"build", "test", "write", "info"}),
        ("sandbox-tui remove ", {NAME}),
        ("sandbox-tui grow trial ", {"+512M", "max"}),
        ("sandbox-tui create /dev/sd", {"/dev/sda", "/dev/sdb1"}),
        ("sandbox-tui create /dev/sdb1 --size ", {"25%ram", "512M"}),
        ("sandbox-tui create /dev/sdb1 --engine ", {"auto", "overlay", "snapshot"}),
        ("sandbox-tui create LAB", {"LABEL="}),
        ("sandbox-tui livecd write x.iso /dev/s", {"/dev/sda"}),
        ("sandbox-tui remove --", {"--all", "--dry-run", "--json"}),
        ("sandbox-tui completion ", set(SHELLS)),
        ("sandbox-tui schema li", {"list", "livecd build"}),
    ],
)
def test_what_completes(
    cli: CommandLine, line: str, offered: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.make()
    found = completed(cli.host, line, monkeypatch)
    assert offered <= {word.replace("\\", "") for word in found}, found
    typed = line.rpartition(" ")[2]
    assert all(word.replace("\\", "").startswith(typed) for word in found)


def test_what_completes_nothing_where_there_is_nothing_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    host = PracticeHost()
    assert "trial" not in completed(host, "sandbox-tui remove ", monkeypatch)
    assert not completed(host, "sandbox-tui create --name ", monkeypatch)


def test_man_page() -> None:
    program, *words = MAN.split()
    script = Path(sys.executable).with_name(program)
    done = subprocess.run([script, *words], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(".TH SANDBOX\\-TUI")
    for verb in VERBS:
        assert f"sandbox\\-tui {verb}" in done.stdout
        assert verbs.load(verb).examples[0][0].replace("-", "\\-") in done.stdout


@pytest.mark.parametrize("name", VERBS)
def test_help_has_two_examples_that_are_command_lines(name: str, cli: CommandLine) -> None:
    said = cli(*name.split(), "--help")
    assert said.status == 0
    assert said.out.startswith(f"usage: sandbox-tui {name} ")
    for words, _what in verbs.load(name).examples:
        assert f"  sandbox-tui {words}\n" in said.out
        argv = shlex.split(re.split(r" [|>] ", words)[0])
        options, more = build(argv).parse_known_args(argv)
        assert (options.verb, more) == (name, [])


@pytest.mark.parametrize("name", VERBS)
def test_the_quick_grammar_is_the_whole_one(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for parser in (build(), build(name.split())):
        with pytest.raises(SystemExit) as ending:
            parser.parse_args([*name.split(), "--help"])
        assert ending.value.code == 0
    said = capsys.readouterr().out
    assert said[: len(said) // 2] == said[len(said) // 2 :]


def test_the_readme_has_every_exit_status() -> None:
    rows = re.findall(r"^\| (\d) \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    said = {int(number): text for number, text in rows}
    assert [*said] == [*ExitCode]
    assert all(said[code].startswith(code.meaning) for code in ExitCode)


def test_the_readme_has_every_verb_with_every_option_and_no_other() -> None:
    text = (ROOT / "README.md").read_text()
    block = text[text.index("    sandbox-tui devices") :].split("\n\n")[0]
    usages = dict.fromkeys(VERBS, "")
    for line in re.sub(r"\n {20,}", " ", block).split("\n"):
        words = line.split()[1:]
        name = next(name for name in (" ".join(words[:2]), words[0]) if name in usages)
        usages[name] = line
    for name, usage in usages.items():
        known = set(arguments.flags(verbs.load(name))) - {"-h", "--help", "--output"}
        assert set(re.findall(r"(?:^|[\s\[|])(--?[a-z][a-z-]*)", usage)) == known, name


@pytest.mark.parametrize(
    ("argv", "meant"),
    [
        (["crate", "/dev/sdb1"], "create"),
        (["livecd", "biuld", "x"], "build"),
        (["create", "/dev/sdb1", "--sise", "1G"], "--size"),
        (["create", "/dev/sdb1", "--moun=/mnt"], "--mount"),
        (["create", "/dev/sdb1", "--no-hsh"], "--no-hash"),
        (["--intervall=3"], "--interval"),
    ],
)
def test_what_was_meant(cli: CommandLine, argv: list[str], meant: str) -> None:
    said = cli(*argv)
    assert said.status == 2
    assert f"Did you mean {meant}? " in said.err


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["xyzzy"], "There is no verb 'xyzzy'"),
        (["demo", "--json"], "There is no option '--json'"),
        (["--interval", "5", "list"], "That verb has none."),
        (["list", "x"], "'x' is one argument too many"),
        (["list", "--xyzzy"], "There is no option '--xyzzy'"),
        (["--interval", "2", "watch"], "Try sandbox-tui watch --interval 5."),
    ],
)
def test_what_cannot_be_guessed(cli: CommandLine, argv: list[str], words: str) -> None:
    said = cli(*argv)
    assert said.status == 2
    assert words in said.err
    assert "Did you mean" not in said.err


def test_schemas(cli: CommandLine) -> None:
    names = cli("schema").out.split("\n")[:-1]
    assert names == list(schema.names())
    for name in names:
        found = cli("schema", *name.split()).json
        jsonschema.Draft202012Validator.check_schema(found)
        assert found == json.loads(json.dumps(schema.of(name)))
    assert cli("schema", "watch").status == 5
    assert "kernel's own words" in str(schema.of("list"))


def test_a_schema_refuses_what_is_not_so(cli: CommandLine) -> None:
    """It is not so weak that everything passes."""
    cli.make()
    listed = cli("list", "--json").json
    listed["sandboxes"][0]["fill"] = "full"
    with pytest.raises(jsonschema.ValidationError, match="full"):
        jsonschema.validate(listed, schema.of("list"))


def test_the_environment_is_an_argument_too(monkeypatch: pytest.MonkeyPatch) -> None:
    verb = verbs.load("livecd build")
    argv = ["livecd", "build", "root", "-o", "x.iso"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "12")
    assert arguments.request(verb, build(argv).parse_args(argv)).epoch == 12
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    with pytest.raises(UsageError, match="is not a time"):
        arguments.request(verb, build(argv).parse_args(argv))


def test_no_shell_is_asked_for_names_of_files(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """bash runs what stands in a name like this one, when it completes it."""
    name = "disk\\s${a[$(touch pwned)]}"
    (tmp_path / name).mkdir()
    (tmp_path / "disk.img").touch()
    (tmp_path / ".hidden").touch()
    monkeypatch.chdir(tmp_path)
    for verb in ("create", "livecd info", "create x --mount"):
        for typed in (f"{tmp_path}/d", f"{tmp_path}/disk\\\\s", "d"):
            parser = build(verb.split())
            completion.prepare(parser, RealHost())
            found = completed_by(parser, f"sandbox-tui {verb} {typed}", monkeypatch)
            assert not any("hidden" in word for word in found)
    assert sorted(os.listdir(tmp_path)) == sorted([name, "disk.img", ".hidden"])
    source = Path(completion.__file__).read_text()
    assert "FilesCompleter" not in source
    assert "DirectoriesCompleter" not in source


def test_what_a_shell_left_in_the_environment_changes_nothing(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_ARGCOMPLETE", "1")
    assert cli("list", "--json").json == {"sandboxes": []}
