"""The Linux console shows code page 437 and nothing else."""

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from tests.screens.scenes import SCENES, Scene
from tests.screens.theatre import CONSOLE, play
from tui.app.console import CP437, GlyphFilter
from tui.app.terminal import Glyphs, Look, decide, refusal
from tui.backend.practice import PracticeHost, add_strange_disk, demo_world
from tui.backend.text import width

ASCII = Look(ansi=True, glyphs=Glyphs.ASCII)


def _strange() -> PracticeHost:
    world = demo_world()
    add_strange_disk(world)
    return PracticeHost(world)


async def _nothing(_stage: object) -> None:
    pass


@pytest.mark.parametrize(
    "scene", [*SCENES, Scene("strange", _nothing, _strange)], ids=lambda scene: scene.name
)
async def test_every_glyph_is_in_code_page_437(scene: Scene) -> None:
    async with play(scene.host(), CONSOLE) as stage:
        await scene.act(stage)
        shown = stage.text()
        assert not set(shown) - CP437 - {"\n"}


@pytest.mark.parametrize("scene", SCENES[:1], ids=lambda scene: scene.name)
async def test_a_hardware_terminal_has_ascii(scene: Scene) -> None:
    async with play(scene.host(), ASCII) as stage:
        await scene.act(stage)
        assert stage.text().isascii()


def test_our_own_glyphs_all_have_a_counterpart() -> None:
    """No `?` where we ourselves chose the character; only device texts may lose theirs."""
    table = GlyphFilter().table
    for character in "╭╮╰╯─│█▏▎▍▌▋▊▉░▁▂▃▄▅▆▇•√►←…┤├└·↑↓":
        assert character.translate(table) != "?", character


def test_replacements_are_as_wide() -> None:
    table = GlyphFilter().table
    for character in "漢🔎ä…\u00a0한":
        assert width(character.translate(table)) == width(character)


@pytest.mark.parametrize(
    ("environ", "look"),
    [
        ({"TERM": "linux"}, Look(ansi=True, glyphs=Glyphs.CP437)),
        ({"TERM": "xterm-256color"}, Look()),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, Look()),
        ({"TERM": "screen"}, Look(ansi=True)),
        ({"TERM": "vt220"}, Look(ansi=True, glyphs=Glyphs.ASCII)),
        ({"TERM": "xterm-256color", "COLORFGBG": "0;15"}, Look(dark=False)),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Look(ansi=True, plain=True)),
    ],
)
def test_the_look_of_a_terminal(environ: dict[str, str], look: Look) -> None:
    assert decide(environ) == look


@pytest.mark.parametrize(
    ("environ", "stdin", "stderr", "works"),
    [
        ({"TERM": "linux"}, True, True, True),
        ({"TERM": "linux"}, False, True, False),
        ({"TERM": "linux"}, True, False, False),
        ({"TERM": "dumb"}, True, True, False),
        ({}, True, True, False),
    ],
)
def test_where_nothing_can_be_painted(
    environ: dict[str, str], stdin: bool, stderr: bool, works: bool
) -> None:
    assert (refusal(environ, stdin=stdin, stderr=stderr) == "") is works


def test_reverse_video_is_never_bold() -> None:
    """The console draws bold black as dark grey, on grey; seen on a picture of a real one."""
    styles = [Style(reverse=True, bold=True), Style(bold=True), Style(reverse=True), None]
    painted = GlyphFilter().apply([Segment("x", style) for style in styles], Color(0, 0, 0))
    assert [bool(one.style and one.style.bold) for one in painted] == [False, True, False, False]
    assert painted[0].style is not None
    assert painted[0].style.reverse
