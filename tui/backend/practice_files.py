"""What is on the practice disk: paths and texts."""

_README = """\
This is the practice disk
=========================

It was made in RAM for you. It is attached read-only, as if it were a disk that you must not
change. You are reading this either from the disk itself or from a sandbox of it.

In a sandbox you can do what you like:

  echo hello > hello.txt            write something
  rm -r stories                     delete something
  dd if=/dev/urandom of=big bs=1M count=16
                                    see the gauge move

Then remove the sandbox. Make a new one and look: everything is as it was.

Things to try
  1. Make a sandbox of 8 MiB and fill it. It says FULL; growing it repairs it.
  2. Make one, fill half of it, then grow it while it is in use.
  3. Work in it from another terminal, then try to remove it: you are told who is in the way.
"""

_STORY = """\
The keeper's copy

The keeper of the lighthouse had one chart of the bay, drawn by her grandmother, and forty
children in the village who wanted to draw on it.

She laid a sheet of glass over it. On Monday they drew a harbour for whales. On Tuesday the
bay was a city, and on Wednesday, after an argument, it was mostly ink.

Each evening she carried the glass down to the sea and washed it. Each morning the chart was
as her grandmother had drawn it, and the children could not agree on which of their bays had
been the best one.

"Do you never keep one?" asked the pilot.

"When it is worth keeping," she said, "I copy it before I wash the glass."
"""

_HOSTS = "127.0.0.1 localhost\n192.0.2.10 printer\n192.0.2.20 archive\n"

_STATES = ("lamp lit", "fog horn on", "boat sighted", "fog horn off", "lamp out")


def _log() -> str:
    """A week of a lighthouse."""
    return "".join(
        f"2008-10-{day:02} {4 * hour:02}:00 lighthouse[1]: {_STATES[(day + hour) % len(_STATES)]}\n"
        for day in range(6, 13)
        for hour in range(6)
    )


TEXTS = {
    "README.txt": _README,
    "stories/the-keepers-copy.txt": _STORY,
    "etc/hosts": _HOSTS,
    "log/lighthouse.log": _log(),
}
"""Paths on the disk and what they hold."""
