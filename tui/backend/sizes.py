"""Sizes as people write and read them: `512M`, `1GiB`, `10%origin`, `25%ram`, `max`."""

import re
from dataclasses import dataclass
from decimal import Decimal

from tui.backend.errors import UsageError

_UNITS = {"": 1, "B": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40, "P": 2**50}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([BKMGTP]?)(?:I?B)?", re.ASCII | re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)\s*%\s*(origin|ram)", re.ASCII | re.IGNORECASE)
_HELP = "Write 512M, 1GiB, 10%origin, 25%ram, or max."
_ABSOLUTE = "Write 512M, 1GiB, or 25%ram."
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class SizeRequest:
    """A size not yet known in bytes: `amount` of `unit` (`bytes`, `%origin`, `%ram`, `max`)."""

    amount: Decimal
    unit: str

    def in_bytes(self, *, origin: int | None, ram: int, maximum: int | None) -> int:
        """The request in bytes; all three arguments are in bytes, `maximum` answers `max`.

        UsageError where the request needs one of them that is not known.
        """
        if self.unit == "max":
            if maximum is None:
                raise UsageError(
                    "No size is sure not to overflow here: new files can be of any size.", _ABSOLUTE
                )
            return maximum
        if self.unit == "%origin" and origin is None:
            raise UsageError("It is not known how large a directory is.", _ABSOLUTE)
        whole = {"bytes": Decimal(100), "%origin": Decimal(origin or 0), "%ram": Decimal(ram)}[self.unit]
        return int(self.amount * whole / 100)


def of_bytes(size: int) -> SizeRequest:
    """A size that is known, in bytes."""
    return SizeRequest(Decimal(size), "bytes")


def parse(text: str) -> SizeRequest:
    """A size as typed; UsageError with examples when it is none. Units are binary."""
    if text.strip().lower() == "max":
        return SizeRequest(Decimal(0), "max")
    if match := _PERCENT.fullmatch(text.strip()):
        return SizeRequest(_positive(Decimal(match[1]), text), f"%{match[2].lower()}")
    return SizeRequest(Decimal(parse_bytes(text)), "bytes")


def parse_bytes(text: str) -> int:
    """An absolute size as typed, in bytes; UsageError when it is none."""
    match = _SIZE.fullmatch(text.strip())
    if not match:
        raise UsageError(f"{text!r} is not a size.", _HELP)
    amount = _positive(Decimal(match[1]) * _UNITS[match[2].upper()], text)
    if amount >= _LARGEST:
        raise UsageError(f"{text!r} is more than any computer has.", _HELP)
    return int(amount)


def _positive(amount: Decimal, text: str) -> Decimal:
    if amount <= 0:
        raise UsageError(f"The size {text!r} is nothing at all.", _HELP)
    return amount


def show(size: int | None) -> str:
    """Bytes for people, in binary units: `1.0 GiB`; `unknown` for None."""
    import humanize  # here, so that programs which print JSON only do not wait for it

    return "unknown" if size is None else str(humanize.naturalsize(size, binary=True))
