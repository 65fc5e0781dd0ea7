"""Keys, palette, help, mouse, and the registry that they all come from."""

from pathlib import Path

import pytest
from textual.app import App
from textual.events import Key
from textual.widgets import Input, OptionList

from tests.patience import PATIENCE
from tests.screens.scenes import interrupted
from tests.screens.theatre import play
from tui.app import keys
from tui.screens import commands
from tui.screens.wizard.screen import WizardScreen

pytestmark = pytest.mark.usefixtures("engine")


def test_every_id_and_key_is_there_once() -> None:
    everything = (*commands.COMMANDS, *commands.GLOBAL)
    assert len({command.id for command in everything}) == len(everything)
    for place in ("home", "sandbox", "livecd"):
        used = [key for command in commands.of(place) for key in command.key.split(",")]
        assert len(set(used)) == len(used)
        assert sum(place in command.footer for command in everything) <= 7


async def test_the_footer_fits_with_something_to_clear_and_a_sandbox() -> None:
    async with play(interrupted()) as stage:
        await stage.press("tab")
        footer = stage.app.screen.query_one("Footer")
        assert footer.virtual_size.width <= 80
        for word in ("Recover", "Live CD", "Help", "Quit"):
            assert word in stage.text().splitlines()[-1]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_footer_fits(size: tuple[int, int]) -> None:
    async with play(size=size) as stage:
        await stage.make("256M")
        for keys_pressed in ((), ("enter",), ("g",), ("escape", "x"), ("escape", "escape", "n")):
            await stage.press(*keys_pressed)
            footer = stage.app.screen.query_one("Footer")
            assert footer.virtual_size.width <= size[0]
            assert len(footer.query("FooterKey")) <= 7


async def test_keys_can_be_changed(tmp_path: Path) -> None:
    file = tmp_path / "sandbox-tui" / "keys.toml"
    file.parent.mkdir()
    file.write_text('new = "c"\nquit = "f10"\n')
    async with play() as stage:
        await stage.press("n")
        assert stage.where == "HomeScreen"
        await stage.press("c")
        assert stage.where == "WizardScreen"


@pytest.mark.parametrize("text", ["new = 3", "nonsense = 'x'", "[[[", "\udcff"])
async def test_a_wrong_keys_file_is_named_and_harms_nothing(text: str, tmp_path: Path) -> None:
    file = tmp_path / "sandbox-tui" / "keys.toml"
    file.parent.mkdir()
    file.write_text(text, errors="surrogateescape")
    async with play() as stage:
        assert stage.where == "ErrorDialog"
        assert "keys.toml" in stage.text()
        await stage.press("enter", "n")
        assert stage.where == "WizardScreen"


def test_no_keys_file_is_fine(tmp_path: Path) -> None:
    assert keys.read(tmp_path / "keys.toml") == ({}, "")


async def test_help_explains_what_is_in_focus_and_names_the_twins() -> None:
    async with play(size=(120, 90)) as stage:
        await stage.press("question_mark")
        assert stage.says("Every disk of this machine")
        for command in (*commands.COMMANDS, *commands.GLOBAL):
            assert stage.says(command.title)
            assert stage.says(command.twin)
        await stage.press("escape", "tab", "f1")
        assert stage.says("The bar shows")


async def test_help_in_a_text_field() -> None:
    async with play() as stage:
        await stage.press("n", "tab", "question_mark")
        assert stage.where == "WizardScreen"
        await stage.press("f1")
        assert stage.says("only ever read")


async def test_palette_offers_what_makes_sense_now() -> None:
    async with play() as stage:
        await stage.press("ctrl+p")
        await stage.until(lambda: stage.says("Make a sandbox"))
        assert not stage.says("Clear what an interrupted")
        await stage.press("n", "e", "w")
        await stage.until(lambda: not stage.says("write one that is there"))
        await stage.press("enter")
        await stage.settle()
        assert stage.where == "WizardScreen"


@pytest.mark.parametrize("key", ["pagedown", "pageup"])
async def test_page_keys_in_a_palette_whose_list_has_no_place_yet(key: str) -> None:
    """Its entries come before it is laid out: keys typed fast are quicker."""
    async with play() as stage:
        await stage.press("ctrl+p")
        await stage.until(lambda: stage.says("Make a sandbox"))
        found = stage.app.screen.query_one(OptionList)
        found.display = False
        await stage.settle()
        found.set_options(["one", "two"])
        found.highlighted = 0
        await stage.press(key)
        assert stage.app._exception is None
        assert found.highlighted == 0


async def test_page_keys_move_in_the_palette() -> None:
    async with play() as stage:
        await stage.press("ctrl+p")
        await stage.until(lambda: stage.says("Make a sandbox"))
        await stage.press("down", "pagedown")
        found = stage.app.screen.query_one(OptionList)
        assert (found.highlighted or 0) > 1
        await stage.press("pageup")
        assert found.highlighted == 0


async def test_a_page_that_is_gone_back_to_has_the_focus_where_the_answer_is() -> None:
    """Typed answers are kept, and Enter goes on with them."""
    async with play() as stage:
        await stage.press("n", "tab")
        await stage.type("/dev/sdb1")
        await stage.press("enter", "tab")
        await stage.type("512M")
        await stage.press("enter")
        assert stage.says("New: 3 options")
        for title, field, value in (("2 size", "size", "512M"), ("1 origin", "origin", "/dev/sdb1")):
            await stage.press("escape")
            assert stage.says(f"New: {title}")
            assert stage.app.focused is stage.app.screen.query_one(f"#{field}", Input)
            assert stage.app.focused.value == value
        await stage.press("enter", "enter")
        assert stage.says("New: 3 options")


async def test_a_key_for_a_screen_that_is_gone_does_nothing_on_one_that_is_not_yet_there() -> None:
    """It comes to the app when nobody wanted it; another screen may have been opened since."""
    async with play() as stage:
        stage.app.push_screen(WizardScreen())
        assert not stage.app.screen.is_mounted
        late = Key("enter", None)
        late._set_forwarded()
        await stage.app.on_event(late)
        await stage.settle()
        assert stage.says("New: 1 origin")


async def test_a_palette_that_is_closed_at_once() -> None:
    async with play() as stage:
        for keys in (
            ("escape",),
            ("enter", "escape"),
            ("down", "enter", "enter"),
            ("n", "enter", "n", "enter"),
        ):
            for key in ("ctrl+p", *keys):
                stage.app.simulate_key(key)
            await stage.settle()
            assert stage.app._exception is None, keys
            await stage.press("escape", "escape", "escape")
            assert stage.where == "HomeScreen", keys


async def test_the_mouse_chooses_rows_and_footer_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(App, "CLICK_CHAIN_TIME_THRESHOLD", PATIENCE)
    async with play() as stage:
        await stage.pilot.click("#devices", offset=(5, 7))
        await stage.pilot.double_click("#devices", offset=(5, 7))
        await stage.settle()
        assert stage.where == "WizardScreen"
        assert stage.says("/dev/sdb1 has")
        await stage.press("escape", "escape")
        footer = stage.app.screen.query("FooterKey")
        new = next(key for key in footer if key.description == "New")  # type: ignore[attr-defined]
        await stage.pilot.click(new)
        await stage.settle()
        assert stage.where == "WizardScreen"


async def test_light_and_dark() -> None:
    async with play() as stage:
        await stage.press("f2")
        assert stage.app.theme == "light"
        await stage.press("f2")
        assert stage.app.theme == "dark"


async def test_the_terminal_cursor_follows_the_row() -> None:
    async with play() as stage:
        before = stage.app.cursor_position
        await stage.press("down")
        assert stage.app.cursor_position.y == before.y + 1
