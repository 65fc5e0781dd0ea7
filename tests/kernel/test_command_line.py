"""The command line on real devices, as a person types it."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.kernel.engines import both_engines
from tests.kernel.lab import Lab, state
from tui.backend.errors import ExitCode


def tool(*argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui", *argv],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.mark.only_no_udev
@both_engines
def test_the_whole_round(lab: Lab, engine: str) -> None:
    disk = lab.disk("ext4")
    made = tool("create", disk.device, "--name", "trial", "--size", "4M", "--engine", engine)
    assert made.returncode == 0, made.stderr
    device = ["/dev/mapper/trial"] if engine == "auto" else []
    assert made.stdout.splitlines() == [*device, "/run/sandbox-tui/trial/mnt"]
    listed = json.loads(tool("list", "--json").stdout)["sandboxes"]
    assert [(box["name"], box["state"], box["size"]) for box in listed] == [("trial", "ok", 4 << 20)]
    again = tool("create", lab.disk("ext4-1k").device, "--name", "trial")
    assert again.returncode == ExitCode.REFUSED
    assert "taken" in again.stderr
    assert tool("grow", "trial", "+2M").returncode == 0
    assert "6.0 MiB" in tool("show", "trial").stdout
    with open("/run/sandbox-tui/trial/mnt/held", "w"):
        busy = tool("remove", "trial")
    assert busy.returncode == ExitCode.REFUSED
    assert str(os.getpid()) in busy.stderr
    gone = tool("remove", "trial")
    assert gone.returncode == 0
    assert f"Nothing was written to {disk.device} itself" in gone.stdout
    assert tool("show", "trial").returncode == ExitCode.NOT_FOUND


@pytest.mark.only_no_udev
def test_a_person_without_root_and_one_without_a_terminal(lab: Lab) -> None:
    disk = lab.disk("ext4")
    before = state()
    for argv in (["create", disk.device], ["remove", "x"], ["list"], ["doctor"]):
        nobody = subprocess.run(
            [
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                # the checkout may lie in a directory that is closed to others, such as /root
                "--inh-caps=+dac_read_search",
                "--ambient-caps=+dac_read_search",
                sys.executable,
                "-m",
                "tui",
                *argv,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in nobody.stderr
        if argv[0] == "create":
            assert nobody.returncode == ExitCode.NEEDS_ROOT, nobody.stderr
    assert tool().returncode == ExitCode.USAGE
    assert {**state(), "labels": 0} == {**before, "labels": 0}


def test_a_hang_up_in_the_middle_is_undone(lab: Lab) -> None:
    disk = lab.disk("ext4")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "tui", "create", disk.device, "--name", "trial"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    for line in process.stderr:
        if "Make a place for this one" in line:
            process.send_signal(signal.SIGHUP)
            break
    _out, rest = process.communicate()
    assert process.returncode == ExitCode.FAILED, rest
    assert lab.sandboxes() == ()


@pytest.mark.only_no_udev
@pytest.mark.layers
def test_the_demo(lab: Lab) -> None:
    del lab
    done = tool("demo", "--plain")
    assert done.returncode == 0, done.stderr
    assert "Nothing was written to" in done.stdout
    assert "imulated" not in done.stderr
    found = json.loads(tool("doctor", "--json").stdout)
    assert found["usable"] is True
