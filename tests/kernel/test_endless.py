"""What other users make endless fills no memory of root's and holds no verb."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.kernel.lab import MIB, Lab

pytestmark = pytest.mark.only_no_udev

MOUNTS = 400
ENDLESS = f"""
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
assert libc.mount(b"mine", b"/tmp", b"tmpfs", 0, None) == 0
os.chdir("/tmp")
for _ in range(100):
    os.mkdir("\\n" * 250)
    os.chdir("\\n" * 250)
for _ in range({MOUNTS}):
    assert libc.mount(b".", b".", None, 0x1000, None) == 0
print("mounted", flush=True)
import sys
sys.stdin.read()
"""
"""Each mount is a line of 100 KiB in mountinfo: a path has no end there, and a newline is four bytes."""
LOOK = """
import resource, sys
from tui.backend.machine import RealHost
host = RealHost()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
host.foreign_mounts(), host.uses("253:0", ["/mnt"]), host.hidden_namespaces(), host.namespaces()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@contextmanager
def endless() -> Iterator[None]:
    """A user namespace with mounts whose names are very long."""
    own = ("unshare", "--user", "--map-root-user", "--mount", "--propagation", "private", sys.executable)
    with subprocess.Popen([*own, "-c", ENDLESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as there:
        assert there.stdout
        try:
            assert there.stdout.readline() == b"mounted\n"
            yield
        finally:
            there.kill()


def test_mounts_with_endless_names_fill_no_memory(lab: Lab) -> None:
    lab.create(lab.disk().origin, name="trial")
    with endless():
        took = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
        assert int(took.stdout) << 10 < 60 * MIB, "all of it would be some 100 MiB as bytes alone"
        lab.remove("trial")
    assert lab.sandboxes() == ()
