"""Checks of the root, and of partial uploads left in it."""

import shlex
from collections.abc import Iterator

from tftptui.doctor.facts import LEFT_BEHIND, PARTS, Served
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.settings import Settings
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.words import counted

_MOST_NAMED = 3
_HOUR, _MINUTE = 3_600, 60


def check_root(served: Served, settings: Settings, user: str) -> Iterator[Result]:
    """Check the root."""
    if served.trouble:
        yield bad(
            "root",
            f"user {user} cannot read {served.path}: {served.trouble}",
            f"ls -ld {served.path}",
        )
        return
    if served.unreadable:
        names = ", ".join(served.unreadable)
        yield warn(
            "root",
            f"user {user} cannot read some of {served.path}: {names}",
            f"sudo chmod -R a+rX {served.path}",
        )
    else:
        yield ok("root", f"user {user} can read {served.path}")
    if served.astray:
        yield warn(
            "links",
            f"links in {served.path} are broken or lead outside it, not served: "
            f"{', '.join(served.astray)}",
            f"ls -l {shlex.quote(str(served.path))}",
        )
    if settings.write != "off":
        yield _uploads(served, served.writer or user)
    if served.leftovers:
        yield _left_behind(served)


def _uploads(served: Served, user: str) -> Result:
    if served.is_writable:
        return ok("uploads", f"user {user} can write to {served.path}")
    return bad(
        "uploads",
        f"user {user} cannot write to {served.path}, but uploads are on",
        f"sudo chown {user} {served.path}",
    )


def _left_behind(served: Served) -> Result:
    """Report partial uploads that will never be finished."""
    left = served.leftovers
    shown = ", ".join(
        f"{visible(one.path)} ({counted(one.nbytes, 'byte')}, "
        f"{counted(round(one.age / _HOUR), 'hour')} old)"
        for one in left[:_MOST_NAMED]
    )
    more = f" and {len(left) - _MOST_NAMED:,} more" if len(left) > _MOST_NAMED else ""
    command = f"rm -- {' '.join(shlex.quote(one.path) for one in left)}"
    if more or any(visible(one.path) != one.path for one in left):
        place, age = shlex.quote(str(served.path)), f"+{LEFT_BEHIND / _MINUTE:.0f}"
        command = f"find {place} -type f -name '{PARTS}' -mmin {age} -delete"
    parts = counted(len(left), "partial upload")
    return warn("leftovers", f"{parts} left behind: {shown}{more}", command)
