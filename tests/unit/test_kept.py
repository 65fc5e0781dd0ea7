"""What something else wrote into a sandbox's place is kept, and said."""

import pytest

from tests.unit.command_line import CommandLine
from tests.unit.practice_verbs import NAME, clear, discard, look, make
from tui.backend.host import FileKind
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


def test_the_proof_is_told_even_where_others_are_in_the_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link of somebody's in the place of a mount point that is gone: the kernel lets root not follow it."""
    cli = CommandLine(PracticeHost(), capsys)
    cli("create", "/dev/sdb1", "--name", NAME, "--size", "64M", "--mount", "/mnt/new")
    look_at = cli.host.kind

    def denied(path: str) -> FileKind | None:
        if path == "/mnt/new" and look_at(path) is None:
            raise PermissionError(13, "Permission denied", path)
        return look_at(path)

    monkeypatch.setattr(cli.host, "kind", denied)
    said = cli("remove", NAME)
    assert said.status == 0
    assert "/dev/sdb1 is untouched" in said.out
