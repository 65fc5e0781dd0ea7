"""Where the style sheets are: packed beside the code, or in a checkout."""

from pathlib import Path

import tui
from tui.app.terminal import Glyphs, Look

_SHEETS = ("base.tcss", "widgets.tcss", "screens.tcss")


def directory() -> Path:
    """The directory of the style sheets."""
    package = Path(tui.__file__).parent
    packed = package / "styles"
    return packed if packed.is_dir() else package.parent / "styles"


def sheets(look: Look) -> list[Path]:
    """The style sheets for a look, the most special one last."""
    extra = (("ansi.tcss",) if look.ansi else ()) + (
        ("console.tcss",) if look.glyphs is not Glyphs.UNICODE else ()
    )
    return [directory() / name for name in (*_SHEETS, *extra)]
