"""The practice disk: a small disk with a few files, made in RAM and thrown away at the end.

Sandboxes of it are real ones; only the disk is made up. It belongs to the program that made
it: once that has ended, `recover` clears it away with all sandboxes of it.
"""

from tui.backend import lenient, paths, practice_files, requirements
from tui.backend.command import Command, Ref, command
from tui.backend.errors import Refused
from tui.backend.host import Host
from tui.backend.inventory import Inventory, blockers, loops, mounts
from tui.backend.inventory.loops import Loop
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel import process
from tui.backend.plan import Plan, Step
from tui.backend.sandboxes import frame, kept, ownership, remove

SIZE = 64 << 20
"""Bytes of the practice disk; a tmpfs of half as much again holds it with its files."""
_OWNER = f"{paths.PRACTICE}/owner"
_FILES = f"{paths.PRACTICE}/files"


def prepare_make(host: Host) -> Plan:
    """The plan that makes the practice disk and attaches it read-only; Refused when there is one."""
    if host.kind(paths.PRACTICE) is not None:
        raise Refused(
            "There is a practice disk already: another demo is running.",
            "End that one first. If it was killed, `sandbox-tui recover` clears what it left.",
        )
    attach = command("losetup", "--find", "--show", "--read-only", paths.PRACTICE_DISK)
    detach = command("losetup", "--detach", Ref("DISK"))
    plan = Plan(
        "practise",
        "",
        (
            *_place(),
            _write(_OWNER, _identity(host, "self"), "Note whose it is"),
            *_write_files(),
            Step("Make a disk of them", _mkfs(), frame.delete(paths.PRACTICE_DISK), partial=True),
            Step("Clear the files", command("rm", "--recursive", _FILES)),
            Step("Attach it to a read-only loop device: the practice disk", attach, detach, capture="DISK"),
        ),
    )
    return requirements.check(host, plan)


def prepare_clear(host: Host, inventory: Inventory) -> Plan:
    """The plan that removes the practice disk and every sandbox of it; no steps when there is
    none. Refused while something uses one of them.
    """
    found = sandboxes_of(inventory)
    for sandbox in found:
        ownership.check(sandbox)
        remove.check(sandbox, blockers.read(inventory, sandbox))
    disk = take_down(host, inventory)
    if not found:
        return requirements.check(host, Plan("clear", "the practice disk", disk))
    removal = remove.removal(host, inventory, found)
    left = ", ".join(sandbox.name for sandbox in found)
    notes = (f"What you left on the practice disk is removed with it: {left}.",)
    plan = Plan("clear", "the practice disk", (*removal.steps, *disk), notes, commit=removal.commit)
    return requirements.check(host, plan)


def take_down(host: Host, inventory: Inventory) -> tuple[Step, ...]:
    """Steps that remove the disk itself, whole or in pieces."""
    if host.kind(paths.PRACTICE) is None:
        return ()
    disks = [entry for entry in inventory.loops if _is_disk(entry)]
    mounted = mounts.below(mounts.read(host), paths.PRACTICE)
    return (
        *(Step("Detach the practice disk", command("losetup", "--detach", entry.path)) for entry in disks),
        *(Step("Throw it away", command("umount", entry.mountpoint)) for entry in reversed(mounted)),
        *kept.away(paths.PRACTICE, "demo"),
        Step(
            "Remove the place for all sandboxes",
            command("rmdir", "--ignore-fail-on-non-empty", paths.RUN_DIR),
        ),
    )


def disk(inventory: Inventory) -> Loop | None:
    """The practice disk's device, None when there is none."""
    return next((entry for entry in inventory.loops if _is_disk(entry)), None)


def sandboxes_of(inventory: Inventory) -> tuple[Sandbox, ...]:
    """The sandboxes of the practice disk."""
    loop = disk(inventory)
    if loop is None:
        return ()
    return tuple(
        sandbox
        for sandbox in inventory.sandboxes
        if sandbox.origin == loop.kname or (sandbox.record and sandbox.record.origin == loop.path)
    )


def is_abandoned(host: Host) -> bool:
    """Whether there is a practice disk whose demo has ended without clearing it."""
    if host.kind(paths.PRACTICE) is None:
        return False
    owner = lenient.text(host, _OWNER).strip("\n")
    return not owner or _identity(host, owner.split(" ", 1)[0]) != owner


def _is_disk(entry: Loop) -> bool:
    return loops.plain(entry.file) == paths.PRACTICE_DISK


def _place() -> tuple[Step, ...]:
    size = SIZE + SIZE // 2
    options = f"size={size},mode=0700"
    mount = command("mount", "-t", "tmpfs", "-o", options, "sandbox-tui", paths.PRACTICE)
    shared, own = frame.directory(paths.PRACTICE.rsplit("/", 1)[1])
    return (
        shared,
        own,
        Step("Reserve memory for it", mount, command("umount", paths.PRACTICE)),
    )


def _write_files() -> tuple[Step, ...]:
    directories = sorted({f"{_FILES}/{name}".rsplit("/", 1)[0] for name in practice_files.TEXTS})
    make = command("mkdir", "--parents", *directories)
    clear = command("rm", "--force", "--recursive", _FILES)
    return (
        Step("Make a place for its files", make, clear, partial=True),
        *(_write(f"{_FILES}/{name}", text, f"Write {name}") for name, text in practice_files.TEXTS.items()),
    )


def _write(file: str, text: str, title: str) -> Step:
    return Step(title, frame.write(file, text), frame.delete(file), partial=True)


def _mkfs() -> Command:
    words = ("-q", "-L", "practice", "-E", "root_owner=0:0", "-d", _FILES, paths.PRACTICE_DISK)
    return command("mkfs.ext4", *words, f"{SIZE // 1024}k")


def _identity(host: Host, pid: str) -> str:
    """A process by number and start time, so that a number used again is not taken for it."""
    text = lenient.text(host, f"/proc/{pid}/stat")
    told = process.stat(text)
    return f"{text.partition(' ')[0]} {told.start}" if told else ""
