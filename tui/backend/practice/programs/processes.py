"""The programs env and kill."""

from tui.backend.practice import events
from tui.backend.practice.failures import Failure, NotPractised
from tui.backend.practice.programs import Program
from tui.backend.practice.programs.dmsetup import dmsetup
from tui.backend.practice.world import World

_TIMES = ("E2FSPROGS_FAKE_TIME=", "SOURCE_DATE_EPOCH=")


def harmless(programs: dict[str, Program]) -> Program:
    """Run what comes after `--` (`unshare ... --`, `prlimit ... --`)."""

    def run(world: World, words: list[str], data: str) -> str:
        """What comes after the dashes."""
        program, *rest = words[words.index("--") + 1 :]
        return "" if rest == ["-c", ":"] else programs[program](world, rest, data)

    return run


def env(programs: dict[str, Program]) -> Program:
    """Run a program with a variable: `env DM_DISABLE_UDEV=1 dmsetup...`, or with the time of a build."""

    def run(world: World, words: list[str], data: str) -> str:
        """What comes after the variable."""
        if words[:2] == ["DM_DISABLE_UDEV=1", "dmsetup"]:
            return dmsetup(world, words[2:], data, own_nodes=True)
        if len(words) > 1 and words[0].startswith(_TIMES) and words[1] in programs:
            return programs[words[1]](world, words[2:], data)
        raise NotPractised(f"env: {' '.join(words)}: not practised", 127)

    return run


def kill(world: World, words: list[str], _: str) -> str:
    """End processes: `kill [-TERM | -KILL] PID...`."""
    signal = "TERM"
    for word in words:
        if word in ("-TERM", "-KILL", "-HUP", "--"):
            signal = word.removeprefix("-")
            continue
        if not word.isdecimal() or int(word) not in world.processes:
            raise Failure(f"kill: ({word}): No such process")
        if signal not in world.processes[int(word)].ignores:
            events.end(world, int(word))
    return ""
