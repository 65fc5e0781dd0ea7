"""`sandbox-tui` and `python -m tui`."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.backend.host import Host


def main(argv: Sequence[str] | None = None, host: "Host | None" = None) -> int:
    """Run the command line; its exit status. `host` is the machine, the real one when None."""
    try:
        from tui.cli.dispatch import run

        return run(sys.argv[1:] if argv is None else list(argv), host)
    except KeyboardInterrupt:  # before or after the work itself
        return 1


if __name__ == "__main__":
    sys.exit(main())
