"""`python -m tests.bench [ROW…]`: measure, print the table; status 1 when a reach is missed."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from tests.bench.table import Row, table
from tests.vm import suite
from tests.vm.boot import Guest, run_in_guest
from tests.vm.kernel import VmError, cache_dir

ROWS = {
    "list-json": "`list --json`, the whole process, against a bare interpreter",
    "many": "create and remove with 88 sandboxes against one (user-mode Linux)",
    "ticks": "a gauge tick with 64 sandboxes against 1 (VM), and its processes",
    "unchanged": "terminal bytes of an unchanged tick",
    "home": "1,000 devices: from reading to painted, from key to paint",
    "stores": "the store `ram` against others: small writes and reads, making, removing, memory (VM)",
    "layers": "the overlay engine: create, remove, read, tick (root)",
    "livecd": "building a Live CD of 300 MiB against the bare tools; its size; dm against union (QEMU)",
    "memory": "memory after 600 ticks against after 60",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Parse the command line, take the rows, print the table."""
    options = _parser().parse_args(argv)
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        print(f"bench: no such row: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, _stop)
    suite.compile_all()  # the guest cannot keep what it compiles
    rows = measure(options.rows or list(ROWS), vm=not options.no_vm)
    print(table(rows))
    return int(not rows or not all(row.reached for row in rows))


def measure(names: Sequence[str], *, vm: bool) -> list[Row]:
    """The rows of these names: those of this machine first, then the others in one boot."""
    modules = {name.replace("-", "_"): module(name) for name in names}
    rows: list[Row] = []
    for name, taken in modules.items():
        if hasattr(taken, "here"):
            print(f"bench: {name}, here", flush=True)
            rows += taken.here()
    wanted = [name for name, taken in modules.items() if hasattr(taken, "guest")]
    return rows + (in_guest(wanted) if wanted and vm else [])


def module(name: str) -> object:
    """The module that takes a row."""
    return importlib.import_module(f"tests.bench.rows.{name.replace('-', '_')}")


def in_guest(names: Sequence[str]) -> list[Row]:
    """Rows that need a real device-mapper."""
    # Not in /tmp: the guest has one of its own.
    with tempfile.TemporaryDirectory(dir=cache_dir()) as folder:
        file = Path(folder) / "rows.json"
        argv = ["env", "SANDBOX_TUI_VM=1", "LC_ALL=C.UTF-8", sys.executable, "-m", "tests.bench.guest"]
        try:
            status = run_in_guest([*argv, str(file), *names], Guest(rwdirs=(folder,)))
            if status:
                print(f"bench: the guest ended with status {status}; rows are missing", file=sys.stderr)
        except VmError as error:
            print(f"bench: {error}", file=sys.stderr)
        return [Row(**row) for row in json.loads(file.read_text())] if file.exists() else []


def _parser() -> argparse.ArgumentParser:
    about = "\n".join(f"  {name:12} {text}" for name, text in ROWS.items())
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        epilog=f"rows:\n{about}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help="which rows to take (all)")
    parser.add_argument("--no-vm", action="store_true", help="only what can be measured on this machine")
    return parser


def _stop(signum: int, _frame: FrameType | None) -> None:
    """Leave through the `finally` clauses, so that qemu does not outlive its starter."""
    raise SystemExit(128 + signum)


if __name__ == "__main__":
    sys.exit(main())
