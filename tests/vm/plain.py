"""A folder with a plain name, from which virtme-ng runs: it hands paths through a shell, the kernel's command
line and patterns of its own, none of which stand spaces or letters like ä.
"""

from __future__ import annotations

import shlex
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from tests.vm.kept import SCRIPT, kept
from tests.vm.kernel import VmError

GUEST_SCRIPT = Path(__file__).with_name("guest.sh")
PLACE = "/run/vm"
"""Where the guest finds what is shared with it."""


@contextmanager
def plain_folder(run: Path, kernel: Path, shared: Sequence[str]) -> Iterator[Path]:
    """Links to the run's folder (`run`), the kernel's tree (`kernel`) and the shared directories (`shared0`
    and so on), and a copy of virtme's package, for the guest's first program is in it.
    """
    # /tmp and not TMPDIR, which may have any name
    folder = Path(tempfile.mkdtemp(prefix="sandbox-tui-vm-", dir="/tmp"))
    try:
        (folder / "run").symlink_to(run)
        (folder / "kernel").symlink_to(kernel.parents[1].resolve())
        for number, path in enumerate(shared):
            (folder / f"shared{number}").symlink_to(Path(path).resolve())
        shutil.copytree(_package("virtme"), folder / "packages/virtme")
        _describe(run, folder, shared)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _package(name: str) -> Path:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise VmError(f"the Python package {name} is missing: run `sh .ci/setup test` first")
    return Path(spec.submodule_search_locations[0])


def _describe(run: Path, folder: Path, shared: Sequence[str]) -> None:
    """What `guest.sh` reads."""
    for script in (GUEST_SCRIPT, SCRIPT):
        shutil.copy(script, run)
    # virtme-ng links the modules by their path in the plain folder
    (run / "kept").write_text(f"{kept((folder / 'kernel').resolve())} {folder}")
    (run / "shared").write_text(shlex.join(str(Path(path).resolve()) for path in shared))


def directories(folder: Path, shared: Sequence[str]) -> list[str]:
    """virtme-ng's options that give the guest the folders, and this machine's root a second time."""
    names = ["run", *(f"shared{number}" for number, _ in enumerate(shared))]
    return [*(f"--rwdir={PLACE}/{name}={folder}/{name}" for name in names), f"--rodir={PLACE}/host=/"]
