"""A Debian root from a tar: boots to its own init, and sees its own root as a sandbox."""

from __future__ import annotations

import json
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.livecd.boots import Boot, boot, kernel_of
from tests.livecd.conftest import make_iso

PACKAGES = "systemd-sysv,udev,dmsetup,mount,python3-psutil,python3-humanize"
REPORT = """\
#!/bin/sh
exec >/dev/ttyS0 2>&1
cd /opt/sandbox-tui
echo "NOTE init $(cat /proc/1/comm)"
echo "NOTE list $(python3 -m tui list --json | tr -d '\\n')"
echo "NOTE show $(python3 -m tui show root | tr '\\n' ' ')"
python3 -m tui grow root +16M
echo "NOTE grown $? $(python3 -m tui list --json | tr -d '\\n')"
echo "NOTE removal $(python3 -m tui remove root 2>&1 | tr '\\n' ' ')"
echo "NOTE all $(python3 -m tui remove --all 2>&1 | tr '\\n' ' ')"
echo "NOTE recovery $(python3 -m tui recover 2>&1 | tr '\\n' ' ')"
echo "MARKER of the Debian root"
systemctl poweroff --force --force
"""
UNIT = """\
[Service]
Type=oneshot
ExecStart=/opt/report
"""


@pytest.fixture(scope="module")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("debian")
    (place / "report").write_text(REPORT)
    (place / "report").chmod(0o755)
    (place / "report.service").write_text(UNIT)
    tui = Path(__file__).parents[2] / "tui"
    wants = '"$1/etc/systemd/system/multi-user.target.wants"'
    words = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}"]
    words += ["--dpkgopt=path-exclude=/usr/share/doc/*", "--dpkgopt=path-exclude=/usr/share/locale/*"]
    words += ['--customize-hook=mkdir -p "$1"/opt/sandbox-tui']
    words += [
        f"--customize-hook=copy-in {shlex.quote(str(tui))} /opt/sandbox-tui",
        f"--customize-hook=copy-in {place}/report /opt",
    ]
    words += [f"--customize-hook=copy-in {place}/report.service /etc/systemd/system"]
    words += [f"--customize-hook=ln -s ../report.service {wants}/"]
    words += ["bookworm", str(place / "root.tar")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return make_iso(place / "root.tar", place / "debian.iso")


def start(iso: Path, place: Path, options: str) -> Boot:
    # a getty would hang up the line on which the report is written
    still = "console=ttyS0 quiet systemd.mask=serial-getty@ttyS0.service"
    words = ["-cdrom", str(iso), "-append", f"{still} sandbox.size=96M {options}"]
    return boot(*kernel_of(iso, place), *words, memory="768")


@pytest.mark.parametrize(("way", "kind"), [("dm", "snapshot"), ("union", "overlay")])
def test_it_knows_its_own_root(debian: Path, way: str, kind: str) -> None:
    found = start(debian, debian.parent, f"sandbox.mode={way}")
    assert found.way == way
    assert found.note("init") == "systemd"
    (root,) = json.loads(found.note("list"))["sandboxes"]
    assert (root["name"], root["engine"], root["mounts"]) == ("root", kind, ["/"])
    assert 0 < root["used"] < root["size"]
    assert root["state"] == "ok"
    status, _space, listed = found.note("grown").partition(" ")
    assert status == "0", found.text[-3000:]
    (grown,) = json.loads(listed)["sandboxes"]
    assert grown["size"] >= root["size"] + (15 << 20)
    assert "root is the root of the running system" in found.note("removal")
    assert "root of the running system, which stays" in found.note("all")
    assert "Nothing is left behind." in found.note("recovery")
    assert "MARKER of the Debian root" in found.text
