"""The programs that Live CDs need: one table for the doctor and for whoever misses one."""

PROGRAMS: dict[str, tuple[str, str]] = {
    "qemu-system-x86_64": ("qemu-system-x86", "livecd test: boots it"),
    "xorriso": ("xorriso", "livecd info: reads the ISO"),
    "wipefs": ("util-linux", "livecd write: clears what was on the disk"),
    "cmp": ("diffutils", "livecd write: compares what is read back"),
}
"""For each program the Debian package that has it, and what it is for."""
