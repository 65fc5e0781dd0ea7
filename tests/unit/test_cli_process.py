"""The command line as a process of its own: what it imports, how it ends."""

import os
import shlex
import signal
import subprocess
import sys
from itertools import islice
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
PRELUDE = """
import sys
from tui.__main__ import main
from tui.backend.practice import PracticeHost
host = PracticeHost()
"""


def python(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=PATIENCE, check=False
    )


def test_no_verb_imports_textual() -> None:
    lines = [
        "devices", "devices --json", "create /dev/sdb1 --name t --size 64M", "list", "list --json", "show t",
        "grow t +64M", "unmount t", "mount t", "remove t", "recover", "doctor", "completion bash", "--help",
        "create /dev/nothing", "frobnicate", "demo --plain",
    ]  # fmt: skip
    code = PRELUDE + "".join(f"main({shlex.split(line)!r}, host)\n" for line in lines)
    code += "print('LOADED', [name for name in sys.modules if name.split('.')[0] in ('textual', 'rich')])\n"
    code += "print('LOADED', [name for name in sys.modules if name.startswith(('tui.app', 'tui.screens'))])"
    done = python(code)
    assert done.stdout.splitlines()[-2:] == ["LOADED []", "LOADED []"], done.stderr


def test_list_imports_little() -> None:
    """`list` is what prompts and status bars call every second."""
    code = (
        "import sys\nfrom tui.__main__ import main\n"
        "main(['list', '--json'])\nprint(*sys.modules, file=sys.stderr)"
    )
    loaded = python(code).stderr.split()
    assert "tui.backend.inventory.sandboxes" in loaded
    unwanted = (
        "psutil",
        "humanize",
        "decimal",
        "shutil",
        "tui.backend.inventory.devices",
        "tui.backend.plan",
    )
    assert [name for name in unwanted if name in loaded] == []


@pytest.mark.parametrize("line", ["devices --json", "list --json", "doctor"])
def test_a_reader_that_goes_away(line: str) -> None:
    code = PRELUDE + f"sys.exit(main({shlex.split(line)!r}, host))"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_full_disk_behind_stdout() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + "sys.exit(main(['devices'], host))"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_watch_ends_cleanly(number: signal.Signals) -> None:
    code = PRELUDE + (
        "main(['create', '/dev/sdb1', '--name', 't', '--size', '64M'], host)\n"
        "import time\n"
        "sleep = time.sleep\n"
        "time.sleep = lambda seconds: (print('read', file=sys.stderr, flush=True), sleep(seconds))\n"
        "sys.exit(main(['watch', '--interval', '0.1'], host))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        lines = [process.stdout.readline() for _ in range(3)]
        told = (line for line in process.stderr if line == "read\n")
        assert len(list(islice(told, 5))) == 5
        process.send_signal(number)
        rest, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert lines[2].split()[1:3] == ["t", "0%"]
    assert rest == "", "an unchanged reading was printed again into a pipe"


def test_help_tells_the_exit_statuses() -> None:
    said = python("from tui.__main__ import main\nmain(['--help'])").stdout
    assert [line.split()[0] for line in said.split("exit status:\n")[1].splitlines()] == list("0123456")
