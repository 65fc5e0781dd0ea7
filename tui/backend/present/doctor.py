"""`doctor` for people. Pure."""

from tui.backend import sizes
from tui.backend.doctor import Diagnosis, Engine, Module, Program
from tui.backend.present.table import Facts


def shown(reading: Diagnosis) -> Facts:
    """What works, what is missing, and the verdict."""
    promised = f"{sizes.show(reading.promised)} promised to sandboxes"
    available, free = sizes.show(reading.available), sizes.show(reading.free)
    memory = f"{available} available, {promised}, {free} free for new ones"
    leftovers = ", ".join(reading.leftovers)
    return Facts((
        ("kernel", reading.kernel or "unknown"),
        *(("engines", _engine(entry)) for entry in reading.engines),
        *(("stores", _engine(entry)) for entry in reading.stores),
        *(("modules", _module(entry)) for entry in reading.modules),
        *(("programs", _program(entry)) for entry in reading.programs),
        ("udev", "running" if reading.udev else "not running, and not needed"),
        ("memory", memory),
        ("leftovers", f"{leftovers}: `sandbox-tui recover` clears them" if leftovers else "none"),
        *(("problem", sentence) for sentence in reading.problems),
        ("verdict", _verdict(reading)),
    ))  # fmt: skip


def _engine(entry: Engine) -> str:
    return f"{entry.name:12} {f'no: {entry.lacks}. {entry.remedy}' if entry.lacks else 'works'}"


def _module(entry: Module) -> str:
    loadable = {True: "loadable", False: "missing", None: "unknown"}[entry.loadable]
    return f"{entry.name:12} {'loaded' if entry.loaded else loadable} ({entry.purpose})"


def _program(entry: Program) -> str:
    use = f" (for {entry.purpose})" if entry.purpose else ""
    state = entry.version or "found" if entry.found else f"missing{use}: apt-get install {entry.package}"
    return f"{entry.name:18} {state}"


def _verdict(found: Diagnosis) -> str:
    if not found.usable:
        return "Sandboxes cannot be made here. To practise all the same: sandbox-tui demo --simulated"
    return "Sandboxes can be made here." if found.root else "Sandboxes can be made here, by root: use sudo."
