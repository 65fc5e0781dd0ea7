"""What something else wrote into a sandbox's place is kept, and said."""

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import NAME, clear, discard, look, make
from tui.backend.practice import PracticeHost
from tui.backend.sandboxes import kept

ASIDE = f"/run/sandbox-tui/.kept-{NAME}"


@pytest.mark.parametrize("file", ["mnt/mine", "mine"])
def test_it_is_kept_and_named(file: str) -> None:
    host = PracticeHost()
    make(host)
    host.run(["umount", f"/run/sandbox-tui/{NAME}/mnt"])
    host.run(["touch", f"/run/sandbox-tui/{NAME}/{file}"])
    gone = look(host).sandboxes
    discard(host)
    assert host.kind(f"{ASIDE}/{file}") is not None
    assert look(host).sandboxes == ()
    assert f"{ASIDE}: {file.split('/', 1)[0]}." in kept.sentences(host, gone)[0]
    assert clear(host).steps == ()
    make(host)
    assert host.kind(f"{ASIDE}/{file}") is not None


def test_nothing_is_said_where_nothing_was_kept() -> None:
    host = PracticeHost()
    make(host, mount="/mnt/new")
    gone = look(host).sandboxes
    discard(host)
    assert kept.sentences(host, gone) == ()


def test_the_command_line_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    cli = CommandLine(PracticeHost(), capsys)
    cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M")
    cli.host.run(["touch", f"/run/sandbox-tui/{NAME}/mine"])
    assert ASIDE in cli("remove", NAME).err
