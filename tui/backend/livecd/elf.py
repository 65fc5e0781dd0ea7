"""Can this kernel start that program? Format: elf(5)."""

from tui.backend.errors import Refused

_MACHINES = {3: "i386", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "S/390", 40: "ARM", 62: "x86-64"}
_MACHINES |= {183: "ARM 64 (aarch64)", 243: "RISC-V", 258: "LoongArch"}
_CAN = (62, 3)
"""What an x86-64 kernel runs: its own programs and those of i386."""


def check(what: str, head: bytes) -> None:
    """Refuse a program of another architecture. Scripts, and what is not known, pass."""
    if not head.startswith(b"\x7fELF") or len(head) < 20:
        return
    machine = int.from_bytes(head[18:20], "big" if head[5] == 2 else "little")
    if machine not in _CAN:
        raise Refused(
            f"{what} is a program for {_MACHINES.get(machine, f'machine {machine}')};"
            " the Live CD's kernel is for x86-64.",
            "Give a root for x86-64 (or i386).",
        )
