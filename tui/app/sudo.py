"""Starting this very program again as root."""

import os
import sys
from collections.abc import Sequence

import tui

_PROGRAM = (
    "import sys; root = sys.argv.pop(1); root in sys.path or sys.path.insert(0, root); "
    "from tui.__main__ import main; sys.exit(main())"
)


def command(arguments: Sequence[str]) -> tuple[str, ...]:
    """The command that starts this program under sudo(8), with these arguments.

    Python is isolated (-I): it takes no module from the current directory, nor from where the
    environment points to. So it is told where our own package is.
    """
    root = os.path.dirname(os.path.dirname(os.path.abspath(tui.__file__)))
    return ("sudo", "--", sys.executable, "-I", "-c", _PROGRAM, root, *arguments)
