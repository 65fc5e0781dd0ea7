"""`show`: all about one sandbox."""

import argparse

from tui.backend import gauge, inventory, paths, sizes
from tui.backend.engines import OVERLAY
from tui.backend.host import Host
from tui.backend.inventory import blockers
from tui.backend.inventory.sandboxes import Sandbox
from tui.backend.present import numbers
from tui.cli import narration, output
from tui.cli.json_keys import blocker_json, sandbox_json


def run(options: argparse.Namespace, host: Host) -> int:
    """Show one sandbox."""
    sandbox = inventory.read(host).sandbox(options.name)
    found = blockers.read(host, sandbox)
    if options.json:
        output.print_json({**sandbox_json(sandbox), "blockers": [blocker_json(entry) for entry in found]})
        return 0
    facts = [*_identity(sandbox), *_store(sandbox), *_place(sandbox), *_age(sandbox, host.now())]
    facts += [("used by", f"{entry.what}: {entry.how}") for entry in found]
    output.print_facts(facts)
    if not host.is_root():
        narration.say("Only root sees all processes that use it.")
    return 0


def _identity(sandbox: Sandbox) -> list[tuple[str, str]]:
    known = sandbox_json(sandbox)
    holds = f", {known['fstype']}" if known["fstype"] else ""
    return [
        ("name", sandbox.name),
        ("engine", sandbox.engine),
        ("device", sandbox.device if sandbox.map and sandbox.device else "none"),
        ("origin", f"{known['origin'] or 'unknown'} ({sizes.show(known['origin_size'])}{holds})"),
    ]


def _store(sandbox: Sandbox) -> list[tuple[str, str]]:
    facts = [("state", numbers.state(sandbox))]
    if sandbox.interrupted and not sandbox.whole:
        return [*facts, ("", "`sandbox-tui recover` clears it")]
    reading = gauge.read(sandbox)
    facts += [("", line) for line in reading.advice.split("\n") if line]
    facts.append(("fill", f"{numbers.percent(reading.fill)}: {reading.amount}"))
    if reading.files:
        facts.append(("files", "{:,} of {:,}".format(*reading.files)))
    if sandbox.engine == OVERLAY:
        facts.append(("changes", f"file by file in {paths.of(sandbox.name, paths.UPPER)}"))
    elif sandbox.record:
        kept = f"{sandbox.record.store} on /dev/{sandbox.cow or '?'}, {sandbox.record.policy}"
        facts.append(("changes", f"{kept}, chunks of {sizes.show(sandbox.record.chunk)}"))
    return facts


def _place(sandbox: Sandbox) -> list[tuple[str, str]]:
    if sandbox.foreign is not None:
        return [("held by", f"{sandbox.foreign.words}")]
    return [("mounted on", mount.mountpoint) for mount in sandbox.mounts] or [("mounted on", "nothing")]


def _age(sandbox: Sandbox, now: float) -> list[tuple[str, str]]:
    if sandbox.record is None:
        return []
    return [("made", numbers.age(now, sandbox.record.created))]
