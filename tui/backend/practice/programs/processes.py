"""env and kill."""

from tui.backend.practice import use
from tui.backend.practice.programs import Failure, NotPractised
from tui.backend.practice.programs.dmsetup import dmsetup
from tui.backend.practice.world import World


def env(world: World, words: list[str], data: str) -> str:
    """env DM_DISABLE_UDEV=1 dmsetup..."""
    if words[:2] != ["DM_DISABLE_UDEV=1", "dmsetup"]:
        raise NotPractised(f"env: {' '.join(words)}: not practised", 127)
    return dmsetup(world, words[2:], data, own_nodes=True)


def kill(world: World, words: list[str], _: str) -> str:
    """kill [-TERM | -KILL] PID..."""
    for word in words:
        if word in ("-TERM", "-KILL", "-HUP", "--"):
            continue
        if not word.isdecimal() or int(word) not in world.processes:
            raise Failure(f"kill: ({word}): No such process")
        del world.processes[int(word)]
        world.foreign = [mount for mount in world.foreign if mount.pid != int(word)]
    use.release(world)
    return ""
