"""`python -m tests.bench.guest FILE ROW…`: take rows in the virtual machine, write them to FILE."""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.table import Row


def main(argv: Sequence[str]) -> int:
    """Take each, and write what there is after each: a later one may fail."""
    file, *names = argv
    if os.environ.get("SANDBOX_TUI_VM") != "1":
        print("This changes devices: it runs in its virtual machine only, by `python -m tests.bench`.")
        return 2
    rows: list[Row] = []
    for name in names:
        print(f"bench: {name}, in the virtual machine", flush=True)
        rows += importlib.import_module(f"tests.bench.rows.{name}").guest()
        Path(file).write_text(json.dumps([asdict(row) for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
