"""The documented keys of every `--json`. They are stable: keys may be added, none will change.

Sizes are in bytes, times in seconds since 1970, fills from 0 to 1; what is not known is null.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tui.backend import gauge, paths

if TYPE_CHECKING:  # `list --json` does not wait for these
    from tui.backend.inventory.blockers import Blocker
    from tui.backend.inventory.devices import Device
    from tui.backend.inventory.sandboxes import Sandbox
    from tui.backend.plan import Plan
    from tui.backend.sandboxes.proof import Proof
    from tui.backend.verbs.create import Created

Json = dict[str, Any]


def device_json(device: Device) -> Json:
    """`devices`: path, name, size, sector (logical block), type, fstype, label, uuid, model,
    serial, transport, read_only, removable, parents, children, holders (kernel names),
    mounts, file (of a loop device), ready (can be an origin), reason (why not).
    """
    return {
        "path": device.path,
        "name": device.kname,
        "size": device.size,
        "sector": device.sector,
        "type": device.type,
        "fstype": device.fstype,
        "label": device.label,
        "uuid": device.uuid,
        "model": device.model,
        "serial": device.serial,
        "transport": device.transport,
        "read_only": device.read_only,
        "removable": device.removable,
        "parents": list(device.parents),
        "children": list(device.children),
        "holders": list(device.holders),
        "mounts": list(device.mounts),
        "file": device.file,
        "ready": device.verdict.ready,
        "reason": device.verdict.reason,
    }


def sandbox_json(sandbox: Sandbox) -> Json:
    """`list`: name, engine (`snapshot` or `overlay`), device (null: an overlay has none), origin,
    origin_size, image (the origin is a file), tree (it is a directory), store, policy
    (`PO` or `N`), chunk, size and used (of the store), files and files_used (of an overlay's
    store), fill (of bytes or files, whichever is more), state (the gauge's word), mounts,
    fstype, created, busy (the verb that is running or was interrupted), interrupted, running (it is being
    changed just now), foreign (who holds it in another mount namespace; null: it is ours), status (the
    kernel's own words).
    """
    reading = gauge.read(sandbox)
    record = sandbox.record
    return {
        "name": sandbox.name,
        "engine": sandbox.engine,
        "device": sandbox.device,
        "origin": record.origin if record else f"/dev/{sandbox.origin}" if sandbox.origin else None,
        "origin_size": sandbox.map.size if sandbox.map else record.origin_size if record else None,
        "image": record.image if record else None,
        "tree": record.tree if record else None,
        "store": record.store if record else None,
        "policy": record.policy if record else None,
        "chunk": record.chunk if record else None,
        "size": reading.total,
        "used": reading.used,
        "files": reading.files[1] if reading.files else None,
        "files_used": reading.files[0] if reading.files else None,
        "fill": reading.fill,
        "state": reading.state.value,
        "mounts": [mount.mountpoint for mount in sandbox.mounts],
        "fstype": record.fstype if record else None,
        "created": record.created if record else None,
        "busy": sandbox.busy,
        "interrupted": sandbox.interrupted,
        "running": sandbox.running,
        "foreign": sandbox.foreign.words if sandbox.foreign else None,
        "status": sandbox.status.raw,
    }


def blocker_json(blocker: Blocker) -> Json:
    """`show`: the keys of `list`, and blockers, each with what, how, pid, program, user."""
    return {
        "what": blocker.what,
        "how": blocker.how,
        "pid": blocker.pid,
        "program": blocker.program,
        "user": blocker.user,
    }


def created_json(created: Created) -> Json:
    """`create`: name, device (null: an overlay has none), mount (null: not mounted), directory (of
    the sandbox's own files) and what else was settled: origin, origin_size, origin_id, image,
    tree, engine, store, policy, chunk, size, fstype, mount_options, mount_made, hashed,
    brd_loaded, locked (the kernel name of the origin's device where that was made
    read-only), namespace (of mounts, where it was made), created, version.
    """
    record = created.record
    return {**asdict(record), "device": created.device, "directory": paths.of(record.name)}


def plan_json(plan: Plan) -> Json:
    """Any verb with `--dry-run --json`: verb, name, notes, steps (each with title, command and
    undo as lines of shell, undo null where there is nothing to take back), script.
    """
    return {
        "verb": plan.verb,
        "name": plan.name,
        "notes": list(plan.notes),
        "steps": [
            {"title": step.title, "command": step.shell(), "undo": step.undo.shell() if step.undo else None}
            for step in plan.steps
        ],
        "script": plan.script(),
    }


def proof_json(name: str, proof: Proof) -> Json:
    """`remove`: name, origin, counters_same (of an image: the time of its last change), disk_same (of a
    partition: what was written by its disk's own node) and hash_same (each null: not known), hashed (whether
    a hash was asked for), changed (paths of a directory that are not as they were; null: not known, or no
    directory), more (there are others), sentence.
    """
    return {
        "name": name,
        "origin": proof.origin,
        "counters_same": proof.counters_same,
        "disk_same": proof.disk_same,
        "hash_same": proof.hash_same,
        "hashed": proof.hashed,
        "changed": None if proof.changed is None else list(proof.changed),
        "more": proof.more,
        "sentence": proof.sentence,
    }
