"""Waiting until the app rests, by its event loop and not by a clock.

Textual's own `wait_for_idle` sleeps 20 ms at a time until the process has used little processor time
meanwhile: slow where nothing is to do, and wrong on a machine that is busy with something else.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.patience import PATIENCE

if TYPE_CHECKING:
    from textual.app import App
    from textual.pilot import Pilot

_MOST_PASSES = 100_000


async def wait_for_idle(min_sleep: float = 0, max_sleep: float = 0) -> None:
    """Until no callback of the running loop is due. In the place of Textual's, whose limits are not needed.

    AssertionError when the app never comes to rest. What threads do is not seen: see `Stage.settle`.
    """
    del min_sleep, max_sleep
    loop = asyncio.get_running_loop()
    for _ in range(_MOST_PASSES):
        await asyncio.sleep(0)
        if not loop._ready:  # type: ignore[attr-defined]
            return
    raise AssertionError("the app does not come to rest: its callbacks call for more without end")


async def turn(pilot: Pilot[Any]) -> None:
    """Handle all messages that wait now, and paint; of Textual's own `pause` a limit is by the clock."""
    await pilot._wait_for_screen(PATIENCE)
    await wait_for_idle()
    pilot.app.screen._on_timer_update()
    await wait_for_idle()


def draws(app: App[Any]) -> bool:
    """Whether the screen has something left for the next time it is drawn, which may lead to more; or a new
    size to be told of. One of an app that ends, or has failed, is never drawn again.
    """
    screen = app.screen
    layout = screen._layout_required or screen._scroll_required or screen._recompose_required
    left = layout or screen._repaint_required or screen._dirty_widgets or screen._callbacks
    return bool(left or app._resize_event) and not app._exit and app._exception is None


async def drawn(pilot: Pilot[Any]) -> None:
    """Until nothing is left to draw, of an app without workers."""
    await turn(pilot)
    while draws(pilot.app):
        await asyncio.sleep(0.001)
        await turn(pilot)
