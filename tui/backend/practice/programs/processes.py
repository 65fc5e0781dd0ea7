"""The programs env and kill."""

from tui.backend.practice import events
from tui.backend.practice.programs import Failure, NotPractised
from tui.backend.practice.programs.dmsetup import dmsetup
from tui.backend.practice.world import World


def env(world: World, words: list[str], data: str) -> str:
    """Run dmsetup with a variable: `env DM_DISABLE_UDEV=1 dmsetup...`."""
    if words[:2] != ["DM_DISABLE_UDEV=1", "dmsetup"]:
        raise NotPractised(f"env: {' '.join(words)}: not practised", 127)
    return dmsetup(world, words[2:], data, own_nodes=True)


def kill(world: World, words: list[str], _: str) -> str:
    """End processes: `kill [-TERM | -KILL] PID...`."""
    for word in words:
        if word in ("-TERM", "-KILL", "-HUP", "--"):
            continue
        if not word.isdecimal() or int(word) not in world.processes:
            raise Failure(f"kill: ({word}): No such process")
        events.end(world, int(word))
    return ""
