"""How a sandbox is made: `snapshot` (device-mapper, by block) or `overlay` (overlayfs, by file)."""

SNAPSHOT = "snapshot"
OVERLAY = "overlay"
NAMES = (SNAPSHOT, OVERLAY)
