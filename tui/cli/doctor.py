"""`doctor`: can this machine do it, and what is missing?"""

import argparse
from dataclasses import asdict

from tui.backend import doctor, sizes
from tui.backend.doctor import Diagnosis, Engine, Module, Program
from tui.backend.errors import ExitCode
from tui.backend.host import Host
from tui.cli import output


def run(options: argparse.Namespace, host: Host) -> int:
    """Print the diagnosis; REFUSED when sandboxes cannot be made here."""
    found = doctor.read(host)
    if options.json:
        output.print_json({**asdict(found), "usable": found.usable})
    else:
        output.print_facts(_facts(found))
    return ExitCode.DONE if found.usable else ExitCode.REFUSED


def _facts(found: Diagnosis) -> list[tuple[str, str]]:
    memory = f"{sizes.show(found.available)} available, {sizes.show(found.promised)} promised to sandboxes"
    leftovers = ", ".join(found.leftovers)
    return [
        ("kernel", found.kernel or "unknown"),
        *(("engines", _engine(entry)) for entry in found.engines),
        *(("modules", _module(entry)) for entry in found.modules),
        *(("programs", _program(entry)) for entry in found.programs),
        ("udev", "running" if found.udev else "not running, and not needed"),
        ("memory", f"{memory}, {sizes.show(found.free)} free for new ones"),
        ("leftovers", f"{leftovers}: `sandbox-tui recover` clears them" if leftovers else "none"),
        *(("problem", sentence) for sentence in found.problems),
        ("verdict", _verdict(found)),
    ]


def _engine(entry: Engine) -> str:
    return f"{entry.name:12} {f'no: {entry.lacks}. {entry.remedy}' if entry.lacks else 'works'}"


def _module(entry: Module) -> str:
    state = (
        "loaded" if entry.loaded else {True: "loadable", False: "missing", None: "unknown"}[entry.loadable]
    )
    return f"{entry.name:12} {state} ({entry.purpose})"


def _program(entry: Program) -> str:
    use = f" (for {entry.purpose})" if entry.purpose else ""
    state = entry.version or "found" if entry.found else f"missing{use}: apt-get install {entry.package}"
    return f"{entry.name:18} {state}"


def _verdict(found: Diagnosis) -> str:
    if not found.usable:
        return "Sandboxes cannot be made here. To practise all the same: sandbox-tui demo --simulated"
    return "Sandboxes can be made here." if found.root else "Sandboxes can be made here, by root: use sudo."
