"""The pictures under screenshots/: `python -m tests.screenshots` makes them again,
`python -m tests.screenshots --check` says whether they are of the program as it is.
"""

import asyncio
import sys
from pathlib import Path

from tests.screens.scenes import SCENES, Scene
from tests.screens.theatre import COLOUR, CONSOLE, play
from tui.app.terminal import Look

DIRECTORY = Path(__file__).parent.parent / "screenshots"
SMALL, WIDE = (80, 24), (120, 36)

_HOME = SCENES[0]
_SHOTS: dict[str, tuple[Scene, Look, tuple[int, int]]] = {
    **{f"{scene.name}.svg": (scene, COLOUR, SMALL) for scene in SCENES},
    "home-wide.svg": (_HOME, COLOUR, WIDE),
    "home-light.svg": (_HOME, Look(dark=False), SMALL),
    "home-console.svg": (_HOME, CONSOLE, SMALL),
}
NAMES = tuple(_SHOTS)


async def made(name: str) -> str:
    """The picture of a file name, made now."""
    scene, look, size = _SHOTS[name]
    async with play(scene.host(), look, size) as stage:
        await scene.act(stage)
        return stage.app.export_screenshot(title="sandbox-tui") + "\n"


async def _all() -> dict[str, str]:
    return {name: await made(name) for name in NAMES}


def main() -> int:
    """Write or check."""
    pictures = asyncio.run(_all())
    there = {file.name: file.read_text(encoding="utf-8") for file in DIRECTORY.glob("*.svg")}
    old = sorted(name for name in {*pictures, *there} if pictures.get(name) != there.get(name))
    if "--check" in sys.argv:
        print("\n".join(old) or "All screenshots are up to date.")
        return 1 if old else 0
    DIRECTORY.mkdir(exist_ok=True)
    for name in old:
        if name in pictures:
            (DIRECTORY / name).write_text(pictures[name], encoding="utf-8")
        else:
            (DIRECTORY / name).unlink()
    print(f"{len(pictures)} pictures, {len(old)} of them new or changed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
