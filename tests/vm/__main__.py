"""`python -m tests.vm [OPTIONS] -- COMMAND…`: run a command in the guest."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from tests.vm.boot import Guest, run_in_guest
from tests.vm.kernel import SILENCE, VmError
from tests.vm.suite import run_half, run_suite, run_uml


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the command line and run the command, or the kernel suite for `kernel`."""
    options = _parser().parse_args(argv)
    signal.signal(signal.SIGTERM, _stop)
    guest = Guest(
        udev=not options.no_udev,
        memory=options.memory,
        cpus=options.cpus,
        rwdirs=tuple(options.rwdir),
        timeout=options.timeout,
        qemu_opts=options.qemu_opts,
        release=options.release,
    )
    os.environ |= {"SANDBOX_TUI_SHARD": options.shard, "SANDBOX_TUI_SHARE": str(int(options.share))}
    command = [*options.command]
    try:
        if command[0] == "kernel":
            return run_suite(guest, command[1:])
        if command[0] == "half":
            return run_half(guest, command[1:])
        if command[0] == "own":
            return run_half(guest, command[1:], own=True)
        if command[0] in ("uml", "uml-udev"):
            return run_uml(guest, command[1:], udev=command[0] == "uml-udev")
        return run_in_guest(command, guest)
    except VmError as error:
        print(f"vm: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.vm", description=__doc__)
    parser.add_argument("--no-udev", action="store_true", help="a guest that never had udev")
    parser.add_argument("--memory", default="2G", metavar="SIZE")
    # one: two emulated processors on a busy machine mostly wait for each other
    parser.add_argument("--cpus", type=int, default=1, metavar="N")
    parser.add_argument(
        "--rwdir", action="append", default=[], metavar="DIR", help="the guest may write here"
    )
    parser.add_argument(
        "--timeout", type=float, default=SILENCE, metavar="SECONDS", help="of silence, then it is killed"
    )
    parser.add_argument("--release", default="", metavar="NAME", help="whose kernel: bookworm, trixie ...")
    parser.add_argument("--shard", default="1/1", metavar="N/M", help="only the tests N, N+M, N+2M ...")
    parser.add_argument(
        "--share", action="store_true", help="a share of what `python -m tests.here` runs on this kernel"
    )
    parser.add_argument("--qemu-opts", default="", metavar="OPTIONS", help="more options for qemu")
    parser.add_argument(
        "command",
        nargs="+",
        help="a command; or, with options for pytest: `kernel` (all that follows), `uml`, `uml-udev`,"
        " `own` (what needs Debian's own kernel); `half` (all, in an emulated machine)",
    )
    return parser


def _stop(signum: int, _frame: FrameType | None) -> None:
    """Leave through the `finally` clauses, so that qemu does not outlive its starter."""
    raise SystemExit(128 + signum)


if __name__ == "__main__":
    sys.exit(main())
