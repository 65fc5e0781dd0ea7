"""Limits of memory by control groups: of both versions, nested, and as containers see them."""

from collections.abc import Callable

import pytest

from tui.backend import cgroups
from tui.backend.errors import Refused
from tui.backend.host import Memory
from tui.backend.sandboxes import memory

MIB = 1 << 20
ONE = "36 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory"
TWO = "25 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw"
CONTAINER = "25 31 0:38 /docker/x /sys/fs/cgroup ro,relatime - cgroup2 cgroup rw"


def machine(own: str, mountinfo: str, groups: dict[str, dict[str, int | str]]) -> Callable[[str], str]:
    """Files as the kernel shows them: those of groups by their directories, `stat` as lines."""
    files = {"/proc/self/cgroup": own, "/proc/self/mountinfo": f"{mountinfo}\n"}
    for group, values in groups.items():
        files |= {f"{group}/memory.{name}": f"{value}\n" for name, value in values.items()}

    def read(path: str) -> str:
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    return read


def two(limit: int | str, used: int, cached: int = 0, high: int | str = "max") -> dict[str, int | str]:
    stat = f"anon 1\nfile {cached * 3}\ninactive_file {cached}\nactive_file {cached}\nshmem 9"
    return {"max": limit, "high": high, "current": used, "stat": stat}


@pytest.mark.parametrize(
    ("groups", "found"),
    [
        ({"/a/b": two("max", 5), "/a": two("max", 9)}, None),
        ({"/a/b": two(100, 40), "/a": two("max", 50)}, ("/a/b", 100, 60)),
        ({"/a/b": two(100, 40), "/a": two(120, 110)}, ("/a", 120, 10)),
        ({"/a/b": two(100, 90, cached=20), "/a": two("max", 9)}, ("/a/b", 100, 50)),
        ({"/a/b": two(100, 40, cached=50), "/a": two("max", 9)}, ("/a/b", 100, 100)),
        ({"/a/b": two(100, 40, high=70), "/a": two("max", 9)}, ("/a/b", 70, 30)),
        ({"/a/b": two(100, 130), "/a": two("max", 9)}, ("/a/b", 100, 0)),
        ({"/a/b": {}, "/a": two(50, 0)}, ("/a", 50, 50)),
    ],
)
def test_version_two(groups: dict[str, dict[str, int | str]], found: tuple[str, int, int] | None) -> None:
    read = machine("0::/a/b\n", TWO, {f"/sys/fs/cgroup{group}": values for group, values in groups.items()})
    limit = cgroups.smallest(read)
    assert (limit and (limit.group.removeprefix("/sys/fs/cgroup"), limit.total, limit.available)) == found


def test_version_one_beside_an_empty_version_two() -> None:
    one: dict[str, int | str] = {
        "limit_in_bytes": 400,
        "usage_in_bytes": 300,
        "stat": "cache 9\ntotal_inactive_file 50\ntotal_active_file 7",
    }
    none: dict[str, int | str] = {"limit_in_bytes": 9223372036854771712, "usage_in_bytes": 10**9}
    own = "4:cpu,cpuacct:/x\n3:memory:/box/inner\n1:name=systemd:/memory\n0::/\n"
    mounted = f"{ONE}\n{TWO.replace('/sys/fs/cgroup ', '/sys/fs/cgroup/unified ')}"
    top = "/sys/fs/cgroup/memory"
    limit = cgroups.smallest(machine(own, mounted, {f"{top}/box": one, f"{top}/box/inner": none, top: none}))
    assert limit == cgroups.Limit(f"{top}/box", 400, 157)


def test_a_container_sees_a_part_of_the_hierarchy() -> None:
    read = machine(
        "0::/docker/x/app\n", CONTAINER, {"/sys/fs/cgroup": two(64, 4), "/sys/fs/cgroup/app": two("max", 4)}
    )
    assert cgroups.smallest(read) == cgroups.Limit("/sys/fs/cgroup", 64, 60)


@pytest.mark.parametrize("own", ["", "0::/\n", "0::/../../other\n", "garbage:\n"])
def test_where_nothing_is_known_there_is_no_limit(own: str) -> None:
    assert cgroups.smallest(machine(own, TWO, {})) is None


def test_no_such_file() -> None:
    def read(path: str) -> str:
        raise PermissionError(path)

    assert cgroups.smallest(read) is None


def test_who_wants_too_much_is_told_of_the_limit() -> None:
    with pytest.raises(Refused, match="the limit of the control group /sys/fs/cgroup/box"):
        memory.check(300 * MIB, Memory(400 * MIB, 400 * MIB, "/sys/fs/cgroup/box"), ())
