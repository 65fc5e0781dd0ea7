"""Paths that root can rely on: nobody else can put another directory or a link in their place.

Root does what a plan says by names. Whoever can rename a directory on the way to such a name chooses
what root writes to, mounts on or reads. Source: rename(2), path_resolution(7), sudo(8) (SUDO_UID).
"""

from __future__ import annotations

import grp
import os
import pwd
import stat
from typing import TYPE_CHECKING

from tui.backend.kernel.text import number
from tui.backend.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.backend.host import Host, Owner


def fault(host: Host, path: str, *, inside: bool = False) -> str:
    """Why root must not rely on an absolute path: which directory above it can be changed by whom.
    Empty where it may, and for all who are not root: they can do no more than what others may do to them.

    Links are followed once; use `host.resolve(path)` from then on. `inside`: the path is a directory in
    which names are made or read, so that it counts too. What does not exist yet counts as ours.
    """
    if not host.is_root():
        return ""
    trusted = _trusted()
    chain = list(_chain(host.resolve(path)))
    below = [*chain[1:], ""] if inside else chain[1:]
    for directory, following in zip(chain, below, strict=False):
        try:
            reason = _fault(host, directory, following, trusted)
        except FileNotFoundError:
            return ""
        if reason:
            return reason
    return ""


def fault_of_cover(host: Host, point: str) -> str:
    """Why root must not rely on what a mount point covers: in a directory that others can write to, and that
    is sticky, its owner can put something else in its place once nothing is mounted there. Empty where root
    may. What is above it is another question: see `fault`.
    """
    trusted = _trusted()
    if not host.is_root() or not _shared(host.owner(point.rpartition("/")[0] or "/"), trusted):
        return ""
    try:
        uid = host.covered(point).uid
    except OSError:
        return f"it cannot be seen whose directory {clean(point)} covers"
    return "" if uid in trusted else _owned(point, uid)


def changeable(host: Host, path: str) -> str:
    """Who else can change what is in a file, now or later, as a sentence's beginning; empty for nobody, and
    for all who are not root.
    """
    if not host.is_root():
        return ""
    path, trusted = host.resolve(path), _trusted()
    if way := fault(host, path):
        return way
    found = host.owner(path)
    if found.uid not in trusted:
        return f"{clean(path)} belongs to {_name(found.uid)}, who can change it at any moment"
    return f"others can write to {clean(path)} at any moment" if _shared(found, trusted) else ""


def _trusted() -> frozenset[int]:
    """Root, and who called sudo: that user is root anyway."""
    caller = number(os.environ.get("SUDO_UID", ""))
    return frozenset({0} if caller is None else {0, caller})


def _chain(path: str) -> Iterator[str]:
    """All directories on the way from / on, and the path itself."""
    place = ""
    yield "/"
    for part in filter(None, path.split("/")):
        place = f"{place}/{part}"
        yield place


def _fault(host: Host, directory: str, following: str, trusted: frozenset[int]) -> str:
    """What is wrong with a directory on the way to `following` (empty: to names of our own)."""
    found = host.owner(directory)
    if found.uid not in trusted:
        return _owned(directory, found.uid)
    if not _shared(found, trusted):
        return ""
    if not found.mode & stat.S_ISVTX:
        return f"others can write to {clean(directory)}, and put something else in its place"
    if following and (uid := host.owner(following).uid) not in trusted:
        return _owned(following, uid)
    return ""


def _shared(found: Owner, trusted: frozenset[int]) -> bool:
    """Whether others can write to it. An access list may name any, and shows as rights of the group."""
    if found.mode & stat.S_IWOTH:
        return True
    return bool(found.mode & stat.S_IWGRP) and (found.listed or not _private(found.gid, trusted))


def _private(gid: int, trusted: frozenset[int]) -> bool:
    """Whether a group has members and all are trusted, as the group of a user's own that Debian makes: a
    umask of 002 lets that write to all that is the user's.
    """
    try:
        named = grp.getgrgid(gid).gr_mem
        users = [pwd.getpwnam(name).pw_uid for name in named]
    except KeyError:
        return False
    users += [user.pw_uid for user in pwd.getpwall() if user.pw_gid == gid]
    return bool(users) and trusted.issuperset(users)


def _owned(path: str, uid: int) -> str:
    return f"{clean(path)} belongs to {_name(uid)}, who can put something else in its place"


def _name(uid: int) -> str:
    try:
        return clean(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return f"the user {uid}"
