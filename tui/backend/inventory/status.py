"""How full the stores of sandboxes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.backend.kernel import dm_status
from tui.backend.kernel.dm_status import Health, Status

if TYPE_CHECKING:
    from tui.backend.host import Host, Room

NOT_READ = Status(Health.UNKNOWN)


def of_store(room: Room) -> Status:
    """The status of an overlay sandbox, from the room in its store."""
    files = (room.files_used, room.files)
    raw = f"{room.used}/{room.size} bytes, {room.files_used}/{room.files} files"
    return Status(Health.ACTIVE, room.used, room.size, raw=raw, files=files)


def read(host: Host) -> dict[str, Status]:
    """The status of every snapshot of the machine, in one process; CommandFailed if refused."""
    return dm_status.parse_all(host.run(["dmsetup", "status", "--target", "snapshot"], timeout=20))
