"""`sandbox-tui` and `python -m tui`."""

import gc
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.backend.host import Host


def main(argv: Sequence[str] | None = None, host: "Host | None" = None) -> int:
    """Run the command line; its exit status. `host` is the machine, the real one when None."""
    try:
        gc.disable()  # importing makes much and drops nothing
        from tui.cli.dispatch import run

        return run(sys.argv[1:] if argv is None else list(argv), host)
    except KeyboardInterrupt:  # before or after the work itself
        return 1


if __name__ == "__main__":
    sys.exit(main())
