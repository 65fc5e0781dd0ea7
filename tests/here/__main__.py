"""`python -m tests.here [PYTEST OPTIONS]`: the overlay engine's tests on the kernel of this machine.

They run in a mount namespace of their own with a /run and a /tmp of their own, so that no sandbox
of this machine is seen or touched. Loop devices are the whole machine's: of two runs the second waits.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Sequence

from tests.vm.kept import ROOT, SCRIPT, kept

_PRIVATE = """\
set -eu
script=$1 kept=$2 root=$3
shift 3
. "$script"
fresh /run mode=0755 "$kept"
fresh /tmp mode=1777 "$kept"
cd "$root"
exec "$@"
"""


def main(argv: Sequence[str]) -> None:
    """Become pytest in the namespace; says so when only root could."""
    if os.geteuid() != 0:
        sys.exit("tests.here: only root can mount an overlay; the virtual machine has the same tests")
    settings = {
        "SANDBOX_TUI_HERE": "1",
        "HYPOTHESIS_STORAGE_DIRECTORY": "/tmp/hypothesis",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "TMPDIR": "/tmp",
    }
    pytest = [sys.executable, "-m", "pytest", "tests/kernel", "-q", *argv]
    private = ["sh", "-c", _PRIVATE, "sh", str(SCRIPT), kept(), str(ROOT)]
    command = ["unshare", "--mount", "--propagation", "private", *private, *pytest]
    os.set_inheritable(alone(), True)
    os.execvpe(command[0], command, {**os.environ, **settings})


def alone() -> int:
    """Wait until no other run is under way, also one in another root: /dev is the same in all. The file
    descriptor holds the lock.
    """
    lock = os.open("/dev", os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("tests.here: waiting for another run on this machine", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


if __name__ == "__main__":
    main(sys.argv[1:])
