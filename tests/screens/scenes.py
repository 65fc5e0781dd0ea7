"""Every screen, each in a telling state. Picture tests and the screenshots are made from these."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from tests.screens.held import HeldHost
from tests.screens.theatre import MOUNT, NAME, Stage
from tui.backend import sizes
from tui.backend.practice import Killed, PracticeHost, events, tree
from tui.backend.practice.nodes import File
from tui.backend.sandboxes import create
from tui.backend.sandboxes.perform import perform
from tui.backend.sandboxes.request import CreateRequest


@dataclass(frozen=True)
class Scene:
    """`act` brings a fresh app to where the picture is taken; `host` makes its machine."""

    name: str
    act: Callable[[Stage], Awaitable[None]]
    host: Callable[[], PracticeHost] = PracticeHost


async def _home(stage: Stage) -> None:
    for mib in (0, 12, 30, 40, 60, 20, 70, 90, 40, 60):
        await stage.write(mib)


async def _empty(stage: Stage) -> None:
    pass


async def _origin(stage: Stage) -> None:
    await stage.press("n")


async def _refused_origin(stage: Stage) -> None:
    await stage.press("n", "home", "enter")


async def _size(stage: Stage) -> None:
    await stage.press("n", "down", "enter")


async def _typed_size(stage: Stage) -> None:
    await _size(stage)
    await stage.press("tab")
    await stage.type("10%origin")


async def _options(stage: Stage) -> None:
    await _size(stage)
    await stage.press("enter")


async def _review(stage: Stage) -> None:
    await _options(stage)
    await stage.press("enter")


async def _ready(stage: Stage) -> None:
    await _review(stage)
    await stage.press("enter")


async def _undone(stage: Stage) -> None:
    await _review(stage)
    stage.host.fail_when(lambda argv: argv[-1].endswith("/power"), "write error: Cannot allocate memory")
    await stage.press("enter")


async def _sandbox(stage: Stage) -> None:
    await stage.press("tab")
    for mib in (5, 5, 10, 40, 70, 70, 20, 10, 10, 30, 90, 120, 130, 90, 40, 20, 10, 15, 20, 25):
        await stage.write(mib)
    events.start(stage.host.world, "bash", "works in", MOUNT)
    await stage.press("enter")


async def _full(stage: Stage) -> None:
    await stage.press("tab")
    await stage.write(30, 3)
    await stage.press("enter")


async def _grow(stage: Stage) -> None:
    await stage.write(400)
    await stage.press("g")


async def _in_the_way(stage: Stage) -> None:
    await stage.write(100)
    events.start(stage.host.world, "bash", "works in", MOUNT, "root")
    events.start(stage.host.world, "vim", "has open", f"{MOUNT}/notes.txt")
    await stage.press("x")


async def _confirm(stage: Stage) -> None:
    await _in_the_way(stage)
    await stage.press("e")


async def _removed(stage: Stage) -> None:
    await stage.write(300)
    await stage.press("x", "enter", "enter")


async def _help(stage: Stage) -> None:
    await stage.press("question_mark")


async def _palette(stage: Stage) -> None:
    await stage.press("ctrl+p")
    await stage.until(lambda: stage.says("Make a sandbox"))
    await stage.settle()


async def _directory_review(stage: Stage) -> None:
    await stage.press("n", "tab")
    await stage.type("/home/user")
    await stage.press("enter", "enter", "enter")


async def _directory_sandbox(stage: Stage) -> None:
    await stage.press("tab")
    for mib in (5, 10, 60, 120, 40, 90, 20, 40, 30, 10):
        events.write(stage.host.world, "trial", mib << 20)
        await stage.tick()
    await stage.press("enter")


async def _directory_full(stage: Stage) -> None:
    events.write(stage.host.world, "trial", 1 << 30)
    await stage.tick()


async def _live_root(stage: Stage) -> None:
    await stage.press("l")


async def _live_refused(stage: Stage) -> None:
    await stage.press("l")
    await stage.type("/home/user/images/debian-12.img")
    await stage.press("enter")


async def _live_way(stage: Stage) -> None:
    await stage.press("l")
    await stage.type("/home/user/debian")
    await stage.press("enter")


async def _live_options(stage: Stage) -> None:
    await _live_way(stage)
    await stage.press("enter")


async def _live_review(stage: Stage) -> None:
    await _live_options(stage)
    await stage.press("enter")


async def _live_running(stage: Stage) -> None:
    assert isinstance(stage.host, HeldHost)
    stage.host.hold(stage)
    await _live_review(stage)
    await stage.press("enter")


async def _live_medium(stage: Stage) -> None:
    await _live_review(stage)
    await stage.press("enter", "enter")


async def _live_boot(stage: Stage) -> None:
    await _live_medium(stage)
    await stage.press("b")


async def _live_boot_failed(stage: Stage) -> None:
    await _live_medium(stage)
    node = tree.find(stage.host.world, "/home/user/debian.iso").node
    assert isinstance(node, File)
    node.content = None
    await stage.press("b")


async def _live_disks(stage: Stage) -> None:
    await _live_medium(stage)
    await stage.press("w", "down")


async def _live_name(stage: Stage) -> None:
    await _live_medium(stage)
    await stage.press("w", "enter")
    await stage.type("sda")
    await stage.press("enter")


async def _live_writing(stage: Stage) -> None:
    assert isinstance(stage.host, HeldHost)
    stage.host.hold(stage)
    await _live_medium(stage)
    await stage.press("w", "enter")
    await stage.type("sdb")
    await stage.press("enter", "enter")


def of_a_directory() -> PracticeHost:
    """A machine without device-mapper, with a sandbox of a directory."""
    host = PracticeHost()
    host.world.installed.discard("dm_snapshot")
    request = CreateRequest("/home/user", name="trial", size=sizes.parse("1G"))
    perform(host, lambda found: create.prepare(host, found, request).plan)
    return host


def _ordinary_user() -> PracticeHost:
    host = PracticeHost()
    host.world.root = False
    return host


def interrupted() -> PracticeHost:
    """A machine on which a create was killed half way."""
    host = PracticeHost()
    request = CreateRequest("/dev/sdb1", name="trial")
    host.kill_when(lambda argv: argv[0] == "mkdir" and argv[-1].endswith("/mnt"))
    with suppress(Killed):
        perform(host, lambda found: create.prepare(host, found, request).plan)
    return host


def sandboxed(size: str = "1G") -> PracticeHost:
    """A machine with a sandbox of /dev/sdb1, made elsewhere."""
    host = PracticeHost()
    request = CreateRequest("/dev/sdb1", name=NAME, size=sizes.parse(size))
    perform(host, lambda found: create.prepare(host, found, request).plan)
    return host


SCENES = (
    Scene("home", _home, sandboxed),
    Scene("home-empty", _empty),
    Scene("wizard-1-origin", _origin),
    Scene("wizard-1-refused", _refused_origin),
    Scene("wizard-2-size", _size),
    Scene("wizard-2-typed", _typed_size),
    Scene("wizard-3-options", _options),
    Scene("wizard-4-review", _review),
    Scene("wizard-5-ready", _ready),
    Scene("undone", _undone),
    Scene("sandbox", _sandbox, sandboxed),
    Scene("full", _full, lambda: sandboxed("64M")),
    Scene("grow", _grow, sandboxed),
    Scene("directory-review", _directory_review),
    Scene("directory-sandbox", _directory_sandbox, of_a_directory),
    Scene("directory-full", _directory_full, of_a_directory),
    Scene("remove-in-the-way", _in_the_way, sandboxed),
    Scene("remove-confirm", _confirm, sandboxed),
    Scene("remove-proof", _removed, sandboxed),
    Scene("interrupted", _empty, interrupted),
    Scene("help", _help),
    Scene("palette", _palette),
    Scene("livecd-1-root", _live_root),
    Scene("livecd-1-refused", _live_refused),
    Scene("livecd-2-way", _live_way),
    Scene("livecd-3-options", _live_options),
    Scene("livecd-4-review", _live_review),
    Scene("livecd-5-running", _live_running, lambda: HeldHost("mksquashfs", 12)),
    Scene("livecd-6-ready", _live_medium),
    Scene("livecd-boot", _live_boot),
    Scene("livecd-boot-failed", _live_boot_failed),
    Scene("livecd-write-1-disks", _live_disks),
    Scene("livecd-write-2-name", _live_name),
    Scene("livecd-write-3-running", _live_writing, lambda: HeldHost("dd", 14)),
    Scene("start", _empty, _ordinary_user),
)
