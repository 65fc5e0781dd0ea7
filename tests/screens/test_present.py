"""The home screen shows what the command line says of the same machine at the same moment."""

import io
import json
import random
from contextlib import redirect_stdout, suppress
from typing import Any

import pytest

from tests import soak
from tests.screens.theatre import MIB, Stage, play
from tests.unit.practice_verbs import clear, discard, enlarge, make, without_mapper, without_mounts
from tui.__main__ import main
from tui.backend import inventory, paths, sizes
from tui.backend.errors import SandboxError
from tui.backend.inventory import sandboxes
from tui.backend.practice import PracticeHost, demo_world, events, tree
from tui.backend.practice.nodes import Content
from tui.backend.sandboxes import mounts
from tui.backend.sandboxes.perform import perform
from tui.widgets.cards import CardRows
from tui.widgets.devices import DeviceRows

NAMES = ("one", "two", "three")


def _say(host: PracticeHost, *argv: str) -> Any:
    with redirect_stdout(io.StringIO()) as out:
        assert main(argv, host) == 0
    return json.loads(out.getvalue())


class Other:
    """Another terminal, in which anything may happen next."""

    def __init__(self, host: PracticeHost, seed: int) -> None:
        self.host, self.random = host, random.Random(seed)

    def act(self) -> None:
        acts = [self._make, self._fill, self._fill, self._fill, self._grow, self._discard, self._unmount]
        acts += [
            self._mount,
            self._interrupt,
            self._break,
            self._label,
            self._damage,
            self._suspend,
            self._plug,
        ]
        with suppress(SandboxError, LookupError):  # not everything is possible at any time
            self.random.choice(acts)()

    def _name(self) -> str:
        return self.random.choice(NAMES)

    def _make(self) -> None:
        origin = self.random.choice(["/dev/sdb1", "/home/user/images/debian-12.img", "/home/user"])
        make(self.host, name=self._name(), origin=origin, size="64M", no_mount=False)

    def _fill(self) -> None:
        events.write(self.host.world, self._name(), self.random.choice([1, 4096, 300_000, 8 * MIB, 20 * MIB]))

    def _grow(self) -> None:
        enlarge(self.host, "+32M", self._name())

    def _discard(self) -> None:
        discard(self.host, self._name())

    def _unmount(self) -> None:
        name = self._name()
        perform(self.host, lambda found: mounts.prepare_unmount(self.host, found, name))

    def _mount(self) -> None:
        name = self._name()
        perform(self.host, lambda found: mounts.prepare_mount(self.host, found, name, None))

    def _interrupt(self) -> None:
        found = [sandbox.name for sandbox in sandboxes.read(self.host)]
        if self.random.random() < 0.5 and found:
            tree.write(self.host.world, paths.of(found[0], f"{paths.BUSY}grow"), "")
        else:
            clear(self.host)

    def _break(self) -> None:
        events.write(self.host.world, self._name(), 1 << 30)

    def _label(self) -> None:
        block = self.host.world.blocks.get("sdb1")
        if block is not None:
            block.content = Content("ext4", label=self.random.choice(["data", "backup", "x" * 16]))
            self.host.world.number("event")  # udev watches who has written

    def _damage(self) -> None:
        """A record written again in its place, to be another origin's."""
        name = self._name()
        text = self.host.read(paths.of(name, paths.RECORD)) if name in self._names() else ""
        if text:
            tree.write(self.host.world, paths.of(name, paths.RECORD), text.replace("sdb1", "sda1"))

    def _names(self) -> set[str]:
        return {one.name for one in sandboxes.read(self.host) if one.record is not None}

    def _suspend(self) -> None:
        self.host.run(["dmsetup", self.random.choice(["suspend", "resume"]), self._name()])

    def _plug(self) -> None:
        if "sdb" in self.host.world.blocks and not self._names():
            self.disks = events.unplug(self.host.world, "sdb")
        elif "sdb" not in self.host.world.blocks:
            events.plug(self.host.world, self.disks)


def _compare(stage: Stage) -> None:
    host, reading = stage.host, stage.app.reading
    assert reading is not None
    now = inventory.read(host)
    for part in ("devices", "sandboxes", "memory", "loops", "root"):
        assert getattr(reading.inventory, part) == getattr(now, part), part
    cards = {card.name: card for card in stage.app.screen.query_one(CardRows).items}
    said = _say(host, "list", "--json")["sandboxes"]
    assert list(cards) == [one["name"] for one in said]
    text = stage.text()
    for one in said:
        gauge = cards[one["name"]].gauge
        assert (gauge.state.value, gauge.fill) == (one["state"], one["fill"])
        assert (gauge.used, gauge.total) == (one["used"], one["size"])
        line = next(line for line in text.splitlines() if line.startswith(f"│ {one['name']} "))
        if one["fill"] is not None:
            assert f"{int(one['fill'] * 100)}%" in line or f"{one['fill']:.0%}" in line, (line, one)
            assert gauge.amount in line
    leaves = [leaf.device for leaf in stage.app.screen.query_one(DeviceRows).items]
    told = {one["kname"]: one for one in _say(host, "devices", "--json")["devices"]}
    assert {device.kname for device in leaves} == set(told)
    for device in leaves:
        one = told[device.kname]
        problem = one["verdict"]["problem"]
        shown = problem["cause"] if problem else one["verdict"]["note"]
        assert (device.verdict.ready, device.verdict.reason) == (problem is None, shown)
        assert (device.size, device.fstype, device.label) == (one["size"], one["fstype"], one["label"])
        assert sizes.show(device.size) in text


@pytest.mark.parametrize("machine", [demo_world, without_mapper])
@pytest.mark.parametrize("seed", soak.seeds(2, 20, "others"))
async def test_home_follows_whatever_others_do(seed: int, machine: Any) -> None:
    host = PracticeHost(machine())
    other = Other(host, seed)
    async with play(host, size=(120, 60)) as stage:
        for step in range(40):
            for _ in range(other.random.randrange(3)):
                other.act()
            if step % 7 == 3:
                await stage.press(other.random.choice(["tab", "up", "down", "end", "home"]))
            await stage.tick()
            _compare(stage)


async def test_another_sandbox_of_the_same_name_begins_its_own_history() -> None:
    host = PracticeHost(demo_world())
    async with play(host) as stage:
        make(host, name="one")
        await stage.tick()
        events.write(host.world, "one", 100 * MIB)
        await stage.tick()
        discard(host, "one")
        make(host, name="one", created=99.0)
        await stage.tick()
        assert stage.app.reading is not None
        assert len(stage.app.reading.history("one").readings) == 1
        assert "MiB/s" not in stage.text()


async def test_a_program_that_is_there_again_is_noticed_at_once() -> None:
    host = PracticeHost(demo_world())
    host.absent.add("lsblk")
    async with play(host) as stage:
        assert stage.says("lsblk is missing")
        host.absent.clear()
        await stage.tick()
        assert not stage.says("lsblk is missing")
        assert stage.says("sdb1")


async def test_whose_layers_are_gone_is_not_called_interrupted() -> None:
    host = PracticeHost()
    make(host, name="trial", engine="overlay")
    without_mounts(host)
    async with play(host) as stage:
        assert stage.says("only remains are left")
        assert stage.says("Only remains are left of trial. Press r to clear them.")
        assert not stage.says("interrupt")
