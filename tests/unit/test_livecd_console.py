"""What decides on a serial console: recorded words of kernels and firmware."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.backend.livecd.console import Failed, Ready, shown, verdict

READY = "[    2.141240] sandbox-tui: ready, dm, 2048 KiB for changes"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (READY, Ready("dm", 2 << 20, 2.14124)),
        ("sandbox-tui: ready, union, 1 KiB for changes", Ready("union", 1024, None)),
        ("\x1b[?7l\x1b[2J" + READY + "\r\n", Ready("dm", 2 << 20, 2.14124)),
        ("<6>[   12.5][    T1] sandbox-tui: ready, tmpfs, 7 KiB for changes", Ready("tmpfs", 7168, None)),
        ("[   12.500][   T1] sandbox-tui: ready, tmpfs, 7 KiB for changes", Ready("tmpfs", 7168, 12.5)),
        ("[    1.0000] sandbox-tui: ready, dm", None),
        ("[    1.0000] sandbox-tui: already, dm, 2048 KiB for changes", None),
        ("[    0.000000] Linux version 6.1.0-28-amd64", None),
        (
            "[    3.2] sandbox-tui: cannot boot: no medium with UUID 2026-11-23-12-00-00-00.",
            Failed("It cannot boot: no medium with UUID 2026-11-23-12-00-00-00."),
        ),
        (
            "[    2.0] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100",
            Failed("The kernel panicked: Attempted to kill init! exitcode=0x00000100."),
        ),
        ("No bootable device.", Failed("The firmware found nothing to boot on it: No bootable device.")),
        (
            "BdsDxe: No bootable option or device was found.",
            Failed("The firmware says: No bootable option or device was found."),
        ),
        ("", None),
    ],
)
def test_verdict(line: str, found: Ready | Failed | None) -> None:
    assert verdict(shown(line)) == found


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("\x1bc\x1b[?7l\x1b[2J\x1b[0mSeaBIOS\r\n", "SeaBIOS"),
        ("\x1b[01;01Hplain\x1b[0m", "plain"),
        ("\x1b]0;title\x07shell", "shell"),
        ("\x1b(Bascii", "ascii"),
        ("tab\tbetween", "tab between"),
        ("bell\x07 \udcff \u202e", "bell? ? ?"),
        ("\r", ""),
    ],
)
def test_escapes_are_taken_away(line: str, text: str) -> None:
    assert shown(line) == text


@given(st.text())
def test_nothing_gets_to_a_terminal_but_text(line: str) -> None:
    assert "\x1b" not in shown(line)
    assert not any(unicodedata.category(character)[0] == "C" for character in shown(line))
    verdict(shown(line))
