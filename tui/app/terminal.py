"""What the terminal can show, decided before the app is built. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

_TRUECOLOR = ("truecolor", "24bit")
_RICH = ("256color", "kitty")
_LIGHT = ("7", "15")
_HARDWARE = ("vt", "ansi", "cons", "pcansi")


class Glyphs(Enum):
    """Which characters the terminal has."""

    UNICODE = "unicode"
    CP437 = "cp437"
    """The Linux console's usual font."""
    ASCII = "ascii"
    """Hardware terminals and serial lines."""


@dataclass(frozen=True, slots=True)
class Look:
    """How to paint: `ansi` with the terminal's own 16 colours (else with ours), `glyphs` with
    which characters, `dark` on a dark background. `plain` is for NO_COLOR: no colour at all.
    """

    ansi: bool = False
    glyphs: Glyphs = Glyphs.UNICODE
    dark: bool = True
    plain: bool = False


def decide(environ: Mapping[str, str]) -> Look:
    """The look for a terminal, from TERM, COLORTERM, COLORFGBG and NO_COLOR."""
    term = environ.get("TERM", "").lower()
    plain = "NO_COLOR" in environ
    return Look(
        ansi=plain or not _many_colours(term, environ), glyphs=_glyphs(term), dark=_dark(environ), plain=plain
    )


def refusal(environ: Mapping[str, str], *, stdin: bool, stderr: bool) -> str:
    """Why nothing can be painted, empty when it can. `stdin` and `stderr`: are they terminals?"""
    if not (stdin and stderr):
        return "there is no terminal here"
    if environ.get("TERM", "") in ("", "dumb"):
        return f"TERM={environ.get('TERM', '')} cannot show a screen"
    return ""


def _many_colours(term: str, environ: Mapping[str, str]) -> bool:
    """Whether there are 256 colours at least; as Rich has it, which does the painting."""
    if environ.get("COLORTERM", "").strip().lower() in _TRUECOLOR:
        return term != "linux"
    return term.rpartition("-")[2] in _RICH


def _glyphs(term: str) -> Glyphs:
    if term == "linux":
        return Glyphs.CP437
    return Glyphs.ASCII if term.startswith(_HARDWARE) else Glyphs.UNICODE


def _dark(environ: Mapping[str, str]) -> bool:
    """COLORFGBG is `foreground;background` in the numbers of the 16 colours."""
    return environ.get("COLORFGBG", "").rpartition(";")[2] not in _LIGHT
