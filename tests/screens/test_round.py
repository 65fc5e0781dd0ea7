"""The whole round by keys, and what can go wrong on the way."""

import pytest

from tests.screens.scenes import interrupted
from tests.screens.theatre import MIB, MOUNT, NAME, play
from tests.unit.practice_verbs import begins, without_mapper
from tui.backend import inventory
from tui.backend.practice import PracticeHost, add_strange_disk, demo_world, events
from tui.backend.sandboxes import create
from tui.backend.sandboxes.perform import perform
from tui.backend.sandboxes.request import CreateRequest

pytestmark = pytest.mark.usefixtures("engine")

LAST = {"snapshot": ("dmsetup", "create"), "overlay": ("mount", "-t", "overlay")}
TAKEN = {"snapshot": "already sandboxed", "overlay": "sandbox elsewhere"}
UNMOUNTED = {"snapshot": "not mounted: /dev/mapper", "overlay": "not mounted"}


async def test_whole_round_leaves_the_machine_as_it_was() -> None:
    host = PracticeHost()
    before = host.snapshot()
    async with play(host) as stage:
        await stage.make("256M")
        assert NAME in stage.text()
        await stage.write(100)
        assert stage.says("39%")
        await stage.press("g", "enter", "enter")
        assert stage.says("more room")
        await stage.press("enter")
        assert stage.says("of 384")
        await stage.press("x", "enter", "enter")
        assert stage.says("/dev/sdb1 is untouched: nothing was written to it.")
        assert stage.says("of RAM came back")
        await stage.press("enter")
        assert stage.where == "HomeScreen"
        assert stage.says("None yet")
    assert host.snapshot() == before
    assert not host.unknown


async def test_review_is_the_plans_script() -> None:
    async with play(size=(320, 240)) as stage:
        await stage.press("n", "down", "enter", "enter", "enter")
        shown = stage.text()
        request = CreateRequest("/dev/sdb1", name=NAME)
        script = create.prepare(stage.host, inventory.read(stage.host), request).plan.script()
    for line in script.splitlines():
        assert line in shown


async def test_a_device_that_vanishes_between_pages() -> None:
    async with play() as stage:
        await stage.press("n", "down")
        events.unplug(stage.host.world, "sdb")
        await stage.press("enter")
        assert stage.says("does not exist") or stage.says("gone away")
        assert stage.where == "WizardScreen"


async def test_a_device_that_vanishes_before_the_last_page() -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter")
        events.unplug(stage.host.world, "sdb")
        await stage.press("enter")
        assert stage.where == "WizardScreen"
        assert stage.says("does not exist") or stage.says("gone away")


async def test_a_device_that_vanishes_while_the_plan_is_read() -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter", "enter")
        events.unplug(stage.host.world, "sdb")
        before = stage.host.snapshot()
        await stage.press("enter")
        assert stage.says("does not exist") or stage.says("gone away")
        assert stage.host.snapshot() == before


async def test_a_plan_that_is_another_one_now_is_shown_again() -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter", "enter")
        disks = events.unplug(stage.host.world, "sdb")
        events.plug(stage.host.world, disks)
        await stage.press("enter")
        assert stage.says("The machine has changed since you read the plan")
        await stage.press("enter")
        assert stage.says("ready:")


async def test_a_failed_step_undoes_the_others(engine: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    async with play(host) as stage:
        await stage.press("n", "down", "enter", "enter", "enter")
        host.fail_when(lambda argv: begins(argv, LAST[engine]), "No space left on device")
        await stage.press("enter")
        assert stage.says("No space left on device")
        assert stage.says("Everything done before it was undone.")
        await stage.press("enter", "escape", "escape", "escape")
        assert stage.where == "HomeScreen"
    assert host.snapshot() == before


@pytest.mark.parametrize("name", ["../x", "a b", "-rf", "", "x" * 200, "control"])
async def test_bad_names_are_refused_on_the_page(name: str) -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter", "ctrl+u")
        field = stage.app.screen.query_one("#name")
        field.value = name  # type: ignore[attr-defined]
        await stage.press("enter")
        assert stage.where == "WizardScreen"
        assert stage.says("Use 1 to 64 letters") or stage.says("cannot be")


@pytest.mark.parametrize("size", ["0", "-1", "1e99", "12XB", "512", "900G"])
async def test_bad_sizes_never_reach_the_machine(size: str) -> None:
    host = PracticeHost()
    before = host.snapshot()
    async with play(host) as stage:
        await stage.press("n", "down", "enter", "tab")
        stage.app.screen.query_one("#size").value = size  # type: ignore[attr-defined]
        await stage.press("enter", "enter")
        assert stage.where == "WizardScreen", size
    assert host.snapshot() == before


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("/nowhere", "does not exist"),
        ("/etc", "is a directory"),
        ("LABEL=nobody", "No device has"),
        ("/home/user/images/empty.img", "0 bytes"),
        ("/home/user/images/odd.img", "multiple of 512"),
        ("/dev/sda2", "mounted on /"),
    ],
)
async def test_bad_origins_say_why(origin: str, words: str) -> None:
    async with play() as stage:
        await stage.press("n", "tab")
        stage.app.screen.query_one("#origin").value = origin  # type: ignore[attr-defined]
        await stage.press("enter")
        assert stage.where == "WizardScreen"
        assert stage.says(words)


async def test_an_image_file_can_be_typed() -> None:
    async with play() as stage:
        await stage.press("n", "tab")
        await stage.type("/home/user/images/debian-12.img")
        await stage.press("enter", "enter", "enter", "enter")
        assert stage.says("ready:")
        await stage.press("enter", "x", "enter", "enter")
        assert stage.says("its hash is the same")


async def test_hostile_labels_are_shown_as_data() -> None:
    world = demo_world()
    add_strange_disk(world)
    async with play(PracticeHost(world), size=(120, 36)) as stage:
        shown = stage.text()
        assert "[red]bold" in shown
        assert "\x1b" not in shown
        assert "\u202e" not in shown


async def test_sandboxes_made_elsewhere_appear_and_go(engine: str) -> None:
    async with play() as stage:
        request = CreateRequest("/dev/sdb1", name="elsewhere")
        perform(stage.host, lambda found: create.prepare(stage.host, found, request).plan)
        await stage.tick()
        assert stage.says("elsewhere")
        assert stage.says(TAKEN[engine])


async def test_disks_come_and_go_by_themselves() -> None:
    async with play() as stage:
        disks = events.unplug(stage.host.world, "sdb")
        await stage.tick()
        assert not stage.says("sdb1")
        events.plug(stage.host.world, disks)
        await stage.tick()
        assert stage.says("sdb1")


async def test_who_is_in_the_way_is_read_live_and_ended_only_when_asked() -> None:
    async with play() as stage:
        await stage.make("256M")
        first = events.start(stage.host.world, "bash", "works in", MOUNT)
        second = events.start(stage.host.world, "vim", "has open", f"{MOUNT}/notes")
        await stage.press("x")
        assert stage.says("2 in the way")
        await stage.press("enter")
        assert stage.where == "RemoveScreen"
        events.end(stage.host.world, second)
        await stage.tick()
        assert stage.says("1 in the way")
        await stage.press("e", "n")
        assert first in stage.host.world.processes
        await stage.press("e", "y")
        assert first not in stage.host.world.processes
        await stage.tick()
        assert stage.says("Nothing is in the way")


async def test_a_shell_that_ignores_sigterm_is_said_to_be_there_and_stronger_signals_are_offered() -> None:
    async with play() as stage:
        await stage.make("256M")
        pid = events.start(stage.host.world, "bash", "works in", MOUNT)
        stage.host.world.processes[pid].ignores = ("TERM", "HUP")
        await stage.press("x", "e")
        assert stage.says("SIGTERM")
        await stage.press("y")
        assert stage.says(f"Process {pid} (bash) is still there after SIGTERM. e: end it with SIGHUP.")
        await stage.tick()
        assert stage.says("is still there after SIGTERM")
        await stage.press("e")
        assert stage.says("SIGHUP")
        await stage.press("y")
        assert stage.says("is still there after SIGHUP. e: end it with SIGKILL.")
        await stage.press("e", "n")
        assert pid in stage.host.world.processes
        await stage.press("e", "y")
        assert pid not in stage.host.world.processes
        await stage.tick()
        assert stage.says("Nothing is in the way")
        assert not stage.says("still there")


async def test_what_another_program_is_just_making_is_not_called_interrupted() -> None:
    host = interrupted()
    host.locks.changed = {"trial"}
    async with play(host) as stage:
        assert stage.says("create is running")
        assert not stage.says("interrupted")
        assert not stage.says("Press r to clear it")
        stage.host.locks.changed.clear()
        await stage.tick(whole=True)
        assert stage.says("create was interrupted")
        assert stage.says("Press r to clear it")


async def test_only_the_process_that_was_seen_is_ended() -> None:
    async with play() as stage:
        await stage.make("256M")
        pid = events.start(stage.host.world, "bash", "works in", MOUNT)
        await stage.press("x", "e")
        stage.host.world.processes[pid].program = "innocent"
        await stage.press("y")
        assert pid in stage.host.world.processes


@pytest.mark.once
async def test_full_says_so_and_growing_repairs_it() -> None:
    async with play() as stage:
        await stage.make("64M")
        await stage.write(40, 2)
        assert stage.says("FULL")
        await stage.press("g", "enter")
        assert stage.says("is lost then")
        await stage.press("enter")
        assert stage.says("all that had been saved in it is there")
        await stage.press("enter")
        assert not stage.says("FULL")
        await stage.press("x", "enter", "enter")
        assert stage.says("is untouched")


@pytest.mark.once
async def test_a_full_overlay_has_room_again_once_it_grows() -> None:
    async with play(PracticeHost(without_mapper())) as stage:
        await stage.make("64M")
        await stage.write(40, 2)
        assert stage.says("FULL")
        await stage.press("g", "enter", "enter")
        assert stage.says("more room")
        await stage.press("enter")
        assert not stage.says("FULL")
        await stage.press("x", "enter", "enter")
        assert stage.says("is untouched")


async def test_recover_is_offered_and_clears() -> None:
    async with play(interrupted()) as stage:
        assert stage.says("Press r to clear it")
        await stage.press("r", "enter")
        assert stage.says("Nothing is left behind.")
        await stage.press("enter")
        assert not stage.says("trial")


async def test_unmount_and_mount(engine: str) -> None:
    async with play() as stage:
        await stage.make("256M")
        await stage.press("m", "enter", "enter")
        assert stage.says(UNMOUNTED[engine])
        await stage.press("m", "enter", "enter")
        assert MOUNT in stage.text()


async def test_no_shell_in_practice_mode() -> None:
    async with play() as stage:
        await stage.make("256M")
        await stage.press("s")
        assert stage.says("no shell in practice mode")


async def test_without_root_there_are_three_ways() -> None:
    host = PracticeHost()
    host.world.root = False
    async with play(host) as stage:
        assert stage.where == "StartScreen"
        await stage.press("down", "enter")
        assert stage.says("LOOKING ONLY") or stage.says("PRACTICE")
        await stage.press("n")
        assert stage.says("needs root")


async def test_a_missing_program_is_named() -> None:
    host = PracticeHost()
    host.absent.add("lsblk")
    async with play(host) as stage:
        assert stage.says("lsblk is missing")


async def test_demo_opens_the_wizard_on_its_disk() -> None:
    async with play(origin="/dev/sdb1", notice="A practice disk.") as stage:
        assert stage.where == "WizardScreen"
        assert stage.says("/dev/sdb1 has")
        await stage.press("escape", "escape")
        assert stage.says("A practice disk.")


async def test_fill_is_shown_with_its_rate_and_forecast() -> None:
    async with play() as stage:
        await stage.make("1G")
        await stage.write(10, 12)
        assert stage.says("+10.0 MiB/s")
        assert stage.says("full in")
        assert stage.host.world.available < stage.host.world.ram - 100 * MIB


async def test_another_program_that_changes_the_machine_is_named() -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter", "enter")
        stage.host.locks.holder = "process 9, to create trial"
        await stage.press("enter")
        assert stage.says("Another sandbox-tui is changing this machine (process 9, to create trial).")


async def test_enter_pressed_twice_asks_once() -> None:
    async with play() as stage:
        await stage.press("n", "down", "enter", "enter")
        page = stage.app.screen.query_one("#options-page")
        page.submit()  # type: ignore[attr-defined]
        page.submit()  # type: ignore[attr-defined]
        await stage.settle()
        await stage.press("escape")
        assert stage.where == "WizardScreen"


async def test_a_fault_of_ours_is_a_sentence() -> None:
    async with play() as stage:
        await stage.make("256M")
        stage.host.uses = None  # type: ignore[assignment,method-assign]
        await stage.press("x")
        assert stage.says("sandbox-tui itself has failed")
        await stage.tick()
        assert stage.where == "RemoveScreen"
        await stage.press("escape")
        assert stage.where == "HomeScreen"
