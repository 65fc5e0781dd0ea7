"""`demo --plain`: the whole round as a transcript, each command as people would type it."""

import shlex

from tui.backend import paths
from tui.backend.host import Host
from tui.cli import dispatch, narration, output

NAME = "practice"
_TYPED = f"{paths.of(NAME, paths.MOUNT_POINT)}/scribble"
_WRITE = ("dd", "if=/dev/urandom", f"of={_TYPED}", "bs=1M", "count=8", "conv=fsync", "status=none")


def walk(host: Host, origin: str) -> int:
    """Make a sandbox of an origin, write into it, grow it, remove it; the first status that is not 0."""
    rounds = (
        ("These are the disks:", ("devices",)),
        ("A sandbox of one of them, with 32 MiB of RAM for the changes:",
         ("create", origin, "--name", NAME, "--size", "32M")),
        ("It is a disk like any other. Write 8 MiB into it:", None),
        ("The disk itself was not written; the changes are in RAM:", ("show", NAME)),
        ("More room, while it is in use:", ("grow", NAME, "+16M")),
        ("And away with it. This is the proof that the disk is as it was:", ("remove", NAME)),
    )  # fmt: skip
    for sentence, argv in rounds:
        line = shlex.join(("sandbox-tui", *argv) if argv else _WRITE)
        output.print_line(f"\n# {sentence}\n$ {line}")
        status = dispatch.run(argv, host) if argv else _write(host)
        if status:
            return status
    narration.say("\nThat was the whole round.")
    return 0


def _write(host: Host) -> int:
    host.run(_WRITE)
    return 0
