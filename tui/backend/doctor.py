"""Can this machine make sandboxes, what is missing, and how to get it? Changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from tui.backend import lenient, packages, stores
from tui.backend.errors import CommandFailed
from tui.backend.host import Host
from tui.backend.inventory import abilities, sandboxes
from tui.backend.inventory.abilities import Abilities
from tui.backend.inventory.engines import ENGINES
from tui.backend.inventory.sandbox import Sandbox
from tui.backend.kernel import versions
from tui.backend.livecd import iso, qemu
from tui.backend.packages import Need, Use
from tui.backend.problem import Problem
from tui.backend.sandboxes import memory
from tui.backend.sandboxes.reserve import LEAST

_NEEDED = ("loop",)
"""Kernel modules without which next to nothing works: only directories have no need of them."""
_ASKED = (Use.ALWAYS, Use.SANDBOX, Use.HOST, Use.LIVECD)
_ASK = {"dmsetup": "version", "mkfs.ext4": None, "dumpe2fs": None}
"""How to ask for a version where it is not `--version`; None: it cannot be asked without harm
or on its standard output. dmsetup answers only when the kernel does.
"""


@dataclass(frozen=True, slots=True)
class Module:
    """A part of the kernel: `loaded`, or `loadable` (None: modprobe cannot tell)."""

    name: str
    purpose: str
    needed: bool
    loaded: bool
    loadable: bool | None

    @property
    def there(self) -> bool:
        """Whether it is or can be loaded."""
        return self.loaded or bool(self.loadable)


@dataclass(frozen=True, slots=True)
class Program:
    """A program: `found` on the path, its `version` (empty: not told), its Debian `package`."""

    name: str
    purpose: str
    needed: bool
    found: bool
    version: str
    package: str


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine, or a store: why it does not work here, and what would help; both empty where it works."""

    name: str
    lacks: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All readings. `engines` are the ways to make a sandbox, `stores` where its changes can be; one of each
    is enough. `available`,
    `promised` and `free` (for new sandboxes) are bytes of RAM; `leftovers` are sandboxes that an
    interruption left in pieces; `problems` say what keeps sandboxes from being made, each with
    the way out; `usable`: root can make sandboxes here.
    """

    kernel: str
    root: bool
    udev: bool
    engines: tuple[Engine, ...]
    stores: tuple[Engine, ...]
    modules: tuple[Module, ...]
    programs: tuple[Program, ...]
    available: int
    promised: int
    free: int
    leftovers: tuple[str, ...]
    problems: tuple[str, ...]
    usable: bool


def read(host: Host) -> Diagnosis:
    """Look at everything."""
    ram, found = host.memory(), _sandboxes(host)
    wanted: dict[str, str] = {}
    for some in (*(e.modules for e in ENGINES.values()), *(s.modules for s in stores.STORES.values())):
        wanted |= some
    modules = tuple(_module(host, *entry) for entry in wanted.items())
    programs = tuple(_program(host, need) for need in packages.programs(*_ASKED))
    programs += (*_loaders(host), _uefi(host))
    able = abilities.read(host)
    free, engines = memory.free(ram, found), _engines(host, able)
    problems = (*_problems(modules, programs), *_no_engine(engines), *_short(free))
    return Diagnosis(
        kernel=lenient.text(host, "/proc/sys/kernel/osrelease"),
        root=host.is_root(),
        udev=able.udev,
        engines=engines,
        stores=_told(stores.lacks(host)),
        modules=modules,
        programs=programs,
        available=ram.available,
        promised=memory.promised(found),
        free=free,
        leftovers=tuple(sandbox.name for sandbox in found if sandbox.interrupted),
        problems=problems,
        usable=not problems,
    )


def _sandboxes(host: Host) -> tuple[Sandbox, ...]:
    try:
        return sandboxes.read(host)
    except OSError:
        return ()  # no /sys: a sign of a strange container, and no reason to stop looking


def _module(host: Host, name: str, purpose: str) -> Module:
    loaded = abilities.loaded(host, name)
    return Module(name, purpose, name in _NEEDED, loaded, True if loaded else abilities.loadable(host, name))


def _program(host: Host, need: Need) -> Program:
    """Those for Live CDs are not asked for their version: few build any, and all wait for the doctor."""
    found = host.has_program(need.name)
    version = _version(host, need.name) if found and need.use is not Use.LIVECD else ""
    return Program(need.name, need.purpose, need.use is Use.ALWAYS, found, version, need.package)


def _loaders(host: Host) -> tuple[Program, ...]:
    """The files of boot loaders: no programs of this machine."""
    return tuple(_file(part.name, part.file, found=bool(part.path)) for part in iso.parts(host))


def _uefi(host: Host) -> Program:
    """No program, but as easily missing."""
    return _file("OVMF", qemu.OVMF, found=qemu.ovmf(host) is not None)


def _file(name: str, file: str, *, found: bool) -> Program:
    need = packages.need(file)
    return Program(name, need.purpose, needed=False, found=found, version="", package=need.package)


def _version(host: Host, name: str) -> str:
    """What the program says of itself; empty where it says nothing on its standard output."""
    question = _ASK.get(name, "--version")
    if question is None:
        return ""
    try:
        said = host.run([name, question], timeout=10)
    except CommandFailed:
        return ""
    return versions.first(said)


def _problems(modules: tuple[Module, ...], programs: tuple[Program, ...]) -> tuple[str, ...]:
    absent = [
        f"The kernel has no {entry.name} ({entry.purpose}): boot one that has, on a machine of your own."
        for entry in modules
        if entry.needed and not entry.there
    ]
    missing = [
        f"The program {entry.name} is missing: {packages.install(entry.name)}."
        for entry in programs
        if entry.needed and not entry.found
    ]
    return (*absent, *missing)


def _engines(host: Host, able: Abilities) -> tuple[Engine, ...]:
    return _told(abilities.lacks(host, able).engines)


def _told(lacking: Mapping[str, Problem | None]) -> tuple[Engine, ...]:
    return tuple(
        Engine(name, problem.cause, problem.remedy) if problem else Engine(name, "", "")
        for name, problem in lacking.items()
    )


def _no_engine(engines: tuple[Engine, ...]) -> tuple[str, ...]:
    """Nothing can be made only where no engine works."""
    if any(not engine.lacks for engine in engines):
        return ()
    return tuple(f"Engine {engine.name} does not work: {engine.lacks}. {engine.remedy}" for engine in engines)


def _short(free: int) -> tuple[str, ...]:
    if free >= LEAST:
        return ()
    return ("There is not enough free RAM for a sandbox: end a program or remove a sandbox.",)
