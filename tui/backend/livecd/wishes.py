"""What of a request is checked by itself: label, kernel options, and the time of everything. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.backend.errors import UsageError

if TYPE_CHECKING:
    from tui.backend.livecd.request import BuildRequest
    from tui.backend.livecd.roots import Root

_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}", re.ASCII)
_LAST_SECOND = 2**32 - 1
"""The latest time that a squashfs can carry (seconds since 1970)."""
_LONGEST_APPEND = 1000
"""Bytes: the kernel takes 2047 in all, and cuts off the rest."""


def label(request: BuildRequest) -> str:
    """The label of the CD. UsageError when it cannot be one."""
    if request.label is None:
        return "SANDBOX_LIVE"
    if not _LABEL.fullmatch(request.label):
        raise UsageError(
            f"{request.label!r} cannot be the label of a CD.",
            "Use 1 to 32 letters, digits, and _ . -, not beginning with . or -.",
        )
    return request.label


def append(text: str) -> str:
    """Kernel options as they were given. UsageError when no boot menu can hold them."""
    if not (text.isascii() and text.isprintable()) and text:
        raise UsageError("The kernel options have characters that no boot menu can hold.", "Use plain ASCII.")
    if len(text) > _LONGEST_APPEND:
        raise UsageError(
            f"The kernel options have {len(text)} bytes, and {_LONGEST_APPEND} are possible.",
            "Give fewer: the kernel cuts off what is too long.",
        )
    return text


def epoch(request: BuildRequest, root: Root) -> int:
    """The one time of everything, in seconds since 1970: as asked, or that of the newest file, which an
    archive may give any. UsageError when no medium can carry the one that was asked for.
    """
    if request.epoch is None:
        return min(max(root.newest, 0), _LAST_SECOND)
    if not 0 <= request.epoch <= _LAST_SECOND:
        raise UsageError(
            f"SOURCE_DATE_EPOCH={request.epoch} is a time that no Live CD can carry.",
            "Set it to seconds since 1970, before the year 2106, or unset it.",
        )
    return request.epoch
