"""Waiting until the app rests, by its event loop and not by a clock.

Textual's own `wait_for_idle` sleeps 20 ms at a time until the process has used little processor time
meanwhile: slow where nothing is to do, and wrong on a machine that is busy with something else.
"""

import asyncio

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
