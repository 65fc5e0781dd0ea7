"""A root of a few programs, whose init says on the serial line what it finds, and powers off."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

INIT = """\
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
exec >/dev/ttyS0 2>&1
for word in $(cat /proc/cmdline); do
    case $word in test.do=*) do=${word#*=} ;; esac
done
echo "NOTE pid $$"
echo "NOTE kernel $(uname -r)"
echo "written now" >/etc/note && sync && echo 3 >/proc/sys/vm/drop_caches
echo "NOTE reads $(cat /etc/note)"
echo "NOTE root $(awk '$2 == "/" { print $1, $3 }' /proc/mounts | tail -n 1)"
echo "NOTE medium $(awk '$2 == "/run/sandbox-tui/medium" { print $3, $4 }' /proc/mounts)"
echo "NOTE owner $(stat -c %u:%g /etc/owned) link $(stat -c %h /etc/hard) device $(stat -c %F /etc/null)"
[ ! -d /run/sandbox-tui/root ] || {
    echo "NOTE record $(tr -d '\\n' </run/sandbox-tui/root/sandbox.json)"
    echo "NOTE store $(df -k /run/sandbox-tui/root/store | tail -n 1)"
    echo "NOTE status $(dmsetup status 2>&1 | tr '\\n' ' ')"
}
if [ "$do" = overflow ]; then
    before=$(sha256sum </bin/busybox)
    dd if=/dev/urandom of=/etc/much bs=1M count=64 2>/dev/null
    sync
    echo 3 >/proc/sys/vm/drop_caches
    echo "NOTE status $(dmsetup status 2>&1 | tr '\\n' ' ')"
    [ "$before" = "$(sha256sum </bin/busybox)" ] && echo "NOTE still readable"
fi
echo "MARKER of the tiny root"
poweroff -f
"""


def make(place: Path) -> Path:
    """Lay it out: a busybox, dmsetup with its libraries, and files with owners, links and devices."""
    for name in ("sbin", "bin", "etc", "dev", "proc", "sys", "run", "tmp"):
        (place / name).mkdir(parents=True)
    shutil.copy("/usr/bin/busybox", place / "bin/busybox")
    dmsetup = shutil.which("dmsetup", path="/usr/sbin:/sbin")
    assert dmsetup
    shutil.copy(dmsetup, place / "bin/dmsetup")
    shown = subprocess.run(["ldd", dmsetup], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(r"(/\S+) \(0x", shown)
    subprocess.run(["cp", "--parents", "--dereference", *libraries, str(place)], check=True)
    init = place / "sbin/init"
    init.write_text(INIT)
    init.chmod(0o755)
    etc = place / "etc"
    (etc / "owned").write_text("x")
    subprocess.run(["chown", "1000:1001", str(etc / "owned")], check=True)
    (etc / "one").write_text("y")
    (etc / "hard").hardlink_to(etc / "one")
    subprocess.run(["mknod", str(etc / "null"), "c", "1", "3"], check=True)
    (etc / "secret").write_text("s")
    (etc / "secret").chmod(0)
    (place / "bin/as-root").write_text("r")
    (place / "bin/as-root").chmod(0o4755)
    (etc / "closed").mkdir()
    (etc / "closed/inside").write_text("i")
    (etc / "closed").chmod(0o555)
    return place
